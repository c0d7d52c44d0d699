"""What failed, read again alone."""

from __future__ import annotations

import json
import zlib

import pytest
from sqlalchemy import func, select

from harvesters.record import Failure as HarvestFailure
from harvesters.record import Raw
from hub.db import now
from hub.models import Failure, Resource, SourceRecord
from hub.services import harvesting, retrying, withdrawing

COUNTS = ("created", "updated", "unchanged", "withdrawn", "failed")


def counts(run):
    assert run.seen == sum(getattr(run, name) for name in COUNTS), "the counters must always add up"
    return {name: getattr(run, name) for name in COUNTS if getattr(run, name)}


def course(identifier, **attributes):
    return {"id": identifier, "type": "courses", "attributes": {"url": f"http://list.example/{identifier}", **attributes}}


def payload(identifier):
    return json.dumps(course(identifier, name=f"Course {identifier}")).encode()


def listed(*items):
    return json.dumps({"links": {}, "data": items}).encode()


@pytest.fixture
def source(make_source, hostile):
    return make_source(kind="moochub", url=hostile.url("/list"))


@pytest.fixture
def serve(hostile):
    return lambda *bodies: hostile.page("/list", *(hostile.answer(body=b, headers={"Content-Type": "application/json"}) for b in bodies))


@pytest.fixture
def retry(app, session):
    def work(source, **how):
        run = retrying.prepare(session, source, **how)
        if run is not None:
            harvesting.work(session, app.extensions["hub"].fetching, run.id)
            session.expire_all()
        return run

    return work


def mend_rule(session, failure, body):
    """As if a new rule could read it: other bytes, which the kind can read, under the same failure."""
    failure.raw = zlib.compress(body)
    session.commit()


def open_failures(session):
    return session.scalars(select(Failure).where(retrying.OPEN).order_by(Failure.id)).all()


def test_what_can_be_read_now_comes_in_alone(session, hostile, serve, source, harvest, retry):
    serve(listed(course("a", name="Course a"), course("b"), course("c")))
    first = harvest(source)
    assert counts(first) == {"created": 1, "failed": 2}
    b, c = open_failures(session)
    asked = len(hostile.paths())
    mend_rule(session, b, payload("b"))
    run = retry(source)
    assert (run.task, run.state) == ("retry", "partial") and counts(run) == {"created": 1, "failed": 1}
    assert len(hostile.paths()) == asked, "without network"
    assert b.mended_at and not c.mended_at and c.again_run_id == run.id
    (left,) = open_failures(session)
    assert (left.identifier, left.run_id) == (c.identifier, run.id)
    record = session.scalars(select(SourceRecord).filter_by(identifier=b.identifier)).one()
    assert record.state == "active" and record.title == "Course b" and record.seen_run_id == first.id
    assert session.scalar(select(func.count()).select_from(Resource)) == 2


def test_only_those_that_were_chosen(session, serve, source, harvest, retry):
    serve(listed(course("a"), course("b")))
    run = harvest(source)
    a, b = open_failures(session)
    for one, name in ((a, "a"), (b, "b")):
        mend_rule(session, one, payload(name))
    assert counts(retry(source, of=run.id, only=[b.id])) == {"created": 1}
    assert b.mended_at and not a.mended_at
    assert counts(retry(source, of=run.id)) == {"created": 1}
    assert retry(source) is None, "nothing is open any more"


def test_a_retry_in_the_queue_takes_new_wishes_in(session, serve, source, harvest):
    serve(listed(course("a"), course("b"), course("c")))
    harvest(source)
    a, _, c = open_failures(session)
    one = retrying.prepare(session, source, only=[a.id])
    two = retrying.prepare(session, source, only=[c.id])
    assert one.state == "cancelled" and two.checkpoint[0]["only"] == [a.id, c.id]
    three = retrying.prepare(session, source)
    assert three.checkpoint[0] == {"run": None, "only": None, "after": 0, "until": c.id}


def test_a_harvest_that_brings_the_record_closes_the_failure(session, serve, source, harvest, retry):
    serve(listed(course("a")), listed(course("a")), listed(course("a", name="Course a")))
    first, second = harvest(source), harvest(source)
    old, new = session.scalars(select(Failure).order_by(Failure.id)).all()
    assert (old.again_run_id, new.again_run_id) == (second.id, None) and first.id == old.run_id
    harvest(source)
    session.expire_all()
    assert new.mended_at and retry(source) is None


