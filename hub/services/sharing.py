"""Shelves given to others to change: to a person, or to the teachers of a partner institution."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.institution import Institution, Membership
from hub.models.shelf import Shelf, ShelfEditor
from hub.services import acting, shelving
from hub.services.acting import Viewer
from hub.services.shelving import TooMany

EDITORS_MOST = 50


class NobodyThere(Exception):
    """Nobody in one's own institutions or their partners has this address."""


class NoPartner(Exception):
    """The institution is no partner of the shelf's own."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who else may change a shelf."""

    id: int
    person: str | None
    institution: Institution | None


def editors(session: Session, shelf: Shelf) -> list[Editor]:
    """All of them. One query."""
    rows = session.execute(
        select(ShelfEditor.id, Person.name, Institution)
        .outerjoin(Person, Person.id == ShelfEditor.person_id)
        .outerjoin(Institution, Institution.id == ShelfEditor.institution_id)
        .where(ShelfEditor.shelf_id == shelf.id)
        .order_by(ShelfEditor.id)
    )
    return [Editor(id, name, house) for id, name, house in rows]


def give_to_person(session: Session, who: Viewer, shelf: Shelf, email: str) -> None:
    """Somebody of one's own institutions or of their partners, by address; twice is once. The caller commits.

    Raises NotAllowed, TooMany, and NobodyThere alike for addresses without an account and for people elsewhere: so that nobody learns who
    has an account.
    """
    shelving.need_manage(who, shelf)
    near = or_(Membership.institution_id.in_(who.institution_ids), Membership.institution_id.in_(acting.partners(who.institution_ids)))
    found = session.scalar(
        select(Person.id).where(
            Person.email == email.strip().lower()[:254],
            Person.disabled_at.is_(None),
            Person.id.in_(select(Membership.person_id).where(near)),
        )
    )
    if found is None or not who.institution_ids:
        raise NobodyThere
    if found != shelf.person_id:
        put(session, who, shelf, ShelfEditor(shelf_id=shelf.id, person_id=found, created_at=now()))


def give_to_institution(session: Session, who: Viewer, shelf: Shelf, slug: str) -> None:
    """The teachers of a partner, as long as it is one; twice is once. The caller commits. Raises NotAllowed, TooMany, NoPartner."""
    shelving.need_manage(who, shelf)
    if shelf.institution_id is None:
        raise NoPartner
    partner = Institution.id.in_(acting.partners((shelf.institution_id,)))
    found = session.scalar(select(Institution.id).where(Institution.slug == slug[:100], Institution.closed_at.is_(None), partner))
    if found is None:
        raise NoPartner
    put(session, who, shelf, ShelfEditor(shelf_id=shelf.id, institution_id=found, created_at=now()))


def put(session: Session, who: Viewer, shelf: Shelf, editor: ShelfEditor) -> None:
    """One more."""
    shelving.bump(session, shelf)  # one at a time
    there = session.scalars(select(ShelfEditor).where(ShelfEditor.shelf_id == shelf.id)).all()
    if any((one.person_id, one.institution_id) == (editor.person_id, editor.institution_id) for one in there):
        return
    if len(there) >= EDITORS_MOST:
        raise TooMany(EDITORS_MOST)
    session.add(editor)
    session.flush()
    shelving.tell(session, who, "shelf.shared", shelf, after={"person": editor.person_id, "institution": editor.institution_id})


def take_from(session: Session, who: Viewer, shelf: Shelf, editor_id: int) -> None:
    """Not any more. Everybody may give up what was given to them. The caller commits. Raises NotAllowed."""
    found = session.scalar(select(ShelfEditor).where(ShelfEditor.id == editor_id, ShelfEditor.shelf_id == shelf.id))
    if found is None:
        return
    if found.person_id is None or found.person_id != who.person_id:
        shelving.need_manage(who, shelf)
    session.execute(delete(ShelfEditor).where(ShelfEditor.id == editor_id))
    shelving.tell(session, who, "shelf.unshared", shelf, before={"person": found.person_id, "institution": found.institution_id})


def partners_of(session: Session, shelf: Shelf) -> list[Institution]:
    """Institutions to choose from."""
    if shelf.institution_id is None:
        return []
    partner = Institution.id.in_(acting.partners((shelf.institution_id,)))
    return list(session.scalars(select(Institution).where(partner, Institution.closed_at.is_(None)).order_by(Institution.name).limit(300)))
