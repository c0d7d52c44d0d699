"""When sources are harvested by themselves: cron expressions of five fields in the source's time zone, and the runs that they bring.

`Source.next_at` is when the next run is wanted. Whoever moves it on, by one conditional UPDATE, starts the run: several workers may look
at the same time. Times that were missed become one run.
"""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from cronsim import CronSim, CronSimError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.run import Run
from hub.models.source import Source
from hub.services import leasing, running

log = logging.getLogger(__name__)

CAUSE = "schedule"
LONGEST = 100  # characters of an expression
NAMES = {"@hourly": "0 * * * *", "@daily": "0 3 * * *", "@weekly": "0 3 * * 1", "@monthly": "0 3 1 * *"}
FIELDS = (  # name, and what may stand in it
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31, or L for the last"),
    ("month", "1 to 12, or JAN to DEC"),
    ("day of the week", "0 to 7 (both are Sunday), or SUN to SAT"),
)


class BadSchedule(Exception):
    """This cannot be a schedule; the message says what is wrong and what to write."""


@cache
def zones() -> frozenset[str]:
    """Names of all time zones (IANA)."""
    return frozenset(zoneinfo.available_timezones())


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone of this name. Raises BadSchedule."""
    if name not in zones():
        raise BadSchedule(f"{name[:64]!r} is no time zone: write its IANA name, such as Asia/Shanghai, Europe/Berlin or UTC.")
    return zoneinfo.ZoneInfo(name)


def parse(expression: str) -> str:
    """The expression as it is kept: five fields with single blanks, names such as @daily written out. Raises BadSchedule."""
    written = " ".join(expression[: LONGEST + 1].split())
    written = NAMES.get(written.lower(), written)
    if len(written) > LONGEST or not written.isascii():
        raise BadSchedule(f"A schedule has at most {LONGEST} plain characters, such as 0 3 * * * for every day at 03:00.")
    fields = written.split()
    if len(fields) != len(FIELDS):
        raise BadSchedule(
            f"A schedule has five fields (minute, hour, day of the month, month, day of the week), not {len(fields)}: "
            "0 3 * * * is every day at 03:00."
        )
    for place, (field, (name, range_)) in enumerate(zip(fields, FIELDS, strict=True)):
        alone = ["*"] * len(FIELDS)
        alone[place] = field
        if not is_cron(" ".join(alone)):
            raise BadSchedule(
                f"The {name} {field!r} cannot be: write a number from {range_}, a list (1,15), a range (1-5), a step (*/2) or *."
            )
    if not is_cron(written):
        raise BadSchedule(f"There is no day that {written!r} means: its day of the month is not in its month.")
    return written


def is_cron(expression: str) -> bool:
    """Does the library take it, and does it ever come?"""
    try:
        next(CronSim(expression, datetime(2024, 1, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))))
    except (CronSimError, StopIteration):
        return False
    return True


def times(expression: str, timezone: str, *, after: datetime | None = None) -> Iterator[datetime]:
    """The times that it means from now on, without end. A time that the clocks skip comes when they have; one that comes twice, once.

    Raises BadSchedule.
    """
    place, begin = zone(timezone), after or now()
    for moment in CronSim(parse(expression), begin.astimezone(place)):
        if moment.astimezone(zoneinfo.ZoneInfo("UTC")) > begin:  # in the hour that comes twice, its first coming may be over
            yield moment


def next_times(expression: str, timezone: str, *, count: int = 5, after: datetime | None = None) -> list[datetime]:
    """The next few times, in the zone of the schedule. Raises BadSchedule."""
    coming = times(expression, timezone, after=after)
    return [moment for _, moment in zip(range(count), coming, strict=False)]


def following(source: Source, *, after: datetime | None = None) -> datetime | None:
    """When a source wants its next run; None without a schedule, and for one that rests, is not ready or is harvested no more."""
    if source.schedule is None or source.paused or source.draft or source.retired_at is not None:
        return None
    return next(times(source.schedule, source.timezone, after=after), None)


def set_schedule(session: Session, source: Source, expression: str | None, timezone: str) -> None:
    """Give a source this schedule, or none. The caller commits. Raises BadSchedule."""
    zone(timezone)
    source.schedule = parse(expression) if expression is not None else None
    source.timezone = timezone
    refresh(source)


def pause(source: Source, *, paused: bool) -> None:
    """Let a schedule rest, or go on: from now, what was missed meanwhile is not made up for. The caller commits."""
    source.paused = paused
    refresh(source)


def refresh(source: Source) -> None:
    """Reckon anew when the next run is wanted, after the schedule or the state of the source has changed. The caller commits."""
    source.next_at = following(source)


def values_of(source: Source) -> dict[str, Any]:
    """A schedule as the audit log keeps it."""
    return {"schedule": source.schedule, "timezone": source.timezone, "paused": source.paused}


def start_due(session: Session, *, at: datetime | None = None) -> list[int]:
    """Prepare a run for each source whose time has come, and say which; they are the caller's to queue. Commits."""
    moment = at or now()
    due = session.execute(
        select(Source.id, Source.next_at)
        .where(Source.next_at <= moment, Source.paused.is_(False), Source.draft.is_(False), Source.retired_at.is_(None))
        .order_by(Source.next_at, Source.id)
    ).all()
    session.commit()
    started = [start(session, source_id, wanted, moment) for source_id, wanted in due if wanted is not None]
    return [run_id for run_id in started if run_id is not None]


def start(session: Session, source_id: int, wanted: datetime, moment: datetime) -> int | None:
    """The run of one source whose time has come; None when another worker has it, or when the source is busy. Commits.

    A harvest that is still open stands for it; after a preview, a retry or a replay it is begun.
    """
    if not move_on(session, source_id, wanted, moment):
        session.rollback()
        return None
    source = session.get_one(Source, source_id)
    busy = session.scalar(select(Run.id).where(Run.source_id == source_id, Run.task == "harvest", Run.state.in_(running.OPEN)).limit(1))
    if busy is not None:
        log.info("source %s: its time has come, but run %s is still open", source.name, busy)
        session.commit()
        return None
    try:
        return running.prepare(session, source, cause=CAUSE).id
    except leasing.AlreadyRunning as error:
        log.debug("source %s: its time has come, but %s", source.name, error)  # rolled back: its time stays, and is looked at again
        return None


def move_on(session: Session, source_id: int, wanted: datetime, moment: datetime) -> bool:
    """Take this time of a source: False when another worker has taken it, or somebody changed the schedule."""
    source = session.get_one(Source, source_id)
    try:
        later = following(source, after=moment)
    except BadSchedule as error:
        log.error("source %s: its schedule is no longer understood: %s", source.name, error)
        later = None
    taken = update(Source).where(Source.id == source_id, Source.next_at == wanted).values(next_at=later)
    return bool(session.execute(taken.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Coming:
    """The next run that a schedule wants."""

    source: str
    source_title: str
    at: datetime
    schedule: str
    timezone: str


def coming(session: Session, *, limit: int = 50) -> Sequence[Coming]:
    """What the schedules bring next, the soonest first."""
    rows = session.execute(
        select(Source.name, Source.title, Source.next_at, Source.schedule, Source.timezone)
        .where(Source.next_at.is_not(None), Source.paused.is_(False))
        .order_by(Source.next_at, Source.id)
        .limit(limit)
    )
    return tuple(Coming(name, title, at, schedule or "", timezone) for name, title, at, schedule, timezone in rows if at is not None)
