"""Where somebody was: what they study, and the next steps of the paths that they follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.models.shelf import Shelf, ShelfItem
from hub.models.study import Bookmark, Enrolment, StepDone
from hub.services import naming, wayfinding
from hub.services.acting import Viewer
from hub.services.shelving import readable

MOST = 4


@dataclass(frozen=True, slots=True)
class Place:
    """One thing to go on with: a resource, perhaps as the next step of a path."""

    public_id: str
    slug: str
    title: str
    language: str | None
    at: datetime
    path_id: str | None = None
    path_title: str | None = None
    done: int = 0
    total: int = 0


def places(session: Session, who: Viewer) -> tuple[Place, ...]:
    """At most four, what was touched last first. Three queries, none for who is not signed in."""
    if who.person_id is None:
        return ()
    steps = next_steps(session, who)
    named = {place.public_id for place in steps}
    found = [*steps, *(place for place in studied(session, who.person_id) if place.public_id not in named)]
    return tuple(sorted(found, key=lambda place: place.at, reverse=True)[:MOST])


def studied(session: Session, person_id: int) -> list[Place]:
    """What this person says they study."""
    rows = session.execute(
        select(Resource.public_id, Resource.title, Resource.languages, Bookmark.updated_at)
        .join(Bookmark, Bookmark.resource_id == Resource.id)
        .where(Bookmark.person_id == person_id, Bookmark.status == "studying", *alive())
        .order_by(Bookmark.updated_at.desc(), Bookmark.id.desc())
        .limit(MOST)
    )
    return [Place(id, naming.slug(title), title, languages[0] if languages else None, at) for id, title, languages, at in rows]


def next_steps(session: Session, who: Viewer) -> list[Place]:
    """The first open step of each of the paths that this person was on last."""
    did = exists(select(StepDone.id).where(StepDone.item_id == ShelfItem.id, StepDone.person_id == who.person_id)).correlate(ShelfItem)
    recent = (
        select(Enrolment.shelf_id, Enrolment.updated_at)
        .join(Shelf, Shelf.id == Enrolment.shelf_id)
        .where(Enrolment.person_id == who.person_id, Enrolment.finished_at.is_(None), readable(who))
        .order_by(Enrolment.updated_at.desc(), Enrolment.id.desc())
        .limit(MOST)
        .subquery()
    )
    order = func.row_number().over(partition_by=ShelfItem.shelf_id, order_by=(ShelfItem.position, ShelfItem.id))
    open_steps = (
        select(ShelfItem.shelf_id, ShelfItem.resource_id, recent.c.updated_at, order.label("place"))
        .join(recent, recent.c.shelf_id == ShelfItem.shelf_id)
        .join(Resource, Resource.id == ShelfItem.resource_id)
        .where(~did, *alive())
        .subquery()
    )
    rows = session.execute(
        select(Resource.public_id, Resource.title, Resource.languages, open_steps.c.updated_at, Shelf.public_id, Shelf.title, Shelf.id)
        .join(open_steps, and_(open_steps.c.resource_id == Resource.id, open_steps.c.place == 1))
        .join(Shelf, Shelf.id == open_steps.c.shelf_id)
    ).all()
    totals, done = wayfinding.steps_of(session, who, [row[6] for row in rows])
    return [
        Place(id, naming.slug(title), title, tongues[0] if tongues else None, at, path, name, done.get(shelf, 0), totals.get(shelf, 0))
        for id, title, tongues, at, path, name, shelf in rows
    ]


def alive() -> tuple[ColumnElement[bool], ...]:
    """The resource can be found."""
    return (Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None))
