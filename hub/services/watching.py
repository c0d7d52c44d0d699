"""Runs and their failures, as an admin watches them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.run import STATES, Failure, Run
from hub.models.source import BY_HAND, Source
from hub.services import leasing

RAW_MOST = 2_000_000  # bytes of a raw record that the page shows
COLUMNS = (
    Run.id, Run.state, Run.full, Run.since, Run.created_at, Run.started_at, Run.finished_at, Run.heartbeat_at, Run.stop_asked,
    Run.total, Run.pages, Run.bytes, Run.seen, Run.created, Run.updated, Run.unchanged, Run.withdrawn, Run.failed, Run.reason, Run.advice,
    Run.source_id, Source.name, Source.title, Source.kind, Source.url,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """One run as it stands. A running one whose worker is no more is `interrupted`, until another worker takes it up."""

    id: int
    state: str
    full: bool
    since: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    stop_asked: bool
    total: int | None
    pages: int
    bytes: int
    seen: int
    created: int
    updated: int
    unchanged: int
    withdrawn: int
    failed: int
    reason: str | None
    advice: str | None
    source: str
    source_title: str
    kind: str
    url: str
    at: datetime  # when this was read
    ahead: int = 0  # queued runs before this one

    @property
    def live(self) -> bool:
        """Still to change by itself."""
        return self.state in {"queued", "running", "interrupted"}

    @property
    def rate(self) -> float | None:
        """Records a second since it started."""
        end = self.finished_at or self.at
        seconds = (end - self.started_at).total_seconds() if self.started_at else 0
        return self.seen / seconds if seconds > 0 and self.seen else None

    @property
    def seconds_left(self) -> float | None:
        """At this rate, for what the source announces; None when unknown."""
        if self.state != "running" or not self.total or not self.rate or self.total <= self.seen:
            return None
        return (self.total - self.seen) / self.rate

    @property
    def silent_since(self) -> datetime:
        """The last sign of life of its worker."""
        return self.heartbeat_at or self.started_at or self.created_at


@dataclass(frozen=True, slots=True)
class FailureState:
    """One record that a run could not bring in."""

    id: int
    identifier: str | None
    stage: str
    reason: str
    advice: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RawRecord:
    """The bytes of a failed record, as text that can be shown."""

    identifier: str | None
    text: str
    media_type: str
    cut: bool


@dataclass(frozen=True, slots=True)
class RunPage:
    """Some runs of many, newest first."""

    runs: tuple[RunState, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class FailurePage:
    """Some failures of many."""

    failures: tuple[FailureState, ...]
    total: int
    pages: int


def runs(session: Session, *, page: int = 1, state: str | None = None, source: str | None = None, limit: int = 25) -> RunPage:
    """Runs, newest first; only those in a state, or of a source."""
    wanted = select(*COLUMNS).join(Source, Source.id == Run.source_id)
    if state in STATES:
        wanted = wanted.where(Run.state == state)
    if source:
        wanted = wanted.where(Source.name == source)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(wanted.order_by(Run.id.desc()).limit(limit).offset((max(page, 1) - 1) * limit))
    return RunPage(tuple(run_state(session, row) for row in rows), total, -(-total // limit))


def live_runs(session: Session) -> tuple[RunState, ...]:
    """Runs that are at work or wait for it, the oldest first."""
    rows = session.execute(
        select(*COLUMNS).join(Source, Source.id == Run.source_id).where(Run.state.in_(("queued", "running"))).order_by(Run.id).limit(20)
    )
    return tuple(run_state(session, row) for row in rows)


def run(session: Session, run_id: int) -> RunState | None:
    """One run; None when there is none."""
    row = session.execute(select(*COLUMNS).join(Source, Source.id == Run.source_id).where(Run.id == run_id)).first()
    if row is None:
        return None
    queued = select(func.count()).where(Run.state == "queued", Run.id < run_id)
    return run_state(session, row, ahead=(session.scalar(queued) or 0) if row.state == "queued" else 0)


def run_state(session: Session, row: Any, *, ahead: int = 0) -> RunState:
    """One row of COLUMNS as a value. Only of a running one it is asked whether its worker lives."""
    named = row._asdict()
    source_id = named.pop("source_id")
    if row.state == "running" and not leasing.is_held(session, source_id):
        named["state"] = "interrupted"
    return RunState(source=named.pop("name"), source_title=named.pop("title"), at=now(), ahead=ahead, **named)


def failures(session: Session, run_id: int, *, page: int = 1, limit: int = 50) -> FailurePage:
    """Failures of a run, in the order in which they happened."""
    total = session.scalar(select(func.count()).where(Failure.run_id == run_id)) or 0
    columns = (Failure.id, Failure.identifier, Failure.stage, Failure.reason, Failure.advice, Failure.url, Failure.at)
    rows = session.execute(
        select(*columns).where(Failure.run_id == run_id).order_by(Failure.id).limit(limit).offset((max(page, 1) - 1) * limit)
    )
    return FailurePage(tuple(FailureState(*row) for row in rows), total, -(-total // limit))


def all_failures(session: Session, run_id: int, *, batch: int = 500) -> Iterator[FailureState]:
    """Every failure of a run, read in batches so that any number fits."""
    columns = (Failure.id, Failure.identifier, Failure.stage, Failure.reason, Failure.advice, Failure.url, Failure.at)
    after = 0
    while True:
        rows = session.execute(select(*columns).where(Failure.run_id == run_id, Failure.id > after).order_by(Failure.id).limit(batch)).all()
        yield from (FailureState(*row) for row in rows)
        if len(rows) < batch:
            return
        after = rows[-1].id


def raw_record(session: Session, run_id: int, failure_id: int) -> RawRecord | None:
    """What the source sent for a failed record, cut at RAW_MOST; bytes that are no UTF-8 are shown as replacements."""
    row = session.execute(
        select(Failure.identifier, Failure.raw, Failure.media_type).where(Failure.run_id == run_id, Failure.id == failure_id)
    ).first()
    if row is None:
        return None
    opened = zlib.decompressobj()
    body = opened.decompress(row.raw, RAW_MOST) if row.raw else b""
    return RawRecord(row.identifier, body.decode("utf-8", "replace"), row.media_type, bool(opened.unconsumed_tail))


def source_names(session: Session) -> tuple[tuple[str, str], ...]:
    """(name, title) of every source that can be harvested, by title."""
    rows = session.execute(select(Source.name, Source.title).where(Source.kind != BY_HAND).order_by(Source.title))
    return tuple((name, title) for name, title in rows)


def source(session: Session, name: str) -> Source | None:
    """The source of this name, when it can be harvested."""
    return session.scalar(select(Source).where(Source.name == name, Source.kind != BY_HAND))
