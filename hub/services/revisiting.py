"""All that a person keeps, to come back to: by status, in an order, page by page, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from hub.models import study
from hub.models.resource import Resource
from hub.models.study import Bookmark
from hub.services import naming, paging, summarising
from hub.services.paging import Key, Place
from hub.services.summarising import Summary

STATUSES = study.STATUSES
PAGE = 20
BATCH = 500
SORTS = ("changed", "added", "title")
COLUMNS = (
    Bookmark.id, Bookmark.resource_id, Bookmark.note, Bookmark.status, Bookmark.started_at, Bookmark.ended_at, Bookmark.version,
    Bookmark.created_at, Bookmark.updated_at, Resource.public_id, Resource.title, Resource.languages, Resource.withdrawn_at,
    Resource.hidden_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """Which bookmarks, in which order, after which one."""

    person_id: int
    status: str = ""  # "": any
    words: str = ""
    sort: str = "changed"
    after: Place | None = None
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Kept:
    """One bookmark. `resource` is None when the resource can be found no longer: `withdrawn_at` or hidden."""

    id: int
    public_id: str
    slug: str
    title: str
    language: str | None
    note: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    withdrawn_at: datetime | None
    hidden: bool
    resource: Summary | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the bookmarks; how many there are of each status among those with these words; what the next page comes after."""

    rows: tuple[Kept, ...]
    counts: dict[str, int]
    following: Place | None

    @property
    def total(self) -> int:
        """Of every status."""
        return sum(self.counts.values())


def page(session: Session, ask: Ask) -> Page:
    """The page that was asked for. Five queries, whatever it shows."""
    shown, following = paging.part(session, wanted(ask), keys(ask.sort), after=ask.after, limit=ask.limit)
    found = summarising.summaries(session, [row.resource_id for row in shown])
    kept = tuple(_kept(row, found.get(row.resource_id)) for row in shown)
    return Page(kept, counts(session, ask), following)


def counts(session: Session, ask: Ask) -> dict[str, int]:
    """Status -> how many, with the words that were asked."""
    rows = session.execute(
        select(Bookmark.status, func.count())
        .join(Resource, Resource.id == Bookmark.resource_id)
        .where(*mine(ask))
        .group_by(Bookmark.status)
    )
    found = {status: count for status, count in rows}
    return {status: found.get(status, 0) for status in STATUSES}


def mine(ask: Ask) -> Sequence[ColumnElement[bool]]:
    """This person's, with the words; those of a merged page that could not follow it stay out of sight."""
    found: list[ColumnElement[bool]] = [Bookmark.person_id == ask.person_id, Resource.merged_into_id.is_(None)]
    for word in ask.words.split()[:10]:
        found.append(Resource.title.icontains(word, autoescape=True) | Bookmark.note.icontains(word, autoescape=True))
    return found


def wanted(ask: Ask) -> Any:
    """The bookmarks that were asked for."""
    found: Any = select(*COLUMNS).join(Resource, Resource.id == Bookmark.resource_id).where(*mine(ask))
    return found.where(Bookmark.status == ask.status) if ask.status else found


def keys(sort: str) -> list[Key]:
    """What sorts."""
    if sort == "title":
        return [Key(Resource.title), Key(Bookmark.id)]
    return [Key(Bookmark.created_at if sort == "added" else Bookmark.updated_at, down=True), Key(Bookmark.id, down=True)]


def every(session: Session, person_id: int) -> Iterator[Kept]:
    """All of a person's bookmarks, the oldest first, read in batches."""
    last = 0
    while True:
        rows = session.execute(wanted(Ask(person_id)).where(Bookmark.id > last).order_by(Bookmark.id).limit(BATCH)).all()
        if not rows:
            return
        yield from (_kept(row, None) for row in rows)
        last = rows[-1].id


def one(session: Session, person_id: int, public_id: str) -> Kept | None:
    """This person's bookmark of the resource with this public id; None when there is none."""
    row = session.execute(wanted(Ask(person_id)).where(Resource.public_id == public_id[:16])).first()
    return None if row is None else _kept(row, None)


def _kept(row: Any, resource: Summary | None) -> Kept:
    return Kept(
        id=row.id,
        public_id=row.public_id,
        slug=naming.slug(row.title),
        title=row.title,
        language=row.languages[0] if row.languages else None,
        note=row.note,
        status=row.status,
        started_at=row.started_at,
        ended_at=row.ended_at,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        withdrawn_at=row.withdrawn_at,
        hidden=row.hidden_at is not None,
        resource=resource,
    )
