"""Runs as an admin watches them."""

from __future__ import annotations

import zlib
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Failure, Run
from hub.services import leasing, watching


def run_of(session: Session, source: Any, **values: Any) -> Run:
    run = Run(source_id=source.id, created_at=now(), **values)
    session.add(run)
    session.commit()
    return run


def test_rate_and_time_left(session: Session, make_source: Any) -> None:
    source = make_source()
    leasing.acquire(session, source.id)
    run = run_of(session, source, state="running", started_at=now() - timedelta(seconds=10), seen=50, total=100)
    state = watching.run(session, run.id)
    assert state is not None and state.rate is not None and state.seconds_left is not None
    assert 3 < state.rate <= 5
    assert 10 <= state.seconds_left < 17
    assert (state.state, state.live) == ("running", True)


def test_a_run_without_a_living_worker_is_interrupted(session: Session, make_source: Any) -> None:
    run = run_of(session, make_source(), state="running", started_at=now())
    state = watching.run(session, run.id)
    assert state is not None
    assert (state.state, state.live) == ("interrupted", True)


def test_a_queued_run_knows_its_place(session: Session, make_source: Any) -> None:
    for name in ("one", "two"):
        run_of(session, make_source(name), state="queued")
    last = run_of(session, make_source("three"), state="queued")
    state = watching.run(session, last.id)
    assert state is not None
    assert state.ahead == 2
    assert [live.source for live in watching.live_runs(session)] == ["one", "two", "three"]


def test_runs_come_in_pages_and_narrowed(session: Session, make_source: Any) -> None:
    one, two = make_source("one"), make_source("two")
    for number in range(7):
        run_of(session, one if number % 2 else two, state="failed" if number < 2 else "succeeded")
    assert [len(watching.runs(session, page=page, limit=3).runs) for page in (1, 2, 3, 4)] == [3, 3, 1, 0]
    assert watching.runs(session, limit=3).pages == 3
    assert {run.source for run in watching.runs(session, source="two").runs} == {"two"}
    assert watching.runs(session, state="failed").total == 2
    assert watching.runs(session, state="no such state").total == 7


def test_failures_and_their_raw_records(session: Session, make_source: Any) -> None:
    run = run_of(session, make_source(), state="partial")
    bodies = ["中".encode() * 10, b"\xff\xfe", b"", b"x" * (watching.RAW_MOST + 5)]
    for number, body in enumerate(bodies):
        raw = zlib.compress(body) if body else b""
        session.add(Failure(run_id=run.id, identifier=f"r{number}", stage="read", reason="why", raw=raw, at=now()))
    session.commit()
    kept = list(watching.all_failures(session, run.id, batch=2))
    assert [one.identifier for one in kept] == ["r0", "r1", "r2", "r3"]
    shown = [watching.raw_record(session, run.id, one.id) for one in kept]
    assert [one.text for one in shown[:3] if one] == ["中" * 10, "\ufffd\ufffd", ""]
    assert shown[3] is not None
    assert (len(shown[3].text), shown[3].cut) == (watching.RAW_MOST, True)
    assert watching.raw_record(session, run.id + 1, kept[0].id) is None
