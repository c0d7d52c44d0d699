"""Workers and their signs of life."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from hub.db import now
from hub.models.worker import Worker
from hub.services import leasing, running, working


def test_a_worker_is_there_until_it_leaves(session):
    for threads in (4, 8):
        working.beat(session, threads)
    (one,) = working.alive(session)
    assert one.threads == 8 and f"{one.host}/{one.process}/" in leasing.me() and one.doing == ()
    working.leave(session)
    assert not working.alive(session)


def test_what_a_worker_does_is_told(session, make_source):
    source = make_source()
    run = running.prepare(session, source, task="replay")
    run.state = "running"
    leasing.acquire(session, source.id)
    working.beat(session, 2)
    (one,) = working.alive(session)
    assert [(doing.run, doing.task, doing.source_title) for doing in one.doing] == [(run.id, "replay", "One")]


def test_a_silent_worker_is_gone(session):
    old = now() - leasing.LIFETIME - timedelta(seconds=1)
    session.add(Worker(name="elsewhere/1/2", threads=4, started_at=old, heartbeat_at=old))
    session.commit()
    assert not working.alive(session)
    working.beat(session, 2)
    assert session.scalar(select(func.count()).select_from(Worker)) == 1
