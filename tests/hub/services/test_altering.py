"""Settings of a source: what a change forgets, what it merges again, what the log of it holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.db import now
from hub.models import AuditEvent, Outbox, Resource, Run, SourceRecord, Validator
from hub.services import altering, leasing, retiring, sourcing, supervising, withdrawing
from hub.services.auditing import COMMAND_LINE


def change(session, source, **values):
    done = altering.change(session, COMMAND_LINE, source, replace(altering.settings_of(source), **values))
    session.commit()
    return done


def test_another_way_of_reading_forgets_what_was_learned(session, make_source, make_run):
    source = make_source(kind="rss", stamp="2026", tracks_deletions=True)
    run = make_run(source)
    run.checkpoint = [{"url": "https://source.example/oai?page=2"}]
    session.add(Validator(source_id=source.id, page="p", body_hash=b"", follow=[], items=1, run_id=run.id))
    session.commit()
    assert change(session, source, title="Other", rank=3)
    assert source.stamp == "2026" and session.scalars(select(Validator.id)).all(), "a title forgets nothing"
    assert change(session, source, options={"type": "course"})
    assert source.stamp is None and session.scalars(select(Validator.id)).all() == []
    assert session.get_one(Run, run.id).checkpoint is None
    assert not change(session, source), "nothing changed"
    assert [event.action for event in session.scalars(select(AuditEvent))] == ["source.changed"] * 2


def test_runs_that_the_old_settings_planned_are_not_carried_out(session, make_source, make_run):
    source = make_source(stamp="2026", tracks_deletions=True)
    waiting, queued = make_run(source), make_run(source)
    waiting.state = "waiting"
    queued.state, queued.since, queued.full = "queued", "2026", False
    session.commit()
    assert change(session, source, url="https://other.example/oai")
    session.expire_all()
    assert withdrawing.approve(session, waiting.id) is None and waiting.state == "cancelled"
    assert (queued.state, queued.since, queued.full) == ("queued", None, True)


def test_a_source_at_work_keeps_its_address(session, make_source):
    source = make_source()
    leasing.acquire(session, source.id)
    with pytest.raises(leasing.AlreadyRunning):
        change(session, source, url="https://other.example/oai")
    session.rollback()
    assert change(session, source, title="Other"), "its title may change meanwhile"


def test_a_change_of_rank_merges_what_is_shared(session, make_source, make_record, receive):
    first, second = make_source("one", rank=1), make_source("two", rank=2)
    same = {"url": "https://courses.example/pay"}
    receive(first, [make_record("a", "Cross-border payments", summary="The first says", **same), make_record("alone", "Only here")])
    receive(second, [make_record("b", "Cross-border payments", summary="The second says", **same)])
    shared = session.scalars(select(Resource).join(SourceRecord).where(SourceRecord.identifier == "b")).one()
    assert shared.summary == "The first says"
    change(session, second, rank=0)
    waiting = len(session.scalars(select(Outbox.id)).all())
    assert sum(altering.merge_again(session, second.id)) == 1
    session.commit()
    session.refresh(shared)
    assert shared.summary == "The second says" and len(session.scalars(select(Outbox.id)).all()) == waiting + 1


@pytest.mark.parametrize(
    "values", [{"rank": -1}, {"guard_share": 1.5}, {"deadline": 0}, {"owner": "x"}, {"url": "x"}, {"title": "x" * 201}]
)
def test_what_cannot_be_is_refused(session, make_source, values):
    with pytest.raises(sourcing.BadSource):
        change(session, make_source(), **values)


def test_only_drafts_are_removed(session, make_source):
    draft, real = make_source("draft", draft=True), make_source("real")
    retiring.remove_draft(session, COMMAND_LINE, draft)
    with pytest.raises(retiring.NotADraft):
        retiring.remove_draft(session, COMMAND_LINE, real)
    assert [source.name for source in sourcing.every(session)] == ["real"]


def test_a_retired_source_leaves_what_others_still_have(session, make_source, make_record, receive):
    first, second = make_source("one"), make_source("two")
    same = {"url": "https://courses.example/pay"}
    receive(first, [make_record("a", **same), make_record("alone", "Only here")])
    receive(second, [make_record("b", **same)])
    assert retiring.leaving(session, first) == 1


def ended(session, source, state, days, **values):
    at = now() - timedelta(days=days)
    session.add(Run(source_id=source.id, state=state, created_at=at, started_at=at, finished_at=at, **values))
    session.commit()


def health(session, name):
    return {row.name: (row.health, row.since and (now() - row.since).days) for row in supervising.rows(session)}[name]


def test_health_is_what_the_last_harvest_says(session, make_source):
    source = make_source()
    assert health(session, "one") == ("never", None)
    ended(session, source, "succeeded", 10)
    assert health(session, "one") == ("works", None)
    ended(session, source, "failed", 6)
    ended(session, source, "failed", 3)
    assert health(session, "one") == ("failing", 6)
    ended(session, source, "cancelled", 2)
    assert health(session, "one") == ("failing", 6), "a run that somebody stopped says nothing"
    ended(session, source, "failed", 1, task="preview")
    ended(session, source, "partial", 1)
    assert health(session, "one") == ("works", None)
    source.draft = True
    session.commit()
    assert health(session, "one") == ("draft", None)


@pytest.mark.parametrize(
    ("schedule", "days", "expected"), [(None, 89, "works"), (None, 91, "stale"), ("0 3 * * *", 3, "stale"), ("0 3 1 * *", 40, "works")]
)
def test_stale_depends_on_the_schedule(session, make_source, schedule, days, expected):
    source = make_source(schedule=schedule)
    ended(session, source, "succeeded", days)
    assert health(session, "one")[0] == expected
