"""What a search finds that it did not find before: resources that came into the catalogue since. A change of an old one is no news."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.services import phrasing, querying
from hub.services.asking import Ask
from search.index import Index

MOST = 50  # of one search; more are "50 and more"
SETTLED = timedelta(hours=1)  # after so long the index has heard of a resource
REMEMBERED = 10_000  # searches of one pass


def latest(session: Session, index: Index, ask: Ask, *, limit: int = MOST) -> tuple[int, ...]:
    """Ids of what matches, the one that was catalogued last first: as many as are wanted. Raises SearchUnavailable."""
    asked = querying.read(session, replace(ask, page=1), limit=limit).query
    hits = querying.find(index, replace(asked, sort="catalogued", limit=limit, offset=0, patience=0.0)).hits
    return tuple(sorted((hit.id for hit in hits if not hit.related), reverse=True))


def settled_id(session: Session, at: datetime) -> int:
    """The last resource of which the index has surely heard: what is not beyond it and does not match now is no news any more."""
    wanted = select(Resource.id).where(Resource.created_at < at - SETTLED).order_by(Resource.created_at.desc(), Resource.id.desc()).limit(1)
    return session.scalar(wanted) or 0


def last_id(session: Session) -> int:
    """The last resource of all."""
    return session.scalar(select(Resource.id).order_by(Resource.id.desc()).limit(1)) or 0


@dataclass(slots=True)
class Glance:
    """A look at many searches at one time: the same question is asked of the index once, and none when nothing has come since."""

    session: Session
    index: Index
    settled: int
    last: int
    _known: OrderedDict[str, tuple[int, ...]] = field(default_factory=OrderedDict)

    def new(self, question: str, after: int) -> tuple[int, ...]:
        """Ids beyond `after` that the search finds, newest first, at most MOST. Raises SearchUnavailable."""
        if after >= self.last:
            return ()
        return tuple(id for id in self.of(question, phrasing.parse(question)) if id > after)

    def of(self, key: str, ask: Ask) -> tuple[int, ...]:
        """The latest matches of a question that is known by this key. Raises SearchUnavailable."""
        if key not in self._known:
            self._known[key] = latest(self.session, self.index, ask)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]

    def mark(self, after: int, found: tuple[int, ...]) -> int:
        """Up to where all is known, once these have been told."""
        return max(after, self.settled, *found)


def glance(session: Session, index: Index, at: datetime) -> Glance:
    """A look at the catalogue as it is now."""
    return Glance(session, index, settled_id(session, at), last_id(session))


def dates(session: Session, ids: tuple[int, ...]) -> dict[int, tuple[datetime, datetime]]:
    """When these resources came into the catalogue, and when they last changed there."""
    rows = session.execute(select(Resource.id, Resource.created_at, Resource.updated_at).where(Resource.id.in_(ids)))
    return {id: (came, changed) for id, came, changed in rows}
