"""Learning paths in lists: those that a visitor may read, those that one follows, and where one was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.models.institution import Exemplar, Institution
from hub.models.resource import Resource
from hub.models.shelf import Shelf, ShelfItem
from hub.models.study import Enrolment, StepDone
from hub.services import paging
from hub.services.acting import Viewer
from hub.services.paging import Key, Place
from hub.services.shelving import readable

PAGE = 24
FEATURED = 6


@dataclass(frozen=True, slots=True)
class House:
    """An institution by name."""

    slug: str
    name: str
    name_zh: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A path in a list. `total` and `done` count steps; `started_at` None: this visitor does not follow it."""

    id: int
    public_id: str
    title: str
    about: str
    owner: str | None  # the person's name, where no institution made it
    house: House | None
    total: int
    done: int
    started_at: datetime | None
    finished_at: datetime | None
    at: datetime  # by which the list is in order


@dataclass(frozen=True, slots=True)
class Page:
    """Some paths of many; what the next page comes after."""

    rows: tuple[Listed, ...]
    following: tuple[datetime, int] | None


def public(session: Session, who: Viewer, after: Place | None = None) -> Page:
    """The paths that this visitor may read, the latest change first. Three queries."""
    wanted = listing(who).where(Shelf.kind == "path")
    return cut(session, who, wanted, Shelf.updated_at, Shelf.id, after)


def mine(session: Session, who: Viewer, after: Place | None = None) -> Page:
    """Those that this person follows and may still read, the one they were on last first. Three queries."""
    return cut(session, who, listing(who).where(Enrolment.id.is_not(None)), Enrolment.updated_at, Shelf.id, after)


def featured(session: Session, who: Viewer) -> tuple[Listed, ...]:
    """Paths that institutions show as good examples. Three queries."""
    shown = select(Exemplar.shelf_id).where(Exemplar.shelf_id.is_not(None))
    wanted = listing(who).where(Shelf.kind == "path", Shelf.id.in_(shown))
    rows = session.execute(wanted.order_by(Shelf.updated_at.desc(), Shelf.id.desc()).limit(FEATURED)).all()
    return counted(session, who, rows)


def listing(who: Viewer) -> Any:
    """Readable shelves with who made them, and this visitor's enrolment."""
    own = and_(Enrolment.shelf_id == Shelf.id, Enrolment.person_id == (who.person_id or 0))
    return (
        select(Shelf, Person.name, Institution, Enrolment)
        .outerjoin(Person, Person.id == Shelf.person_id)
        .outerjoin(Institution, Institution.id == Shelf.institution_id)
        .outerjoin(Enrolment, own)
        .where(readable(who))
    )


def cut(session: Session, who: Viewer, wanted: Any, moment: Any, number: Any, after: Place | None) -> Page:
    """One page of them, after the last one of the page before."""
    rows, following = paging.part(session, wanted, (Key(moment, down=True), Key(number, down=True)), after=after, limit=PAGE)
    return Page(counted(session, who, [row[:-2] for row in rows], by_enrolment=moment is Enrolment.updated_at), following)


def counted(session: Session, who: Viewer, rows: Sequence[Any], *, by_enrolment: bool = False) -> tuple[Listed, ...]:
    """The rows with their numbers of steps, and of those done."""
    ids = [shelf.id for shelf, *_ in rows]
    totals, done = steps_of(session, who, ids)
    return tuple(
        Listed(
            id=shelf.id,
            public_id=shelf.public_id,
            title=shelf.title,
            about=shelf.about,
            owner=name if house is None else None,
            house=House(house.slug, house.name, house.name_zh) if house is not None else None,
            total=totals.get(shelf.id, 0),
            done=done.get(shelf.id, 0),
            started_at=enrolment.created_at if enrolment else None,
            finished_at=enrolment.finished_at if enrolment else None,
            at=enrolment.updated_at if by_enrolment else shelf.updated_at,
        )
        for shelf, name, house, enrolment in rows
    )


def steps_of(session: Session, who: Viewer, shelf_ids: Sequence[int]) -> tuple[dict[int, int], dict[int, int]]:
    """Shelf -> steps that count (`Progress.total`), and shelf -> steps done. One query."""
    if not shelf_ids:
        return {}, {}
    can = and_(Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None))
    did = and_(StepDone.item_id == ShelfItem.id, StepDone.person_id == (who.person_id or 0))
    rows = session.execute(
        select(ShelfItem.shelf_id, func.count(), func.count(StepDone.id))
        .join(Resource, Resource.id == ShelfItem.resource_id)
        .outerjoin(StepDone, did)
        .where(ShelfItem.shelf_id.in_(shelf_ids), Resource.merged_into_id.is_(None), or_(can, StepDone.id.is_not(None)))
        .group_by(ShelfItem.shelf_id)
    ).all()
    return {shelf: total for shelf, total, _ in rows}, {shelf: done for shelf, _, done in rows}


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made a path: an institution, or a person for themselves."""

    person: str | None
    house: House | None


def maker(session: Session, shelf: Shelf) -> Maker:
    """Who made this path. One query."""
    row = session.execute(
        select(Person.name, Institution.slug, Institution.name.label("house"), Institution.name_zh)
        .select_from(Shelf)
        .outerjoin(Person, Person.id == Shelf.person_id)
        .outerjoin(Institution, Institution.id == Shelf.institution_id)
        .where(Shelf.id == shelf.id)
    ).one()
    return Maker(row.name, House(row.slug, row.house, row.name_zh) if row.slug else None)
