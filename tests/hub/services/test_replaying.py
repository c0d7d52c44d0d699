"""The catalogue again, from raw records."""

from __future__ import annotations

import json
import zlib
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, update

from hub.models import Failure, Offering, Outbox, Resource, ResourceKey, Run, SourceRecord
from hub.services import harvesting, replaying, running

COUNTS = ("created", "updated", "unchanged", "withdrawn", "failed")


def counts(run):
    assert run.seen == sum(getattr(run, name) for name in COUNTS), "the counters must always add up"
    return {name: getattr(run, name) for name in COUNTS if getattr(run, name)}


def course(n):
    instance = {"startDate": "2027-01-10T08:00:00Z", "price": "10"}
    return {
        "id": f"c{n}",
        "type": "courses",
        "attributes": {"name": f"Course {n}", "url": f"http://list.example/{n}", "courseInstance": instance},
    }


@pytest.fixture
def source(make_source, hostile, harvest):
    made = make_source(kind="moochub", url=hostile.url("/list"))
    body = json.dumps({"links": {}, "data": [course(n) for n in range(30)]}).encode()
    hostile.page("/list", hostile.answer(body=body, headers={"Content-Type": "application/json"}))
    assert counts(harvest(made)) == {"created": 30}
    return made


@pytest.fixture
def replay(app, session):
    def work(source, **how):
        run = running.prepare(session, source, task="replay")
        done = harvesting.work(session, app.extensions["hub"].fetching, run.id, **how)
        session.expire_all()
        return done

    return work


def everything(session):
    """All that a replay may touch, without versions and times."""
    records = session.execute(
        select(
            SourceRecord.identifier, SourceRecord.state, SourceRecord.title, SourceRecord.seen_run_id, SourceRecord.resource_id
        ).order_by(SourceRecord.id)
    ).all()
    resources = session.execute(select(Resource.id, Resource.title, Resource.withdrawn_at).order_by(Resource.id)).all()
    offerings = session.execute(select(Offering.record_id, Offering.price, Offering.start).order_by(Offering.record_id)).all()
    keys = session.execute(select(ResourceKey.record_id, ResourceKey.key).order_by(ResourceKey.record_id, ResourceKey.key)).all()
    return records, resources, offerings, keys


def test_a_replay_of_what_has_not_changed_changes_nothing(session, hostile, source, replay):
    before, versions = everything(session), session.scalars(select(Resource.version)).all()
    session.execute(delete(Outbox))
    session.commit()
    asked = len(hostile.paths())
    run = replay(source)
    assert run.state == "succeeded" and counts(run) == {"unchanged": 30} and run.total == 30
    assert everything(session) == before and session.scalars(select(Resource.version)).all() == versions
    assert not session.scalar(select(func.count()).select_from(Outbox)) and len(hostile.paths()) == asked


def test_values_offerings_keys_and_resources_follow_the_rules(session, source, replay):
    before = everything(session)
    ids = session.scalars(select(SourceRecord.id).order_by(SourceRecord.id)).all()
    values = session.get(SourceRecord, ids[0]).values
    session.execute(
        update(SourceRecord).where(SourceRecord.id == ids[0]).values(title="As an old rule read it", values={**values, "title": "Old"})
    )
    session.execute(update(Resource).where(Resource.id == session.get(SourceRecord, ids[0]).resource_id).values(title="Old"))
    session.execute(update(Offering).where(Offering.record_id == ids[1]).values(price=Decimal(99)))
    session.execute(delete(ResourceKey).where(ResourceKey.record_id == ids[2]))
    session.execute(update(Resource).where(Resource.id == session.get(SourceRecord, ids[3]).resource_id).values(summary="Merged otherwise"))
    session.commit()
    session.expire_all()
    run = replay(source)
    assert counts(run) == {"updated": 1, "unchanged": 29} and everything(session) == before
    assert session.get(Resource, session.get(SourceRecord, ids[3]).resource_id).summary != "Merged otherwise"
    assert counts(replay(source)) == {"unchanged": 30}


def test_what_cannot_be_read_any_more_keeps_its_values_and_is_listed(session, source, replay):
    record = session.scalars(select(SourceRecord).order_by(SourceRecord.id)).first()
    sound, title = record.raw, record.title
    record.raw = zlib.compress(b"{")
    session.commit()
    run = replay(source)
    assert run.state == "partial" and counts(run) == {"unchanged": 29, "failed": 1}
    failure = session.scalars(select(Failure)).one()
    assert (failure.identifier, failure.run_id, failure.stage) == (record.identifier, run.id, "read") and failure.reason
    assert record.state == "failed" and record.title == title and session.get(Resource, record.resource_id).withdrawn_at is None
    record.raw = sound
    session.commit()
    assert counts(replay(source)) == {"updated": 1, "unchanged": 29}
    assert record.state == "active" and failure.mended_at


def test_tombstones_stay(session, source, replay):
    record = session.scalars(select(SourceRecord)).first()
    record.state, record.withdrawn_at = "withdrawn", record.changed_at
    session.commit()
    assert counts(replay(source)) == {"unchanged": 30}
    assert record.state == "withdrawn"


def test_a_replay_goes_on_where_it_was_killed(app, session, source, replay, monkeypatch):
    monkeypatch.setattr(replaying, "AT_ONCE", 7)

    class Killed(BaseException):
        pass

    def die(run):
        if run.seen >= 14:
            raise Killed

    run = running.prepare(session, source, task="replay")
    with pytest.raises(Killed):
        harvesting.work(session, app.extensions["hub"].fetching, run.id, on_page=die)
    session.rollback()
    session.expire_all()
    assert run.state == "running" and run.seen == 14 and run.checkpoint
    done = replay(source)
    assert done.id == run.id and counts(done) == {"unchanged": 30} and done.pages == 5


def test_a_replay_leaves_a_harvest_that_is_broken_off_as_it_was(session, source, replay, harvest):
    harvested = running.latest(session, source.id)
    assert replay(source).state == "succeeded"
    assert set(session.scalars(select(SourceRecord.seen_run_id))) == {harvested.id}
    assert session.scalar(select(func.count()).select_from(Run).where(Run.task == "harvest")) == 1
