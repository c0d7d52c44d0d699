"""A person's word wins, on its field alone, through everything that happens to the records; and it can be taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from harvesters.record import Offering, Withdrawn
from hub.db import now
from hub.models import Assignment, AuditEvent, Concept, Curation, Outbox, Resource, SourceRecord
from hub.services import cataloguing, classifying, correcting, curating
from hub.services.auditing import Actor

ADA = Actor(None, "Ada")


def only(session):
    session.expire_all()
    return session.scalars(select(Resource)).one()


def correct(session, resource_id, **values):
    done = curating.change(session, ADA, {resource_id: values})
    session.commit()
    session.expire_all()
    return done


def refresh(session, *ids):
    cataloguing.refresh(session, ids, classifier=classifying.load(session), at=now())
    session.commit()
    session.expire_all()


def test_a_correction_outlives_harvests_and_a_replay(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a", "Paymnet systems", summary="Old", keywords=("x",))])
    id = only(session).id
    assert correct(session, id, title="Payment systems") == 1
    receive(source, [make_record("a", "Paymnet systems", summary="New", keywords=("y",))])
    resource = only(session)
    assert (resource.title, resource.summary, resource.keywords) == ("Payment systems", "New", ["y"])
    refresh(session, id)
    receive(source, [Withdrawn(identifier="a")])
    assert only(session).withdrawn_at is not None
    receive(source, [make_record("a", "Paymnet systems 2", summary="New")])
    resource = only(session)
    assert (resource.title, resource.withdrawn_at) == ("Payment systems", None)
    assert set(resource.provenance["corrected"]) == {"title"} and "title" not in resource.provenance["fields"]


def test_what_follows_from_a_value_follows_the_correction(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "A course", licence="CC-BY-4.0", licence_url="https://x.example/by", provider="Old Port")])
    id = only(session).id
    before = only(session).completeness
    correct(
        session, id, title="Cross-border e-commerce logistics", licence="CC-BY-SA-4.0", provider="New Port", description="<p>Customs</p>",
        credits="2.5", content_published="2026-01-02T00:00:00+00:00", free=True, levels=["advanced"],
    )  # fmt: skip
    resource = only(session)
    assert (resource.licence_family, resource.licence_url) == ("cc-by-sa", "https://creativecommons.org/licenses/by-sa/4.0/")
    assert (resource.provider_slug, resource.text, resource.credits, resource.free) == ("new-port", "Customs", Decimal("2.5"), True)
    assert resource.content_published.year == 2026 and resource.completeness > before
    topics = session.scalars(select(Concept.notation).join(Assignment).where(Assignment.resource_id == id)).all()
    assert "cross-border" in topics
    assert id in session.scalars(select(Outbox.resource_id)).all()


def test_emptying_is_a_value_too(session, make_source, make_record, receive):
    text = "This course explains how small shops sell their goods abroad, which papers they need and how parcels reach the customers."
    receive(make_source(), [make_record("a", "Selling abroad", summary=text, keywords=("x",), provider="Port")])
    assert only(session).languages == ["en"]
    correct(session, only(session).id, languages=[], keywords=[], summary=None, provider=None)
    resource = only(session)
    assert (resource.languages, resource.keywords, resource.summary, resource.text) == ([], [], None, "")
    assert (resource.provider, resource.provider_slug) == (None, None), "nor is it inferred again"
    assert resource.provenance["inferred"] == []


def test_free_stays_as_corrected_though_offers_say_otherwise(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a", offerings=(Offering(price=Decimal(0)),))])
    correct(session, only(session).id, free=False)
    receive(source, [make_record("a", "New title", offerings=(Offering(price=Decimal(0)),))])
    assert only(session).free is False


def test_released_the_sources_say_again(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "Source's title")])
    id = only(session).id
    correct(session, id, title="Mine")
    assert correct(session, id, title=curating.RELEASED) == 1
    assert only(session).title == "Source's title" and session.scalars(select(Curation)).all() == []
    assert correct(session, id, title=curating.RELEASED) == 0, "nothing is locked any more"


def test_a_source_that_changes_its_mind_is_heard_of(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a", "One")])
    id = only(session).id
    correct(session, id, title="Mine")
    receive(source, [make_record("a", "One", summary="Something else changed")])
    assert [row.disagrees for row in session.scalars(select(Curation))] == [False]
    receive(source, [make_record("a", "Two")])
    assert [row.disagrees for row in session.scalars(select(Curation))] == [True]
    assert curating.keep(session, ADA, id, ["title"]) == 1
    session.commit()
    row = session.scalars(select(Curation)).one()
    assert (row.disagrees, row.source_value, only(session).title) == (False, "Two", "Mine")
    receive(source, [make_record("a", "Three")])
    receive(source, [make_record("a", "Two")])
    assert session.scalars(select(Curation)).one().disagrees is False, "it says again what the curator knows"


def test_every_step_leaves_an_event(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a", "Source's title")])
    id = only(session).id
    correct(session, id, title="Mine", code=None)
    correct(session, id, title="Mine")
    correct(session, id, title=curating.RELEASED)
    events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(e.person, e.action, e.subject_id, e.before["value"], e.after["value"]) for e in events] == [
        ("Ada", "resource.corrected", id, "Source's title", "Mine"),
        ("Ada", "resource.corrected", id, None, None),
        ("Ada", "resource.released", id, "Mine", "Source's title"),
    ]


def test_what_is_withdrawn_is_left_alone(session, make_source, make_record, receive):
    source = make_source()
    receive(source, [make_record("a")])
    receive(source, [Withdrawn(identifier="a")])
    assert correct(session, only(session).id, title="Mine") == 0
    assert session.scalars(select(Curation)).all() == []


def join(session, kept, gone):
    """As a merge does: the records move, and both pages are merged again."""
    for record in session.scalars(select(SourceRecord).where(SourceRecord.resource_id == gone)):
        record.resource_id = kept
    session.get(Resource, gone).merged_into_id = kept
    session.flush()
    refresh(session, kept)


def test_a_merge_keeps_both_words_and_a_split_gives_each_its_own(session, make_source, make_record, receive):
    receive(make_source("one", rank=1), [make_record("a", "First", code="A1")])
    receive(make_source("two"), [make_record("b", "Second", code="B1")])
    first, second = session.scalars(select(Resource.id).order_by(Resource.id)).all()
    correct(session, first, title="First, corrected")
    correct(session, second, title="Second, corrected", code="B2")
    join(session, first, second)
    merged = session.get(Resource, first)
    assert (merged.title, merged.code) == ("First, corrected", "B2")
    assert correcting.in_force(session, [first])[first]["code"].disagrees, "the sources of the joined page say A1"
    session.get(Resource, second).merged_into_id = None
    session.scalars(select(SourceRecord).where(SourceRecord.identifier == "b")).one().resource_id = second
    session.flush()
    refresh(session, first, second)
    assert [(r.title, r.code) for r in session.scalars(select(Resource).order_by(Resource.id))] == [
        ("First, corrected", "A1"),
        ("Second, corrected", "B2"),
    ]


def test_chains_of_merges_are_followed(session, make_source, make_record, receive):
    receive(make_source(), [make_record(str(n), f"Course {n}") for n in range(3)])
    a, b, c = session.scalars(select(Resource.id).order_by(Resource.id)).all()
    correct(session, c, title="From the last")
    join(session, b, c)
    join(session, a, b)
    assert session.get(Resource, a).title == "From the last"
    assert curating.change(session, ADA, {a: {"title": curating.RELEASED}}) == 1
    session.commit()
    assert only_title(session, a).startswith("Course")


def only_title(session, id):
    session.expire_all()
    return session.get(Resource, id).title


STEPS = st.lists(st.sampled_from(["new title", "same", "withdraw", "refresh", "second source", "second leaves"]), max_size=8)


@pytest.fixture
def fresh(session, make_source):
    """Sources that the examples of a property share; each example has records of its own."""
    return make_source("one"), make_source("two"), iter(range(10_000))


@given(steps=STEPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_correction_survives_whatever_happens_to_the_records(session, fresh, make_record, receive, steps):
    one, two, numbers = fresh
    name = str(next(numbers))
    address = f"https://x.example/{name}"
    receive(one, [make_record(name, f"Course {name} about trade", url=address)])
    id = session.scalars(select(SourceRecord.resource_id).where(SourceRecord.identifier == name)).first()
    correct(session, id, title="Mine", levels=["advanced"], summary=None)
    for number, step in enumerate(steps):
        match step:
            case "new title":
                receive(one, [make_record(name, f"Course {name} about trade {number}", url=address, summary=f"{number}")])
            case "same":
                receive(one, [make_record(name, f"Course {name} about trade", url=address)])
            case "withdraw":
                receive(one, [Withdrawn(identifier=name)])
            case "refresh":
                refresh(session, id)
            case "second source":
                receive(two, [make_record(name, f"Course {name} about trade", url=address, levels=("school",))])
            case "second leaves":
                receive(two, [Withdrawn(identifier=name)])
    receive(one, [make_record(name, "Course at the end", url=address, summary="end")])
    session.expire_all()
    resource = session.get(Resource, id)
    assert (resource.title, resource.levels, resource.summary, resource.withdrawn_at) == ("Mine", ["advanced"], None, None)


def test_moments_of_corrections_are_told(session, make_source, make_record, receive):
    receive(make_source(), [make_record("a")])
    correct(session, only(session).id, title="Mine")
    at = only(session).provenance["corrected"]["title"]
    assert at == session.scalars(select(Curation)).one().at.isoformat()
