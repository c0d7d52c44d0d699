"""Learning paths: a shelf followed step by step, by its reader alone. Nobody else sees how far one is. The caller commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.resource import Resource
from hub.models.shelf import Shelf, ShelfItem
from hub.models.study import Bookmark, Enrolment, StepDone
from hub.services import naming, shelving
from hub.services.acting import Viewer

COLUMNS = (
    ShelfItem.id, ShelfItem.resource_id, ShelfItem.note, ShelfItem.created_at, Resource.public_id, Resource.title, Resource.languages,
    Resource.withdrawn_at, Resource.hidden_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One item of a path. `withdrawn_at` or `hidden`: it may be left out."""

    item_id: int
    resource_id: int
    public_id: str
    slug: str
    title: str
    language: str | None
    note: str
    withdrawn_at: datetime | None
    hidden: bool
    done_at: datetime | None
    new: bool  # added after one had finished
    status: str | None  # of one's bookmark of it

    @property
    def open(self) -> bool:
        """It is still to be done."""
        return self.done_at is None and self.withdrawn_at is None and not self.hidden


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is on a path that they follow; `started_at` None: they do not."""

    steps: tuple[Step, ...]
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def done(self) -> int:
        """Steps done."""
        return sum(step.done_at is not None for step in self.steps)

    @property
    def total(self) -> int:
        """Steps that count: those that can be done, and those that were."""
        return sum(step.open or step.done_at is not None for step in self.steps)

    @property
    def following(self) -> Step | None:
        """The next step to do."""
        return next((step for step in self.steps if step.open), None)

    @property
    def new(self) -> int:
        """Steps that were added after one had finished, and are not done."""
        return sum(step.new and step.open for step in self.steps)


def path(session: Session, who: Viewer, public_id: str) -> Shelf | None:
    """The shelf with this public id; None when this visitor may not read it."""
    return session.scalar(select(Shelf).where(Shelf.public_id == public_id[:16], shelving.readable(who)))


def progress(session: Session, who: Viewer, shelf_id: int) -> Progress:
    """All steps of a path in their order, with how far this visitor is. Two queries."""
    person = who.person_id or 0
    enrolment = enrolled(session, person, shelf_id)
    rows = session.execute(
        select(*COLUMNS, StepDone.created_at.label("done_at"), Bookmark.status)
        .join(Resource, Resource.id == ShelfItem.resource_id)
        .outerjoin(StepDone, and_(StepDone.item_id == ShelfItem.id, StepDone.person_id == person))
        .outerjoin(Bookmark, and_(Bookmark.resource_id == ShelfItem.resource_id, Bookmark.person_id == person))
        .where(ShelfItem.shelf_id == shelf_id, Resource.merged_into_id.is_(None))
        .order_by(ShelfItem.position, ShelfItem.id)
    ).all()
    finished = enrolment.finished_at if enrolment else None
    steps = tuple(_step(row, finished) for row in rows)
    return Progress(steps, enrolment.created_at if enrolment else None, finished)


def _step(row: Any, finished: datetime | None) -> Step:
    return Step(
        item_id=row.id,
        resource_id=row.resource_id,
        public_id=row.public_id,
        slug=naming.slug(row.title),
        title=row.title,
        language=row.languages[0] if row.languages else None,
        note=row.note,
        withdrawn_at=row.withdrawn_at,
        hidden=row.hidden_at is not None,
        done_at=row.done_at,
        new=finished is not None and row.created_at > finished,
        status=row.status,
    )


def enrolled(session: Session, person_id: int, shelf_id: int) -> Enrolment | None:
    """That this person follows this path."""
    return session.scalar(select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.shelf_id == shelf_id))


def start(session: Session, person_id: int, shelf_id: int) -> Enrolment:
    """Follow a path; following it twice changes nothing."""
    found = enrolled(session, person_id, shelf_id)
    if found is not None:
        return found
    made = Enrolment(person_id=person_id, shelf_id=shelf_id, created_at=now(), updated_at=now())
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # started in another window at this moment
        return session.scalars(select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.shelf_id == shelf_id)).one()
    return made


def stop(session: Session, person_id: int, shelf_id: int) -> None:
    """Follow it no longer. What is done stays done, for whoever starts again."""
    session.execute(delete(Enrolment).where(Enrolment.person_id == person_id, Enrolment.shelf_id == shelf_id))


def item(session: Session, shelf_id: int, item_id: int) -> ShelfItem | None:
    """One step of this path."""
    return session.scalar(select(ShelfItem).where(ShelfItem.shelf_id == shelf_id, ShelfItem.id == item_id))


def mark(session: Session, who: Viewer, step: ShelfItem, *, done: bool) -> bool:
    """Say that a step is done, or not yet; doing one starts the path. True when that finished the path.

    The path is finished when nothing is left to do; steps that its owner adds later do not open it again, undoing one's own step does.
    """
    if who.person_id is None:
        raise ValueError("nobody is signed in")
    enrolment = start(session, who.person_id, step.shelf_id)
    row = session.scalar(select(StepDone).where(StepDone.person_id == who.person_id, StepDone.item_id == step.id))
    if done and row is None:
        try:
            with session.begin_nested():
                session.add(StepDone(person_id=who.person_id, item_id=step.id, created_at=now()))
        except IntegrityError:  # done in another window at this moment
            pass
    if not done and row is not None:
        session.delete(row)
        enrolment.finished_at = None
    session.flush()
    enrolment.updated_at = now()
    so_far = progress(session, who, step.shelf_id)
    finished = done and enrolment.finished_at is None and so_far.done > 0 and so_far.following is None
    if finished:
        enrolment.finished_at = now()
    return finished
