"""Sources as those who look after them see them: their state and health, what ran last and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import Run
from hub.models.source import Source
from hub.services import leasing, scheduling, sourcing

WELL = ("succeeded", "partial")
ENDED = (*WELL, "failed", "waiting")
STALE_UNSCHEDULED = timedelta(days=90)
STALE_LEAST = timedelta(days=2)  # a schedule of every hour is not stale after a bad night
HEALTHS = ("draft", "retired", "never", "failing", "waiting", "stale", "works")
DOINGS = ("at_work", "queued", "waiting", "paused", "scheduled", "by_hand", "draft", "retired")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source in the list."""

    id: int
    name: str
    title: str
    kind: str
    owner: str | None
    doing: str  # one of DOINGS
    last_state: str | None  # of the last harvest that ended
    last_run: int | None
    good_at: datetime | None  # end of the last harvest that went well
    next_at: datetime | None
    records: int
    health: str  # one of HEALTHS
    since: datetime | None  # of failing and stale: since when


@dataclass(frozen=True, slots=True)
class _Past:
    """The harvests of one source in short."""

    last: int | None = None
    last_state: str | None = None
    good_at: datetime | None = None
    failing_since: datetime | None = None  # the first failure after the last that went well
    live: int | None = None  # records after the last that counted them
    open_state: str | None = None


def rows(session: Session, *, health: str = "", find: str = "") -> tuple[SourceRow, ...]:
    """The sources by title; only those of a health, or with these letters in name, title, kind or owner."""
    sources = [one for one in session.scalars(select(Source).order_by(Source.title, Source.id)) if not sourcing.is_internal(one)]
    pasts = past(session)
    uncounted = [source.id for source in sources if pasts.get(source.id, _Past()).live is None]
    sizes = counted(session, uncounted)
    found = (row(session, source, pasts.get(source.id, _Past()), sizes.get(source.id, 0)) for source in sources)
    letters = find.casefold()
    return tuple(
        one
        for one in found
        if (not health or one.health == health)
        and (not letters or letters in "\n".join((one.name, one.title, one.kind, one.owner or "")).casefold())
    )


def one(session: Session, source: Source) -> SourceRow:
    """One source as the list shows it."""
    found = past(session, source.id).get(source.id, _Past())
    return row(session, source, found, counted(session, [source.id]).get(source.id, 0) if found.live is None else 0)


def past(session: Session, source_id: int | None = None) -> Mapping[int, _Past]:
    """What the harvests of each source came to. Four statements for any number of sources."""
    mine = (Run.task == "harvest") & (Run.source_id == source_id if source_id is not None else Run.source_id.is_not(None))
    last = select(func.max(Run.id)).where(mine, Run.state.in_(ENDED)).group_by(Run.source_id)
    lasts = {r.source_id: r for r in session.execute(select(Run.source_id, Run.id, Run.state).where(Run.id.in_(last)))}
    good = select(func.max(Run.id)).where(mine, Run.state.in_(WELL)).group_by(Run.source_id)
    goods = {r.source_id: r for r in session.execute(select(Run.source_id, Run.id, Run.finished_at, Run.live).where(Run.id.in_(good)))}
    opens = {
        source_id: state
        for source_id, state in session.execute(
            select(Run.source_id, Run.state).where(Run.state.in_(("queued", "running", "waiting")), mine).order_by(Run.id)
        )
    }
    failing: dict[int, datetime] = {}
    failed = select(Run.source_id, Run.id, Run.finished_at).where(mine, Run.state == "failed").order_by(Run.id.desc()).limit(10_000)
    for source, number, at in session.execute(failed):
        if at is not None and (source not in goods or number > goods[source].id):
            failing[source] = at
    return {
        id: _Past(
            last=lasts[id].id if id in lasts else None,
            last_state=lasts[id].state if id in lasts else None,
            good_at=goods[id].finished_at if id in goods else None,
            failing_since=failing.get(id),
            live=goods[id].live if id in goods else None,
            open_state=opens.get(id),
        )
        for id in {*lasts, *goods, *opens, *failing}
    }


def counted(session: Session, source_ids: Sequence[int]) -> Mapping[int, int]:
    """source id -> its live records, counted now: for sources whose runs did not."""
    if not source_ids:
        return {}
    live = SourceRecord.source_id.in_(source_ids) & (SourceRecord.state != "withdrawn") & SourceRecord.title.is_not(None)
    rows = session.execute(select(SourceRecord.source_id, func.count()).where(live).group_by(SourceRecord.source_id))
    return {source_id: count for source_id, count in rows}


def row(session: Session, source: Source, before: _Past, records: int) -> SourceRow:
    """One source with what its harvests came to."""
    health, since = health_of(source, before)
    return SourceRow(
        id=source.id,
        name=source.name,
        title=source.title,
        kind=source.kind,
        owner=source.owner,
        doing=doing(session, source, before),
        last_state=before.last_state,
        last_run=before.last,
        good_at=before.good_at,
        next_at=source.next_at if not source.paused else None,
        records=0 if source.retired_at else before.live if before.live is not None else records,
        health=health,
        since=since,
    )


def doing(session: Session, source: Source, before: _Past) -> str:
    """What is going on with it, in one word of DOINGS."""
    if source.lease_owner is not None and leasing.is_held(session, source.id):
        return "at_work"
    if source.retired_at is not None:
        return "retired"
    if source.draft:
        return "draft"
    if before.open_state in ("queued", "waiting"):
        return str(before.open_state)
    return "by_hand" if source.schedule is None else "paused" if source.paused else "scheduled"


def health_of(source: Source, before: _Past) -> tuple[str, datetime | None]:
    """A simple rule: the last harvest decides; one that went well too long ago is stale."""
    if source.retired_at is not None:
        return "retired", source.retired_at
    if source.draft:
        return "draft", None
    if before.last_state == "failed":
        return "failing", before.failing_since
    if before.last_state == "waiting":
        return "waiting", None
    if before.good_at is None:
        return "never", None
    return ("stale", before.good_at) if now() - before.good_at > fresh_for(source) else ("works", None)


def fresh_for(source: Source) -> timedelta:
    """How long a harvest is fresh: twice the time between two of the schedule, 90 days without one."""
    if source.schedule is None or source.paused:
        return STALE_UNSCHEDULED
    try:
        first, second = scheduling.next_times(source.schedule, source.timezone, count=2)
    except (scheduling.BadSchedule, ValueError):
        return STALE_UNSCHEDULED
    return max(STALE_LEAST, 2 * (second - first))


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """One run of a source in short."""

    id: int
    task: str
    state: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    created: int
    updated: int
    withdrawn: int
    failed: int
    reason: str | None


def last_runs(session: Session, source_id: int, *, limit: int = 10) -> tuple[RunRow, ...]:
    """The last runs of a source, of every task, newest first."""
    columns: tuple[Any, ...] = (
        Run.id, Run.task, Run.state, Run.created_at, Run.started_at, Run.finished_at, Run.created, Run.updated, Run.withdrawn, Run.failed,
        Run.reason,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(Run.source_id == source_id).order_by(Run.id.desc()).limit(limit))
    return tuple(RunRow(**row._asdict()) for row in rows)
