"""What runs did over time, as numbers for a chart: how many records there are, what came of them, how long it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.run import Run
from hub.models.source import Source

SPANS = (14, 90)  # days
NAMES = ("sizes", "outcomes", "durations")
WORKING = ("harvest", "retry", "replay")  # tasks that bring records in


@dataclass(frozen=True, slots=True)
class Series:
    """One value a day; None where nothing is known of it."""

    name: str  # records | created | updated | failed | seconds
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Days, and for each of them a value of each series."""

    name: str  # of NAMES
    days: tuple[date, ...]
    series: tuple[Series, ...]

    @property
    def top(self) -> float:
        """The highest value; of values that stand on one another, the highest sum."""
        if self.name == "outcomes":
            return max(
                (sum(value or 0 for value in column) for column in zip(*(one.values for one in self.series), strict=True)), default=0
            )
        return max((value for one in self.series for value in one.values if value is not None), default=0)

    @property
    def peak(self) -> tuple[date, float] | None:
        """The day on which the last series was highest, and how high; None when it has no value but 0."""
        found = [(value, day) for day, value in zip(self.days, self.series[-1].values, strict=True) if value]
        return None if not found else (max(found)[1], max(found)[0])

    @property
    def empty(self) -> bool:
        """Is there nothing to draw?"""
        return not any(value for one in self.series for value in one.values)

    def rows(self) -> Iterable[tuple[date, tuple[float | None, ...]]]:
        """Each day with its values."""
        return zip(self.days, zip(*(one.values for one in self.series), strict=True), strict=True)


def charts(session: Session, *, source: str | None = None, days: int = 14) -> tuple[Chart, ...]:
    """All of them, of one source or of all, for the days that end today (UTC)."""
    return tuple(chart(session, name, source=source, days=days) for name in NAMES)


def chart(session: Session, name: str, *, source: str | None = None, days: int = 14) -> Chart:
    """One of NAMES."""
    span = SPANS[0] if days not in SPANS else days
    today = now().date()
    axis = tuple(today - timedelta(days=back) for back in reversed(range(span)))
    made: Mapping[str, Any] = {"sizes": sizes, "outcomes": outcomes, "durations": durations}
    return Chart(name, axis, made[name](session, source, axis))


def sizes(session: Session, source: str | None, axis: tuple[date, ...]) -> tuple[Series, ...]:
    """Records that fed the catalogue at each day's end: what the last run of each source before it left."""
    begin = first_moment(axis)
    last: dict[int, int] = dict(lives(session, source, before=begin))
    changes: dict[date, list[tuple[int, int]]] = defaultdict(list)
    rows = select(Run.source_id, Run.live, Run.finished_at).where(Run.live.is_not(None), Run.finished_at >= begin).order_by(Run.finished_at)
    for source_id, live, at in session.execute(of_source(rows, source)):
        changes[at.date()].append((source_id, live))
    values: list[float | None] = []
    for day in axis:
        last.update(changes.get(day, ()))
        values.append(sum(last.values()) if last else None)
    return (Series("records", tuple(values)),)


def lives(session: Session, source: str | None, *, before: datetime) -> Iterable[tuple[int, int]]:
    """(source id, records) as they were then."""
    newest = select(func.max(Run.id)).where(Run.live.is_not(None), Run.finished_at < before).group_by(Run.source_id)
    rows = session.execute(of_source(select(Run.source_id, Run.live).where(Run.id.in_(newest)), source))
    return [(source_id, live) for source_id, live in rows]


def outcomes(session: Session, source: str | None, axis: tuple[date, ...]) -> tuple[Series, ...]:
    """Records that came new, changed and failed on each day, by the day on which their run began."""
    sums: dict[date, tuple[int, ...]] = {}
    rows = select(Run.started_at, Run.created, Run.updated, Run.failed).where(Run.started_at >= first_moment(axis), Run.task.in_(WORKING))
    for at, *counts in session.execute(of_source(rows, source)):
        sums[at.date()] = tuple(a + b for a, b in zip(sums.get(at.date(), (0, 0, 0)), counts, strict=True))
    columns = zip(*(sums.get(day, (0, 0, 0)) for day in axis), strict=True)
    return tuple(Series(name, tuple(values)) for name, values in zip(("created", "updated", "failed"), columns, strict=True))


def durations(session: Session, source: str | None, axis: tuple[date, ...]) -> tuple[Series, ...]:
    """Seconds of the longest run of each day."""
    longest: dict[date, float] = {}
    wanted = (Run.started_at >= first_moment(axis), Run.finished_at.is_not(None), Run.task.in_(WORKING))
    for begun, ended in session.execute(of_source(select(Run.started_at, Run.finished_at).where(*wanted), source)):
        longest[begun.date()] = max(longest.get(begun.date(), 0.0), (ended - begun).total_seconds())
    return (Series("seconds", tuple(longest.get(day) for day in axis)),)


def first_moment(axis: tuple[date, ...]) -> datetime:
    """When the first day begins."""
    return datetime.combine(axis[0], time(), UTC)


def of_source(statement: Any, source: str | None) -> Any:
    """The same, of one source alone; else of all that are shown to everybody or to admins (previews bring nothing)."""
    statement = statement.where(Run.task != "preview")
    return statement if source is None else statement.join(Source, Source.id == Run.source_id).where(Source.name == source)
