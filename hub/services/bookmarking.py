"""What a person keeps, with notes for themselves and how far they are. Nobody else ever sees it: no event is left. The caller commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models import study
from hub.models.resource import Resource
from hub.models.study import Bookmark, RemovedBookmark
from hub.services import browsing, naming, summarising
from hub.services.acting import Viewer
from hub.services.summarising import Summary
from search.index import Index

STATUSES = study.STATUSES
NOTE_MOST = 5_000  # characters
UNDO = timedelta(days=1)  # as long as a removed bookmark can be brought back with its note
LATEST_PLACE = timedelta(hours=14)  # before UTC
OLDEST = date(1970, 1, 1)
BEGUN, ENDED = "studying", ("completed", "stopped")
COPIED = ("resource_id", "first_id", "note", "status", "started_at", "ended_at", "created_at")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource that may be kept. A merged one is the one where it went."""

    id: int
    public_id: str
    slug: str
    title: str
    language: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Days:
    """When somebody says that they began and ended; None for unknown."""

    started: date | None
    ended: date | None


class WrongDay(Exception):
    """A day that cannot be. `which`: started | ended; `why`: future | old | order | status (there is no such day in this status)."""

    def __init__(self, which: str, why: str) -> None:
        super().__init__(f"{which}: {why}")
        self.which, self.why = which, why


class Stale(Exception):
    """The bookmark is another one than the person saw: they changed it elsewhere meanwhile."""


def target(session: Session, public_id: str) -> Target | None:
    """The resource with this public id, whatever became of it; None when there never was one."""
    found = session.scalar(select(Resource).where(Resource.public_id == public_id[:16]))
    seen: set[int] = set()
    while found is not None and found.merged_into_id is not None and found.id not in seen:
        seen.add(found.id)
        found = session.get(Resource, found.merged_into_id)
    if found is None:
        return None
    language = found.languages[0] if found.languages else None
    return Target(found.id, found.public_id, naming.slug(found.title), found.title, language, found.hidden_at is not None)


def of(session: Session, person_id: int, resource_id: int) -> Bookmark | None:
    """This person's bookmark of this resource."""
    return session.scalar(select(Bookmark).where(Bookmark.person_id == person_id, Bookmark.resource_id == resource_id))


def keep(session: Session, person_id: int, resource_id: int) -> Bookmark:
    """Keep a resource; what is kept already stays as it is. One that was removed a short while ago comes back with its note."""
    found = of(session, person_id, resource_id)
    if found is not None:
        return found
    moment, before = now(), removed(session, person_id, resource_id)
    made = Bookmark(person_id=person_id, resource_id=resource_id, first_id=resource_id, created_at=moment, status="interested")
    if before is not None and before.removed_at > moment - UNDO:
        for name in COPIED:
            setattr(made, name, getattr(before, name))
    made.updated_at = moment
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # kept in another window at this moment
        return session.scalars(select(Bookmark).where(Bookmark.person_id == person_id, Bookmark.resource_id == resource_id)).one()
    if before is not None:
        session.delete(before)
    return made


def removed(session: Session, person_id: int, resource_id: int) -> RemovedBookmark | None:
    """What was on the bookmark that this person took away last from this resource."""
    rows = select(RemovedBookmark).where(RemovedBookmark.person_id == person_id, RemovedBookmark.resource_id == resource_id)
    return session.scalar(rows)


def drop(session: Session, person_id: int, resource_id: int) -> bool:
    """Keep it no longer; False when it was not kept. What was written on it can be had back for a day."""
    session.execute(delete(RemovedBookmark).where(RemovedBookmark.removed_at < now() - UNDO))
    found = of(session, person_id, resource_id)
    if found is None:
        return False
    session.execute(delete(RemovedBookmark).where(RemovedBookmark.person_id == person_id, RemovedBookmark.resource_id == resource_id))
    session.add(RemovedBookmark(person_id=person_id, removed_at=now(), **{name: getattr(found, name) for name in COPIED}))
    session.delete(found)
    return True


