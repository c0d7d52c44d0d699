"""The index kept up with the catalogue by one process, whatever happens to it: damage is mended, a full disk waited out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.index_task import IndexKeeper
from hub.services import ending, indexing, tending
from search.index import Index, IndexDamaged, IndexFault

log = logging.getLogger(__name__)
PATIENCE = 1.5  # seconds that a change may wait for others to come along
LOOK = 0.1  # seconds between two looks at the outbox
LEARNED = 16  # meanings made between two looks: an eighth of a second
BEAT = 10.0  # seconds between two signs of life
VERIFY = 6 * 3600.0  # seconds between two looks at every byte of the index; the first is at the beginning
LACKING = 0.1  # of the catalogue
LONGEST_PAUSE = 60.0  # seconds between two attempts while something stands in the way
ALIVE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class KeeperState:
    """Does a process keep the index, and what stands in its way?"""

    alive: bool
    heard_at: datetime | None
    reason: str | None
    since: datetime | None


def follow(session: Session, index: Index, *, stopped: Callable[[], bool], pause: Callable[[float], None] = time.sleep) -> None:
    """Keep the index up with the catalogue until `stopped`, then drain and return.

    Changes wait up to PATIENCE for others: one commit of 2,000 documents costs little more than one of 20. An index that is damaged,
    lost or of another version is rebuilt from the database. While that, a commit or the database itself fails, the reason is kept, and it
    is tried again, later each time.
    """
    keeping = _Keeping(session, index)
    while not stopped():
        wait = keeping.look()
        until = time.monotonic() + wait
        while wait > LOOK and not stopped() and time.monotonic() < until:
            pause(LOOK)
        if wait <= LOOK:
            pause(wait)
    indexing.drain(session, index)


def state(session: Session) -> KeeperState:
    """Of the process that keeps the index."""
    row = session.get(IndexKeeper, 1, populate_existing=True)
    if row is None:
        return KeeperState(False, None, None, None)
    return KeeperState(row.heartbeat_at > now() - ALIVE, row.heartbeat_at, row.reason, row.since)


class _Keeping:
    """What the loop remembers."""

    def __init__(self, session: Session, index: Index) -> None:
        self._session, self._index = session, index
        self._waiting_since: float | None = None
        self._verified = self._beaten = self._counted = float("-inf")
        self._lacked = False
        self._damage = ""
        self._reason = ""
        self._failures = 0

    def look(self) -> float:
        """Do what there is to do; answers after how many seconds to look again."""
        try:
            self._mend()
            wait = self._bring()
        except IndexFault as fault:
            self._session.rollback()
            return self._trouble(fault)
        except SQLAlchemyError as error:  # full, locked or restarted: waited out like a full disk of the index
            ending.reset(self._session)
            return self._trouble(IndexFault(f"The database failed: {ending.words(error)}."))
        if self._reason:
            log.info("the index is kept again")
            self._reason, self._failures, self._beaten = "", 0, float("-inf")
        self._beat()
        return wait

    def _mend(self) -> None:
        """Look whether the index is whole, from time to time; rebuild it when it is not. Raises IndexFault."""
        if self._damage:
            self._rebuild()
        moment = time.monotonic()
        if moment - self._verified >= VERIFY or self._index.doubted():
            self._index.verify()
            if not self._index.count() and indexing.size(self._session) > indexing.waiting(self._session):
                raise IndexDamaged("The search index is empty though the catalogue is not.")
            self._verified, self._damage = moment, ""
        if moment - self._counted >= BEAT:
            self._counted = moment
            self._count()

    def _count(self) -> None:
        """An index that lacks much of the catalogue twice in a row, what is on its way left aside, was lost. Raises IndexDamaged."""
        wanted = indexing.size(self._session)
        lacking = wanted - indexing.waiting(self._session) - self._index.count() > LACKING * wanted
        if lacking and self._lacked:
            self._lacked = False
            raise IndexDamaged("The search index lacks much of the catalogue.")
        self._lacked = lacking

    def _rebuild(self) -> None:
        try:
            task = tending.start(self._session, "rebuild", reason=self._damage)
        except tending.AlreadyTending:
            return  # somebody is at it; if that does not help we hear of the damage again
        log.warning("the index is rebuilt from the database: %s", self._damage)
        ended = tending.work(self._session, self._index, task)
        if ended is not None and ended.state == "failed":
            raise IndexFault(ended.reason or "")

    def _bring(self) -> float:
        """One batch, when changes are enough or have waited long enough; while none wait, some meanings. Raises IndexFault."""
        count = indexing.waiting(self._session)
        moment = time.monotonic()
        self._waiting_since = None if not count else self._waiting_since or moment
        if count >= indexing.BATCH or (self._waiting_since is not None and moment - self._waiting_since >= PATIENCE):
            indexing.sync(self._session, self._index)
            self._waiting_since = None
            return 0.0
        if not count and self._index.learn(limit=LEARNED):
            return 0.0
        return LOOK

    def _trouble(self, fault: IndexFault) -> float:
        """Remember what is wrong. Damage is mended at once the first time, everything else is tried again later."""
        if isinstance(fault, IndexDamaged) and not self._damage:
            self._damage, self._verified = str(fault), float("-inf")
            return 0.0
        if str(fault) != self._reason:
            log.error("the index cannot be kept: %s", fault)
            self._reason, self._beaten = str(fault), float("-inf")
        self._failures += 1
        self._beat()
        return min(LONGEST_PAUSE, 2.0 ** min(self._failures - 1, 10))

    def _beat(self) -> None:
        if time.monotonic() - self._beaten < BEAT:
            return
        self._beaten = time.monotonic()
        try:
            _note(self._session, self._reason)
        except SQLAlchemyError as error:  # a full disk is full for the database too
            ending.reset(self._session)
            log.warning("the keeper of the index cannot say how it does: %s", type(error).__name__)


def _note(session: Session, reason: str) -> None:
    row = session.get(IndexKeeper, 1, populate_existing=True)
    since = None if not reason else row.since if row is not None and row.reason == reason else now()
    values = {"heartbeat_at": now(), "reason": reason or None, "since": since}
    if row is None:
        session.add(IndexKeeper(id=1, **values))
    else:
        session.execute(update(IndexKeeper).where(IndexKeeper.id == 1).values(**values))
    session.commit()
