"""Runs and their failures, as an admin watches them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.run import STATES, TASKS, Failure, Run
from hub.models.source import BY_HAND, Source
from hub.services import leasing, paging, running

RAW_MOST = 2_000_000  # bytes of a raw record that the page shows
COLUMNS = (
    Run.id, Run.task, Run.cause, Run.urgent, Run.state, Run.full, Run.since, Run.created_at, Run.started_at,
    Run.finished_at, Run.heartbeat_at, Run.stop_asked,
    Run.total, Run.pages, Run.bytes, Run.seen, Run.created, Run.updated, Run.unchanged, Run.withdrawn, Run.failed, Run.reason, Run.advice,
    Run.source_id, Source.name, Source.title, Source.kind, Source.url,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RunState:
    """One run as it stands. A running one whose worker is no more is `interrupted`, until another worker takes it up."""

    id: int
    task: str
    cause: str
    urgent: bool
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
    resumable: bool = False  # it can go on where it stopped

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
    run: int
    source: str
    source_title: str
    mended_at: datetime | None
    again_run: int | None  # a later run in which it failed again

    @property
    def open(self) -> bool:
        """Still to be mended."""
        return self.mended_at is None and self.again_run is None


@dataclass(frozen=True, slots=True)
class FailureFilter:
    """Which failures are wanted; what is empty lets all through."""

    run: int | None = None
    source: str = ""
    stage: str = ""
    state: str = ""  # open | mended | again
    words: str = ""  # a part of the identifier, the reason or the address


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
    following: int | None  # the next part comes after this run


@dataclass(frozen=True, slots=True)
class FailurePage:
    """Some failures of many."""

    failures: tuple[FailureState, ...]
    total: int
    pages: int
    following: int | None  # the next part comes after this failure
    open: int  # of all of them, how many are still to be mended


def runs(
    session: Session,
    *,
    page: int = 1,
    after: int | None = None,
    state: str | None = None,
    source: str | None = None,
    task: str = "",
    limit: int = 25,
) -> RunPage:
    """Runs, newest first; only those in a state, of a source, of a task. `after`: those that follow this run, whatever began meanwhile."""
    wanted = select(*COLUMNS).join(Source, Source.id == Run.source_id)
    if state in STATES:
        wanted = wanted.where(Run.state == state)
    if source:
        wanted = wanted.where(Source.name == source)
    if task in TASKS:
        wanted = wanted.where(Run.task == task)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    if after is not None:
        wanted = wanted.where(Run.id < after)
    rows = session.execute(wanted.order_by(Run.id.desc()).limit(limit + 1).offset((max(page, 1) - 1) * limit)).all()
    following = rows[limit - 1].id if len(rows) > limit else None
    return RunPage(tuple(run_state(session, row) for row in rows[:limit]), total, -(-total // limit), following)


def live_runs(session: Session, *, limit: int = 20) -> tuple[RunState, ...]:
    """Runs that are at work, then those that wait for it, in the order in which they come."""
    rows = session.execute(
        select(*COLUMNS)
        .join(Source, Source.id == Run.source_id)
        .where(Run.state.in_(("queued", "running")))
        .order_by(case((Run.state == "running", 0), else_=1), Run.urgent.desc(), Run.id)
        .limit(limit)
    )
    return tuple(run_state(session, row) for row in rows)


def run(session: Session, run_id: int) -> RunState | None:
    """One run; None when there is none."""
    row = session.execute(select(*COLUMNS).join(Source, Source.id == Run.source_id).where(Run.id == run_id)).first()
    if row is None:
        return None
    before = Run.id < run_id if row.urgent else or_(Run.id < run_id, Run.urgent)
    queued = select(func.count()).where(Run.state == "queued", Run.id != run_id, before if not row.urgent else before & Run.urgent)
    found = run_state(session, row, ahead=(session.scalar(queued) or 0) if row.state == "queued" else 0)
    ended = found.state in ("failed", "cancelled", "interrupted")
    return replace(found, resumable=ended and not running.why_not(session, session.get_one(Run, run_id)))


def run_state(session: Session, row: Any, *, ahead: int = 0) -> RunState:
    """One row of COLUMNS as a value. Only of a running one it is asked whether its worker lives."""
    named = row._asdict()
    source_id = named.pop("source_id")
    if row.state == "running" and not leasing.is_held(session, source_id):
        named["state"] = "interrupted"
    return RunState(source=named.pop("name"), source_title=named.pop("title"), at=now(), ahead=ahead, **named)


FAILURE_COLUMNS = (
    Failure.id, Failure.identifier, Failure.stage, Failure.reason, Failure.advice, Failure.url, Failure.at, Failure.run_id,
    Source.name, Source.title, Failure.mended_at, Failure.again_run_id,
)  # fmt: skip
OPEN = Failure.mended_at.is_(None) & Failure.again_run_id.is_(None)
FAILURE_STATES: dict[str, ColumnElement[bool]] = {
    "open": OPEN,
    "mended": Failure.mended_at.is_not(None),
    "again": Failure.mended_at.is_(None) & Failure.again_run_id.is_not(None),
}


def narrowed(wanted: Any, only: FailureFilter) -> Any:
    """Only the failures that are meant."""
    wanted = wanted.select_from(Failure).join(Run, Run.id == Failure.run_id).join(Source, Source.id == Run.source_id)
    if only.run is not None:
        wanted = wanted.where(Failure.run_id == only.run)
    if only.source:
        wanted = wanted.where(Source.name == only.source)
    if only.stage:
        wanted = wanted.where(Failure.stage == only.stage)
    if only.state in FAILURE_STATES:
        wanted = wanted.where(FAILURE_STATES[only.state])
    if only.words:
        texts = (Failure.identifier, Failure.reason, Failure.url)
        wanted = wanted.where(or_(*(text.icontains(only.words[:200].replace("\0", ""), autoescape=True) for text in texts)))
    return wanted


def failures(session: Session, run_id: int, *, after: int | None = None, limit: int = 50) -> FailurePage:
    """Failures of a run, in the order in which they happened; `after`: those that follow this one."""
    return some_failures(session, FailureFilter(run=run_id), after=after, limit=limit)


def some_failures(session: Session, only: FailureFilter, *, page: int = 1, after: int | None = None, limit: int = 50) -> FailurePage:
    """The failures that are meant: of one run in the order in which they happened, of many the newest first."""
    total, still = session.execute(narrowed(select(func.count(), func.count(case((OPEN, 1)))), only)).one()
    keys = [paging.Key(Failure.id, down=only.run is None)]
    wanted, place, skip = narrowed(select(*FAILURE_COLUMNS), only), (after,) if after is not None else None, (max(page, 1) - 1) * limit
    rows, following = paging.part(session, wanted, keys, after=place, limit=limit, skip=skip)
    found = tuple(FailureState(*row[:-1]) for row in rows)
    return FailurePage(found, total, -(-total // limit), following[0] if following else None, still)


def all_failures(session: Session, run_id: int, *, batch: int = 500) -> Iterator[FailureState]:
    """Every failure of a run, read in batches so that any number fits."""
    after, wanted = 0, narrowed(select(*FAILURE_COLUMNS), FailureFilter(run=run_id)).order_by(Failure.id).limit(batch)
    while True:
        rows = session.execute(wanted.where(Failure.id > after)).all()
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
