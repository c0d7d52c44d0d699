"""What visitors search, counted without anything that says who they are. A process counts in memory and hands over in the background."""

from __future__ import annotations

import atexit
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import case, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.models.demand import Demand
from search.analysis import fold

log = logging.getLogger(__name__)
LONGEST = 200  # characters; a longer text was pasted, and may be anything
PAUSE = 10.0  # seconds between two handovers
PENDING_MOST = 1_000  # different words between two handovers
ROWS_MOST = 20_000
KEPT = timedelta(days=90)
KEPT_ALONE = timedelta(days=30)  # what came on one day only
PRIVATE = re.compile(r"@|://|www\.|(?:\d[\s().+/-]{0,3}){7}")  # addresses of people and pages; telephone, card and identity numbers


@dataclass(slots=True)
class Count:
    """The searches with the same words in the same language on one day."""

    times: int = 0
    fruitless: int = 0
    total_ms: int = 0
    slowest_ms: int = 0

    def add(self, *, found: int, milliseconds: int) -> None:
        """One more."""
        self.times += 1
        self.fruitless += not found
        self.total_ms += milliseconds
        self.slowest_ms = max(self.slowest_ms, milliseconds)


Counts = Mapping[tuple[str, str, date], Count]  # words, language, day


def kept_words(typed: str) -> str | None:
    """Words as they are counted: folded, single blanks; None when there are none, or when they may say who somebody is."""
    words = " ".join(fold(typed.replace("\0", " ")).split())
    return words if words and len(words) <= LONGEST and not PRIVATE.search(words) else None


class Observer:
    """Counts the searches of this process, and gives the counts away every `pause` seconds and when the process ends.

    `keep` writes them; what it cannot write is lost, as is the last pause of a killed process. Without a pause nobody is called but
    by `hand_over`.
    """

    def __init__(self, keep: Callable[[Counts], None], *, pause: float | None) -> None:
        self._keep, self._pause = keep, pause
        self._counts: dict[tuple[str, str, date], Count] = {}
        self._lock = threading.Lock()
        self._process = 0  # whose thread hands over: a thread does not live on in a forked process

    def note(self, typed: str, language: str, *, found: int, milliseconds: int, day: date) -> None:
        """Count one search, unless its words are not to be kept."""
        words = kept_words(typed)
        if words is None:
            return
        with self._lock:
            count = self._counts.get((words, language, day))
            if count is None and len(self._counts) < PENDING_MOST:
                count = self._counts[words, language, day] = Count()
            if count is not None:
                count.add(found=found, milliseconds=milliseconds)
            if self._pause is not None and self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._go_on, args=(self._pause,), name="observer", daemon=True).start()
                atexit.register(self.hand_over)

    def hand_over(self) -> None:
        """Give away what was counted since the last time."""
        with self._lock:
            counts, self._counts = self._counts, {}
        if counts:
            try:
                self._keep(counts)
            except SQLAlchemyError as error:
                log.warning("the counts of %s searches are lost: %s", len(counts), type(error).__name__)

    def _go_on(self, pause: float) -> None:
        while True:
            time.sleep(pause)
            self.hand_over()


def keep(session: Session, counts: Counts, *, today: date) -> None:
    """Add counts to the database, and forget what is too old or too much. One short transaction, which the caller commits."""
    rows = [
        {"words": words, "language": language, "month": day.replace(day=1), "last_day": day, "days": 1, **asdict(count)}
        for (words, language, day), count in sorted(counts.items(), key=lambda pair: pair[0])  # one order: no two processes wait in a ring
    ]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(Demand)
    added = added.on_conflict_do_update(index_elements=["words", "language", "month"], set_=summed(added.excluded))
    session.connection().execute(added, rows)
    forget(session, today=today)


def summed(new: Any) -> dict[str, Any]:
    """A row that is there and a new one together, as an upsert says it."""
    return {
        "days": Demand.days + case((new.last_day > Demand.last_day, 1), else_=0),
        "last_day": case((new.last_day > Demand.last_day, new.last_day), else_=Demand.last_day),
        "times": Demand.times + new.times,
        "fruitless": Demand.fruitless + new.fruitless,
        "total_ms": Demand.total_ms + new.total_ms,
        "slowest_ms": case((new.slowest_ms > Demand.slowest_ms, new.slowest_ms), else_=Demand.slowest_ms),
    }


def forget(session: Session, *, today: date, most: int = ROWS_MOST) -> None:
    """Take away months that began KEPT ago, what came on one day only KEPT_ALONE ago, and the rarest of more than `most` rows."""
    session.execute(delete(Demand).where(or_(Demand.month <= today - KEPT, (Demand.days == 1) & (Demand.last_day <= today - KEPT_ALONE))))
    over = (session.scalar(select(func.count()).select_from(Demand)) or 0) - most
    if over > 0:
        rarest = select(Demand.id).order_by(Demand.times, Demand.last_day, Demand.id).limit(over)
        session.execute(delete(Demand).where(Demand.id.in_(rarest)))
