"""The rounds of the link checker: what is due, one address after the other, each in transactions of its own.

Nothing is asked while a transaction is open. When no host at all answers, the fault is taken to be ours, and no link is blamed.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from harvesters.errors import Cancelled
from hub.db import now
from hub.models.link import Link
from hub.models.resource import Resource
from hub.services import linking
from hub.services.probing import Finding, Prober

log = logging.getLogger(__name__)
BATCH = 100  # links that are due and looked up at a time
CLAIMED = timedelta(hours=1)  # nobody else asks a link for so long
SILENT_HOSTS = 8  # so many hosts, one after the other, without any answer: it is our own network


@dataclass(frozen=True, slots=True)
class Due:
    """A link to be asked."""

    id: int
    resource_id: int
    url: str
    host: str
    title: str
    next_at: datetime | None


@dataclass(slots=True)
class Tally:
    """What a round did."""

    checked: int = 0
    broken: int = 0
    offline: bool = False


class Round:
    """One round. `every`: between two looks at a link that works."""

    def __init__(self, session: Session, prober: Prober, *, every: timedelta = linking.EVERY) -> None:
        self._session, self._prober, self._every = session, prober, every
        self._unanswered: list[tuple[Due, Finding]] = []
        self.tally = Tally()

    def walk(self, *, limit: int | None = None, resource_id: int | None = None, stopped: Callable[[], bool] = lambda: False) -> Tally:
        """Ask what is due, or all links of one resource, until nothing is, `limit` is reached, or somebody asks to stop."""
        try:
            while not stopped() and not self.tally.offline and (left := remaining(limit, self.tally.checked)):
                some = due(self._session, limit=left, resource_id=resource_id)
                if not some:
                    break
                for one in some:
                    if stopped() or self.tally.offline:
                        break
                    self._ask(one)
                if resource_id is not None:
                    break
        except Cancelled:
            self._session.rollback()
        self._end()
        return self.tally

    def _ask(self, one: Due) -> None:
        if not claim(self._session, one):
            return
        finding = self._prober.probe(one.url, title=one.title)
        self.tally.checked += 1
        if not finding.answered and finding.verdict != "refused":
            self._unanswered.append((one, finding))
            self.tally.offline = len({due.host for due, _ in self._unanswered}) >= SILENT_HOSTS
            return
        self._keep([*self._unanswered, (one, finding)])
        self._unanswered = []

    def _end(self) -> None:
        """What nobody answered counts when others did, or when it is little; else our own network is down, and it is asked again."""
        if self.tally.offline:
            log.warning("links: %s hosts in a row do not answer: is this machine offline? Nothing is counted against them.", SILENT_HOSTS)
        else:
            self._keep(self._unanswered)
        self._unanswered = []

    def _keep(self, findings: list[tuple[Due, Finding]]) -> None:
        for one, finding in findings:
            link = self._session.get(Link, one.id, populate_existing=True)
            if link is None:
                continue
            linking.record(self._session, link, finding, at=now(), every=self._every)
            self._session.flush()
            linking.settle(self._session, [one.resource_id])
            self.tally.broken += link.state == "broken"
            self._session.commit()
            log.debug("link %s: %s", one.id, finding.verdict)


def remaining(limit: int | None, done: int) -> int:
    """How many to look up next."""
    return BATCH if limit is None else min(BATCH, max(limit - done, 0))


def due(session: Session, *, limit: int, resource_id: int | None = None) -> list[Due]:
    """Links whose time has come, the longest waiting first, the hosts by turns; leaves no transaction open."""
    columns = (Link.id, Link.resource_id, Link.url, Link.host, Resource.title, Link.next_at)
    wanted = select(*columns).join(Resource, Resource.id == Link.resource_id).where(Link.next_at.is_not(None))
    if resource_id is None:
        wanted = wanted.where(Link.next_at <= now()).order_by(Link.next_at)
    else:
        wanted = wanted.where(Link.resource_id == resource_id).order_by(Link.id)
    some = [Due(*row) for row in session.execute(wanted.limit(limit))]
    session.commit()
    turns: Counter[str] = Counter()
    places = []
    for place, one in enumerate(some):
        places.append((turns[one.host], place))
        turns[one.host] += 1
    return [some[place] for _, place in sorted(places)]


def claim(session: Session, one: Due) -> bool:
    """Take a link, unless another process was quicker. Commits."""
    taken = session.execute(
        update(Link)
        .where(Link.id == one.id, Link.next_at == one.next_at)
        .values(next_at=now() + CLAIMED)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return bool(taken.rowcount == 1)  # type: ignore[attr-defined]


class Patrol:
    """Makes rounds in a thread of its own, one at a time, when it is woken."""

    def __init__(self, work: Callable[[datetime | None], None]) -> None:
        self._work, self._lock = work, threading.Lock()
        self._gathered: datetime | None = None

    def wake(self) -> bool:
        """Begin a round, unless one is under way; answers whether one begins."""
        if not self._lock.acquire(blocking=False):
            return False
        threading.Thread(target=self._round, name="links", daemon=True).start()
        return True

    def _round(self) -> None:
        begun = now()
        try:
            self._work(self._gathered)
            self._gathered = begun
        except SQLAlchemyError as error:
            log.error("links: the round broke off: %s", type(error).__name__)
        except Exception:  # the thread's outer edge
            log.exception("links: the round broke off")
        finally:
            self._lock.release()
