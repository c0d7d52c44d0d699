"""Exemplars: resources and shelves that an institution shows as good examples, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.institution import Exemplar, Institution
from hub.models.resource import Resource
from hub.models.shelf import Shelf
from hub.services import acting, auditing, permitting, summarising, tidying
from hub.services.acting import Viewer
from hub.services.auditing import Subject
from hub.services.summarising import Summary

MOST, NOTE = 24, 500


class TooMany(Exception):
    """An institution shows so many and no more."""


class NothingThere(Exception):
    """There is no such resource or shelf, or it may not be shown to everybody."""


class Already(Exception):
    """The institution shows it already."""

    def __init__(self, exemplar_id: int) -> None:
        super().__init__(str(exemplar_id))
        self.exemplar_id = exemplar_id


@dataclass(frozen=True, slots=True)
class Example:
    """An exemplar: a resource, or a shelf (its public id and title). `resource` is None when the page cannot be shown any more."""

    id: int
    note: str
    title: str
    resource: Summary | None
    shelf: str | None


def examples(session: Session, who: Viewer, institution_id: int, *, all_of_them: bool = False) -> tuple[Example, ...]:
    """What this visitor sees of them, in order; `all_of_them`: also those that nobody sees any more, for who looks after them."""
    rows = session.execute(
        select(Exemplar.id, Exemplar.note, Exemplar.resource_id, Resource.title, Shelf.public_id, Shelf.title, acting.visible(Shelf, who))
        .outerjoin(Resource, Resource.id == Exemplar.resource_id)
        .outerjoin(Shelf, Shelf.id == Exemplar.shelf_id)
        .where(Exemplar.institution_id == institution_id)
        .order_by(Exemplar.position, Exemplar.id)
        .limit(MOST)
    ).all()
    shown = summarising.summaries(session, [row[2] for row in rows if row[2] is not None])
    found = []
    for id, note, resource_id, title, shelf, shelf_title, visible in rows:
        there = resource_id in shown if resource_id is not None else bool(visible)
        if there or all_of_them:
            found.append(Example(id, note, shelf_title or title or "", shown.get(resource_id or 0), shelf if there else None))
    return tuple(found)


def wanted(session: Session, who: Viewer, *, resource: str = "", shelf: str = "") -> tuple[str, int | None, int | None]:
    """(title, resource, shelf) of what is to be shown: a page that can be found, or a public shelf. Raises NothingThere."""
    if resource:
        row = session.execute(
            select(Resource.id, Resource.title, Resource.merged_into_id, Resource.withdrawn_at, Resource.hidden_at).where(
                Resource.public_id == resource.partition("-")[0][:16]
            )
        ).first()
        if row is None or row.merged_into_id is not None or row.withdrawn_at is not None or row.hidden_at is not None:
            raise NothingThere
        return row.title, row.id, None
    found = session.execute(select(Shelf.id, Shelf.title).where(Shelf.public_id == shelf[:16], Shelf.visibility == "public")).first()
    if found is None:
        raise NothingThere
    return found.title, None, found.id


def feature(session: Session, who: Viewer, institution: Institution, note: str, *, resource: str = "", shelf: str = "") -> Exemplar:
    """Show a resource or a shelf as a good example, behind the others. The caller commits.

    Raises NotAllowed, NothingThere, Already, TooMany.
    """
    permitting.need(who, institution, "curator")
    title, resource_id, shelf_id = wanted(session, who, resource=resource, shelf=shelf)
    permitting.hold(session, institution)
    rows = select(func.count(), func.max(Exemplar.position)).where(Exemplar.institution_id == institution.id)
    count, last = session.execute(rows).one()
    same = {"institution_id": institution.id, "resource_id": resource_id, "shelf_id": shelf_id}
    if (there := session.scalar(select(Exemplar.id).filter_by(**same))) is not None:
        raise Already(there)
    if count >= MOST:
        raise TooMany
    row = Exemplar(
        **same,
        first_id=resource_id,
        note=tidying.paragraphs(note, NOTE),
        position=(last or 0) + 1,
        person_id=who.person_id,
        created_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Already(session.scalars(select(Exemplar.id).filter_by(**same)).one()) from None
    tell(session, who, "exemplar.added", institution, title, after=row.note)
    return row


def tell(session: Session, who: Viewer, action: str, institution: Institution, title: str, *, before: str = "", after: str = "") -> None:
    """What happened to an exemplar, in the audit log."""
    label = f"{institution.name}: {title}"
    auditing.record(session, who.actor, action, Subject("institution", institution.id, label), before=before or None, after=after or None)


def get(session: Session, institution: Institution, exemplar_id: int) -> tuple[Exemplar, str] | None:
    """An exemplar of this institution and its title."""
    row = session.execute(
        select(Exemplar, func.coalesce(Resource.title, Shelf.title))
        .outerjoin(Resource, Resource.id == Exemplar.resource_id)
        .outerjoin(Shelf, Shelf.id == Exemplar.shelf_id)
        .where(Exemplar.id == exemplar_id, Exemplar.institution_id == institution.id)
    ).first()
    return (row[0], str(row[1])) if row else None


def annotate(session: Session, who: Viewer, institution: Institution, exemplar_id: int, note: str) -> bool:
    """Another note; False when it is the same. The caller commits. Raises NotAllowed, NothingThere."""
    permitting.need(who, institution, "curator")
    row, title = get(session, institution, exemplar_id) or refuse()
    text = tidying.paragraphs(note, NOTE)
    if text == row.note:
        return False
    tell(session, who, "exemplar.noted", institution, title, before=row.note, after=text)
    row.note = text
    return True


def remove(session: Session, who: Viewer, institution: Institution, exemplar_id: int) -> None:
    """Show it no longer. The caller commits. Raises NotAllowed, NothingThere."""
    permitting.need(who, institution, "curator")
    row, title = get(session, institution, exemplar_id) or refuse()
    tell(session, who, "exemplar.removed", institution, title, before=row.note)
    session.delete(row)


def move(session: Session, who: Viewer, institution: Institution, exemplar_id: int, *, up: bool) -> int | None:
    """One place up or down; its place now (1 is the first), None when it could not go further. The caller commits.

    Raises NotAllowed, NothingThere.
    """
    permitting.need(who, institution, "curator")
    permitting.hold(session, institution)
    rows: Sequence[Exemplar] = session.scalars(
        select(Exemplar).filter_by(institution_id=institution.id).order_by(Exemplar.position, Exemplar.id)
    ).all()
    place = next((number for number, row in enumerate(rows) if row.id == exemplar_id), None)
    if place is None:
        refuse()
    there = place + (-1 if up else 1)
    if not 0 <= there < len(rows):
        return None
    order = list(rows)
    order[place], order[there] = order[there], order[place]
    for number, row in enumerate(order, 1):
        row.position = number
    return there + 1


def refuse() -> NoReturn:
    """There is no such exemplar here."""
    raise NothingThere
