"""Shelves in lists: those that a visitor may read, one's own, and those to which something can be added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.shelf import Shelf, ShelfItem
from hub.models.study import Enrolment, Follow
from hub.services import paging, shelving
from hub.services.acting import Viewer
from hub.services.paging import Key, Place

PAGE = 24
SORTS = ("newest", "followed", "title")
CHOICES = 200  # shelves to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which shelves are wanted."""

    words: str = ""
    institution: str = ""  # slug
    kind: str = ""
    sort: str = "newest"
    page: int = 1
    after: Place | None = None  # goes on from there, whatever the page
    limit: int = PAGE


@dataclass(frozen=True, slots=True)
class Listed:
    """A shelf in a list. `owner` is the person's name where no institution made it."""

    id: int
    public_id: str
    title: str
    about: str
    kind: str
    visibility: str
    owner: str | None
    house: Institution | None
    items: int
    followers: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """Some of many."""

    rows: tuple[Listed, ...]
    total: int
    following: Place | None


def public(session: Session, who: Viewer, ask: Ask) -> Page:
    """What this visitor may read of others' and one's own, but for what is private."""
    return listed(session, [shelving.readable(who), Shelf.visibility != "private"], ask)


def mine(session: Session, who: Viewer, ask: Ask) -> Page:
    """What this visitor may change."""
    return listed(session, [shelving.changeable(who)], ask)


def listed(session: Session, conditions: Sequence[ColumnElement[bool]], ask: Ask) -> Page:
    """Three queries, however many there are."""
    wanted = select(Shelf.id).where(*conditions)
    for word in ask.words.split()[:8]:
        wanted = wanted.where(or_(Shelf.title.icontains(word, autoescape=True), Shelf.about.icontains(word, autoescape=True)))
    if ask.kind in shelving.KINDS:
        wanted = wanted.where(Shelf.kind == ask.kind)
    if ask.institution:
        wanted = wanted.where(Shelf.institution_id.in_(select(Institution.id).where(Institution.slug == ask.institution[:100])))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    skip = (ask.page - 1) * ask.limit
    rows, following = paging.part(session, wanted, keys(ask.sort), after=ask.after, limit=ask.limit, skip=skip)
    return Page(described(session, [row[0] for row in rows]), total, following)


def keys(sort: str) -> list[Key]:
    """What sorts."""
    latest = [Key(Shelf.updated_at, down=True), Key(Shelf.id, down=True)]
    if sort == "title":
        return [Key(func.lower(Shelf.title)), Key(Shelf.id)]
    return [Key(follows(), down=True), *latest] if sort == "followed" else latest


def follows() -> Any:
    """How many follow a shelf: as a path, or to hear of what is new."""
    paths = select(func.count()).where(Enrolment.shelf_id == Shelf.id).correlate(Shelf).scalar_subquery()
    heard = select(func.count()).where(Follow.subject == "shelf", Follow.key == Shelf.public_id).correlate(Shelf).scalar_subquery()
    return paths + heard


def described(session: Session, ids: Sequence[int]) -> tuple[Listed, ...]:
    """These shelves, in this order. One query."""
    items = select(func.count()).where(ShelfItem.shelf_id == Shelf.id).correlate(Shelf).scalar_subquery()
    rows = session.execute(
        select(Shelf, Person.name, Institution, items, follows())
        .outerjoin(Person, Person.id == Shelf.person_id)
        .outerjoin(Institution, Institution.id == Shelf.institution_id)
        .where(Shelf.id.in_(ids))
    )
    found = {
        shelf.id: Listed(
            shelf.id, shelf.public_id, shelf.title, shelf.about, shelf.kind, shelf.visibility, name, house, many, heard, shelf.updated_at
        )
        for shelf, name, house, many, heard in rows
    }
    return tuple(found[id] for id in ids if id in found)


@dataclass(frozen=True, slots=True)
class Choice:
    """A shelf to which a resource can be added, or on which it stands already."""

    public_id: str
    title: str
    visibility: str
    has: bool


def choices(session: Session, who: Viewer, resource_id: int, *, words: str = "", limit: int = CHOICES) -> list[Choice]:
    """The shelves that this visitor may change, the latest change first. One query."""
    if who.person_id is None:
        return []
    has = select(ShelfItem.id).where(ShelfItem.shelf_id == Shelf.id, ShelfItem.resource_id == resource_id).correlate(Shelf).exists()
    wanted = select(Shelf.public_id, Shelf.title, Shelf.visibility, has).where(shelving.changeable(who))
    for word in words.split()[:8]:
        wanted = wanted.where(Shelf.title.icontains(word, autoescape=True))
    rows = session.execute(wanted.order_by(Shelf.updated_at.desc(), Shelf.id.desc()).limit(limit))
    return [Choice(*row) for row in rows]