def revise(session: Session, bookmark: Bookmark, *, note: str, status: str, version: int | None = None, days: Days | None = None) -> None:
    """Write the note, set the status and with it its dates; those of `days` that are others than before were corrected by hand, and count
    more. Raises Stale when the bookmark has another version than the person saw, and WrongDay."""
    session.flush()
    session.refresh(bookmark, with_for_update=True)
    if version is not None and bookmark.version != version:
        raise Stale
    note, before = written(note), days_of(bookmark)
    if (note, status, days or before) == (bookmark.note, bookmark.status, before):
        return
    advance(bookmark, status, now())
    if days is not None:
        correct(bookmark, days, before)
    bookmark.note, bookmark.version, bookmark.updated_at = note, bookmark.version + 1, now()


def written(text: str) -> str:
    """What somebody typed in several lines, as we keep it: without control characters, as long as a note may be."""
    return scrub(text.replace("\r\n", "\n").replace("\r", "\n")).strip()[:NOTE_MOST]


def advance(bookmark: Bookmark, status: str, moment: datetime) -> None:
    """Another status, with its dates: one begins once, ends when one is through or stops, and has not ended when one goes on."""
    if status not in STATUSES:
        raise ValueError(f"no status: {status}")
    if status == "interested":
        bookmark.started_at = None
    elif status == BEGUN:
        bookmark.started_at = bookmark.started_at or moment
    if status not in ENDED:
        bookmark.ended_at = None
    elif status != bookmark.status:
        bookmark.ended_at = moment
    bookmark.status = status


def days_of(bookmark: Any) -> Days:
    """The days of its dates."""
    return Days(*(at.date() if at is not None else None for at in (bookmark.started_at, bookmark.ended_at)))


def correct(bookmark: Bookmark, days: Days, before: Days) -> None:
    """Put typed days in the place of those that the hub noted, where they differ from what stood there. Raises WrongDay."""
    allowed = {"started": bookmark.status != STATUSES[0], "ended": bookmark.status in ENDED}
    for which, typed, stood in (("started", days.started, before.started), ("ended", days.ended, before.ended)):
        if typed == stood:
            continue
        if typed is not None:
            check_day(which, typed, allowed=allowed[which])
        setattr(bookmark, f"{which}_at", datetime.combine(typed, time(), UTC) if typed is not None else None)
    result = days_of(bookmark)
    if result.started and result.ended and result.ended < result.started:
        raise WrongDay("ended", "order")


def check_day(which: str, day: date, *, allowed: bool) -> None:
    """Raises WrongDay for one that cannot be. Today is where it is latest: the hub does not know where its reader is."""
    if not allowed:
        raise WrongDay(which, "status")
    if day > (now() + LATEST_PLACE).date():
        raise WrongDay(which, "future")
    if day < OLDEST:
        raise WrongDay(which, "old")


def marks(session: Session, who: Viewer, resource_ids: Collection[int]) -> frozenset[int]:
    """Which of these resources this visitor keeps. One query, none for who keeps nothing here."""
    if who.person_id is None or not resource_ids:
        return frozenset()
    wanted = select(Bookmark.resource_id).where(Bookmark.person_id == who.person_id, Bookmark.resource_id.in_(resource_ids))
    return frozenset(session.scalars(wanted))


def on_resource(session: Session, who: Viewer, resource_id: int) -> Any:
    """This visitor's bookmark of the resource, None when there is none: the resource's page shows its status."""
    return None if who.person_id is None else of(session, who.person_id, resource_id)


def by_number(session: Session, person_id: int, number: int) -> Bookmark | None:
    """One of this person's bookmarks."""
    return session.scalar(select(Bookmark).where(Bookmark.person_id == person_id, Bookmark.id == number))


def last_removed(session: Session, person_id: int, public_id: str) -> Target | None:
    """The resource with this public id, when this person took its bookmark away and can have it back."""
    found = target(session, public_id) if public_id else None
    return found if found is not None and removed(session, person_id, found.id) is not None else None


def suggestions(session: Session, index: Index) -> tuple[Summary, ...]:
    """Three resources to begin with, none while the index cannot be read."""
    hits = browsing.counts(index, newest=3)
    return summarising.in_order(session, [hit.id for hit in hits.hits] if hits else [])
