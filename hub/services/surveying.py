"""What visitors searched, as those who tune the search see it: what finds nothing, what is slow, what is asked most."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from hub.models.demand import Demand

SHOWN_DAYS, SHOWN_TIMES = 2, 3  # words are shown once they came on two days, or three times: what one person typed once stays unseen
SLOW = 100  # milliseconds
LISTED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """Words that came often enough to be shown."""

    words: str
    language: str  # of the pages
    times: int
    fruitless: int
    mean_ms: int
    slowest_ms: int
    last_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """All searches of the last three months."""

    times: int
    fruitless: int
    slow: int  # different words that took longer than SLOW on average or once
    unseen: int  # different words that came too seldom to be shown
    nothing_found: tuple[Searched, ...]  # those that found nothing at least every second time
    slowest: tuple[Searched, ...]
    frequent: tuple[Searched, ...]


def survey(session: Session, *, limit: int = LISTED) -> Survey:
    """The lists, the most telling first."""
    rows = summed().subquery()
    total = session.execute(select(func.sum(rows.c.times), func.sum(rows.c.fruitless), func.count())).one()
    shown = or_(rows.c.days >= SHOWN_DAYS, rows.c.times >= SHOWN_TIMES)
    seen = session.scalar(select(func.count()).select_from(rows).where(shown)) or 0
    slow = session.scalar(select(func.count()).select_from(rows).where(rows.c.slowest_ms > SLOW)) or 0
    listed = select(rows).where(shown).limit(limit)
    return Survey(
        times=int(total[0] or 0),
        fruitless=int(total[1] or 0),
        slow=slow,
        unseen=total[2] - seen,
        nothing_found=read(session, listed.where(2 * rows.c.fruitless >= rows.c.times).order_by(rows.c.fruitless.desc(), rows.c.words)),
        slowest=read(session, listed.where(rows.c.slowest_ms > SLOW).order_by(rows.c.slowest_ms.desc(), rows.c.words)),
        frequent=read(session, listed.order_by(rows.c.times.desc(), rows.c.words)),
    )


def summed() -> Select[*tuple[Any, ...]]:
    """The months of the same words in the same language together."""
    return select(
        Demand.words,
        Demand.language,
        func.sum(Demand.days).label("days"),
        func.sum(Demand.times).label("times"),
        func.sum(Demand.fruitless).label("fruitless"),
        func.sum(Demand.total_ms).label("total_ms"),
        func.max(Demand.slowest_ms).label("slowest_ms"),
        func.max(Demand.last_day).label("last_day"),
    ).group_by(Demand.words, Demand.language)


def read(session: Session, wanted: Select[Any]) -> tuple[Searched, ...]:
    """Rows of `summed` as values."""
    return tuple(
        Searched(
            words=row.words,
            language=row.language,
            times=int(row.times),
            fruitless=int(row.fruitless),
            mean_ms=round(int(row.total_ms) / int(row.times)),
            slowest_ms=row.slowest_ms,
            last_day=row.last_day,
        )
        for row in session.execute(wanted)
    )
