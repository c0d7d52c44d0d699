"""A shelf taken over: a copy of one's own that says whose it was."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.shelf import Shelf, ShelfItem
from hub.services import shelving
from hub.services.acting import Viewer
from hub.services.shelving import Wanted

CREDIT_MOST = 1_000  # characters


def copy(session: Session, who: Viewer, shelf: Shelf, *, institution_id: int | None) -> Shelf:
    """The same items, in their order and with their notes, on a new shelf: for oneself, or for an institution where one teaches. The
    caller has asked whether the original may be read; the copy is private to begin with, or of the institution alone. The caller commits.

    Raises NotAllowed, TooMany.
    """
    visibility = "private" if institution_id is None else "institution"
    wanted = Wanted(title=shelf.title, about=shelf.about, kind=shelf.kind, visibility=visibility, institution_id=institution_id)
    made = shelving.make(session, who, wanted)
    made.copied_from_id, made.credit = shelf.id, credit(session, shelf)
    rows = session.scalars(
        select(ShelfItem)
        .join(Resource, Resource.id == ShelfItem.resource_id)
        .where(ShelfItem.shelf_id == shelf.id, Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None))
        .order_by(ShelfItem.position, ShelfItem.id)
        .limit(shelving.ITEMS_MOST)
    )
    for place, row in enumerate(rows, 1):
        session.add(
            ShelfItem(
                shelf_id=made.id, resource_id=row.resource_id, first_id=row.resource_id, position=place, note=row.note,
                person_id=who.person_id, version=1, created_at=now(),
            )
        )  # fmt: skip
    session.flush()
    shelving.tell(session, who, "shelf.copied", made, before={"from": shelf.title, "credit": made.credit})
    return made


def credit(session: Session, shelf: Shelf) -> str:
    """“Title”, maker, and whose it was before that: words that outlive the original."""
    house = session.get(Institution, shelf.institution_id) if shelf.institution_id else None
    person = session.get(Person, shelf.person_id) if shelf.person_id and not house else None
    maker = house.name if house else person.name if person else ""
    said = f"“{shelf.title}”" + (f", {maker}" if maker else "")
    return (f"{said}; {shelf.credit}" if shelf.credit else said)[:CREDIT_MOST]
