"""What a report says of a source's records, and that it is made when a run ends."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from harvesters.record import Agent, Failure, Raw, Withdrawn
from hub.models import Failure as KeptFailure
from hub.models import Link, Run, Source, SourceRecord
from hub.services import completing, linking, publishing, reporting

GOOD = {
    "description": "<p>Text</p>", "languages": ("en",), "resource_type": "course", "agents": (Agent(name="Li"),), "levels": ("school",),
    "keywords": ("trade",), "duration": "P4W", "free": True, "licence": "CC-BY-4.0",
}  # fmt: skip


def failure(identifier, reason="The record has no title.", advice="Give it a title."):
    return Failure(
        identifier=identifier, reason=reason, advice=advice, raw=Raw(f"<r>{identifier}</r>".encode(), "text/xml", "https://s.academy/x")
    )


@pytest.fixture
def source(make_source):
    return make_source(kind="oai-pmh")


@pytest.fixture
def made(session, source):
    def make():
        found = reporting.report(session, source)
        session.rollback()
        return found

    return make


def test_a_source_without_records(made):
    found = made()
    assert found["records"] == {"active": 0, "failed": 0, "withdrawn": 0}
    assert (found["completeness"]["average"], found["missing"], found["problems"], found["unknown"]) == (None, [], [], [])


def test_what_is_missing_with_examples(made, source, receive, make_record):
    whole = [make_record(f"w{number}", url=f"https://s.academy/w{number}", **GOOD) for number in range(3)]
    lacking = {name: value for name, value in GOOD.items() if name not in ("licence", "languages")}
    receive(source, [*whole, *(make_record(f"l{number}", url=f"https://s.academy/l{number}", **lacking) for number in range(7))])
    found = made()
    assert found["completeness"] == {"average": 82.5, "histogram": [0, 0, 0, 0, 0, 0, 0, 7, 0, 3]}
    missing = {one["field"]: (one["count"], one["share"], [e["identifier"] for e in one["examples"]]) for one in found["missing"]}
    five = [f"l{number}" for number in range(5)]
    assert missing == {"licence": (7, 0.7, five), "languages": (7, 0.7, five)}
    assert found["missing"][0]["examples"][0] | {"record": 0, "resource": ""} == {
        "identifier": "l0", "title": "Cross-border payments", "url": "https://s.academy/l0", "record": 0, "resource": "",
    }  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from(sorted(GOOD))), min_size=1, max_size=6))
def test_sql_and_python_find_the_same_missing(session, source, made, receive, make_record, lacks):
    session.execute(delete(SourceRecord))
    records = [make_record(f"r{n}", **{name: value for name, value in GOOD.items() if name not in lack}) for n, lack in enumerate(lacks)]
    receive(source, records)
    values = session.scalars(select(SourceRecord.values)).all()
    found = made()
    assert {one["field"]: one["count"] for one in found["missing"]} == {
        field: count for field in completing.WEIGHTS if (count := sum(field in completing.missing(one) for one in values))
    }
    assert found["completeness"]["average"] == round(sum(completing.score(one) for one in values) / len(values), 1)


def test_what_fails_is_grouped_by_its_reason(made, source, receive):
    receive(source, [
        failure("a"), failure("b"),
        failure("c", 'The date "2026-02-30" at line 7 cannot be.', "Mend the date."),
        failure("d", 'The date "2025-13-01" at line 9 cannot be.'),
        failure("e", 'The date "x" at line 1 cannot be.'),
    ])  # fmt: skip
    first, second = made()["problems"]
    assert (first["count"], first["reason"], first["advice"]) == (3, 'The date "2026-02-30" at line 7 cannot be.', "Mend the date.")
    assert [one["reason"] for one in first["examples"]][1].endswith("line 9 cannot be.")
    assert (second["count"], second["advice"]) == (2, "Give it a title.")


def test_what_was_mended_is_no_problem_any_more(made, source, receive, make_record):
    receive(source, [failure("a")])
    receive(source, [make_record("a")])
    assert made()["problems"] == []


def test_failures_without_a_name_are_those_of_the_last_run(session, made, source, receive, make_run):
    for _ in range(2):
        run = make_run(source)
        receive(source, [failure(None, "A record is not well-formed.")], run=run)
        run.state = "partial"
        session.commit()
    assert [one["count"] for one in made()["problems"]] == [1]


def test_no_secret_leaves_with_a_report(made, source, receive, make_record):
    secret = "https://user:hunter2@s.academy/feed?key=hunter2&page=1"
    record = make_record(secret, url=secret, rights=f"See {secret}")
    receive(source, [record, failure("b", f"{secret} answered 500.")])
    assert "hunter2" not in str(made())


def test_words_that_we_do_not_know(made, source, receive, make_record):
    values = {"rights": "Ask the teacher", "body": b"<r><language>klingon</language><type>Sonderform</type></r>"}
    receive(source, [make_record("a", **values), make_record("b", **{**values, "licence": "CC-BY-4.0", "languages": ("en",)})])
    assert made()["unknown"] == [
        {"field": "licence", "value": "Ask the teacher", "count": 1},
        {"field": "languages", "value": "klingon", "count": 1},
        {"field": "resource_type", "value": "Sonderform", "count": 2},
    ]


def test_broken_links_and_doubles(session, made, source, receive, make_record):
    same = "https://s.academy/same"
    records = [make_record("a", url=same), make_record("b", url=same), make_record("c", url="https://s.academy/c")]
    runs = [make_record(f"run-{number}", url="https://s.academy/course", group="course") for number in range(2)]
    receive(source, [*records, *runs])
    linking.gather(session)
    link = session.scalars(select(Link).where(Link.url == "https://s.academy/c")).one()
    link.state, link.reason = "broken", "It answered 404."
    session.commit()
    found = made()
    assert found["doubles"] == {"count": 1, "examples": [{"url": same, "records": 2}]}
    assert (found["links"]["broken"], found["links"]["examples"][0]["identifier"], found["links"]["examples"][0]["reason"]) == (
        1, "c", "It answered 404.",
    )  # fmt: skip


def test_a_harvest_makes_the_report(session, make_source, repository, harvest):
    source = make_source(url=repository.url)
    run = harvest(source)
    kept = session.scalars(select(Source).where(Source.id == source.id)).one()
    assert kept.report["records"]["active"] + kept.report["records"]["failed"] == run.live + kept.report["records"]["failed"]
    assert kept.report["records"]["active"] == session.scalar(select(Run.live).where(Run.id == run.id)) > 200
    assert kept.reported_at is not None


def test_a_preview_makes_none(session, source, make_run):
    run = make_run(source)
    run.task, run.state = "preview", "succeeded"
    session.commit()
    reporting.renew(session, run.id)
    session.expire_all()
    assert source.report is None


def test_every_problem_in_a_table(session, source, receive, make_record):
    receive(
        source, [make_record("a", url="https://s.academy/a", **GOOD), make_record("b", **GOOD), failure("c"), Withdrawn(identifier="d")]
    )
    found = [(one.identifier, one.problem, one.detail) for one in publishing.problems(session, "one")]
    assert sorted(found) == [("b", "missing", "url"), ("c", "failed", "The record has no title.")]


def test_the_report_that_everybody_sees(session, source, receive, make_record):
    assert publishing.get(session, "one").found is None
    receive(source, [make_record("a", datestamp=datetime(2026, 3, 1, tzinfo=UTC))])
    reporting.keep(session, source)
    session.commit()
    told = publishing.get(session, "one").as_dict()
    assert told["elements"]["licence"] == "dc:rights" and "free" not in told["elements"]
    assert told["newest"].startswith("2026-03-01") and told["records"]["active"] == 1
    assert "record" not in told["missing"][0]["examples"][0]
    source.draft = True
    session.commit()
    assert publishing.get(session, "one") is None and publishing.get(session, "nobody") is None
    assert session.scalar(select(KeptFailure.id).limit(1)) is None