@pytest.mark.parametrize("named", [True, False])
def test_old_bytes_never_overwrite_what_came_since(session, serve, source, harvest, retry, named):
    serve(listed(course("a")), listed(course("a", name="Course a, new edition")))
    harvest(source)
    harvest(source)
    failure = session.scalars(select(Failure)).one()
    failure.mended_at = None  # as a hub of an older version left it
    failure.identifier = failure.identifier if named else None
    mend_rule(session, failure, payload("a"))
    assert counts(retry(source)) == ({"unchanged": 1} if named else {}) and failure.mended_at
    assert session.scalars(select(SourceRecord)).one().title == "Course a, new edition"


def test_what_its_source_took_back_since_stays_gone(session, serve, source, harvest, retry):
    serve(listed(course("a", name="A"), course("b", name="B")), listed(course("a"), course("b", name="B")))
    harvest(source)
    harvest(source)
    failure = session.scalars(select(Failure)).one()
    record = session.scalars(select(SourceRecord).filter_by(identifier=failure.identifier)).one()
    record.state, record.withdrawn_at = "withdrawn", now()
    mend_rule(session, failure, payload("a"))
    assert counts(retry(source)) == {"unchanged": 1} and record.state == "withdrawn"


def test_a_retry_does_not_move_what_a_waiting_run_would_withdraw(session, serve, source, harvest, retry):
    many = [course(str(n), name=f"Course {n}") for n in range(20)]
    serve(listed(*many), listed(*many[:5], course("6")))
    harvest(source)
    waiting = harvest(source)
    assert waiting.state == "waiting"
    (failure,) = open_failures(session)
    mend_rule(session, failure, payload("6"))
    assert counts(retry(source)) == {"updated": 1}
    assert waiting.state == "waiting" and withdrawing.approve(session, waiting.id) == 14
    session.commit()
    record = session.scalars(select(SourceRecord).filter_by(identifier=failure.identifier)).one()
    assert record.state == "active"


def page_of(title):
    block = json.dumps({"@context": "https://schema.org", "@type": "Course", "name": title, "description": "About selling online."})
    return f'<!doctype html><html><head><script type="application/ld+json">{block}</script></head><body></body></html>'.encode()


@pytest.fixture
def site(make_source, hostile):
    entries = "".join(f"<url><loc>{hostile.url(f'/{name}')}</loc></url>" for name in "ab")
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode()
    hostile.page("/sitemap.xml", hostile.answer(body=body, headers={"Content-Type": "application/xml"}))
    hostile.page("/a", hostile.answer(body=page_of("A"), headers={"Content-Type": "text/html"}))
    return make_source("site", kind="jsonld", url=hostile.url("/sitemap.xml"))


def test_a_page_that_did_not_answer_is_asked_again_and_nothing_else(session, hostile, site, harvest, retry):
    hostile.page(
        "/b", hostile.answer(500), hostile.answer(500), hostile.answer(500), hostile.answer(404), hostile.answer(body=page_of("B"))
    )
    assert counts(harvest(site)) == {"created": 1, "failed": 1}
    again = retry(site)
    assert again.state == "partial" and counts(again) == {"failed": 1}
    asked = len(hostile.paths())
    run = retry(site)
    assert run.state == "succeeded" and counts(run) == {"created": 1}
    assert hostile.paths()[asked:] == ["/robots.txt", "/b"] and not open_failures(session)
    assert session.scalars(select(SourceRecord.state)).all() == ["active", "active"], "nothing is left of the page's failure"


def test_a_harvest_closes_the_failure_of_a_page(session, hostile, site, harvest):
    hostile.page("/b", hostile.answer(404), hostile.answer(body=page_of("B")))
    harvest(site)
    assert len(open_failures(session)) == 1
    harvest(site)
    assert not open_failures(session)


def test_what_cannot_be_asked_for_says_why(session, source, receive, retry):
    receive(source, [HarvestFailure(reason="No.", raw=Raw(b"", "", "http://list.example/x"))])
    run = retry(source)
    (left,) = open_failures(session)
    assert run.state == "partial" and left.reason == retrying.NOWHERE and left.advice


def test_a_retry_that_is_stopped_goes_on_after_the_last_one_done(app, session, serve, source, harvest):
    serve(listed(course("a"), course("b"), course("c")))
    harvest(source)
    run = retrying.prepare(session, source)
    leaving = iter([False, True]).__next__
    harvesting.work(session, app.extensions["hub"].fetching, run.id, leaving=lambda: next_or_true(leaving))
    session.expire_all()
    assert run.state == "running" and run.seen == 1
    done = harvesting.work(session, app.extensions["hub"].fetching, run.id)
    assert counts(done) == {"failed": 3} and [f.run_id for f in open_failures(session)] == [run.id] * 3


def next_or_true(values):
    try:
        return values()
    except StopIteration:
        return True
