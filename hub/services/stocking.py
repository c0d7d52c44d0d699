"""What stands on a shelf, and in which order. Two people who change the same shelf lose nothing: every step names what it moves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.resource import Resource
from hub.models.shelf import Shelf, ShelfItem
from hub.services import shelving
from hub.services.acting import Viewer
from hub.services.shelving import Stale, TooMany

NOTE_MOST = 4_000  # characters


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a shelf. `gone` says why the resource is in no search: withdrawn | hidden; None: it is there."""

    id: int
    resource_id: int
    public_id: str
    title: str
    language: str | None
    note: str
    version: int
    place: int  # from 1
    gone: str | None
    withdrawn_at: datetime | None
    added_by: str | None  # None: a former member


def items(session: Session, shelf_id: int, *, offset: int = 0, limit: int = shelving.ITEMS_MOST) -> list[Item]:
    """The lines in their order. One query."""
    rows = session.execute(
        select(ShelfItem, Resource.public_id, Resource.title, Resource.languages, Resource.withdrawn_at, Resource.hidden_at, Person.name)
        .join(Resource, Resource.id == ShelfItem.resource_id)
        .outerjoin(Person, Person.id == ShelfItem.person_id)
        .where(ShelfItem.shelf_id == shelf_id, Resource.merged_into_id.is_(None))
        .order_by(ShelfItem.position, ShelfItem.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return [
        Item(
            item.id, item.resource_id, public_id, title, languages[0] if languages else None, item.note, item.version, place,
            "withdrawn" if withdrawn_at else "hidden" if hidden_at else None, withdrawn_at, name,
        )
        for place, (item, public_id, title, languages, withdrawn_at, hidden_at, name) in enumerate(rows, offset + 1)
    ]  # fmt: skip


def size(session: Session, shelf_id: int) -> int:
    """How many lines it shows."""
    there = select(func.count()).select_from(ShelfItem).join(Resource, Resource.id == ShelfItem.resource_id)
    return session.scalar(there.where(ShelfItem.shelf_id == shelf_id, Resource.merged_into_id.is_(None))) or 0


def add(session: Session, who: Viewer, shelf: Shelf, resource_ids: Sequence[int], *, note: str = "") -> int:
    """Put resources at the end; those that stand there stay. Answers how many came. The caller commits. Raises NotAllowed, TooMany."""
    shelving.need_change(session, who, shelf)
    shelving.bump(session, shelf)  # whoever comes second waits here, and sees what the first has put
    there = set(session.scalars(select(ShelfItem.resource_id).where(ShelfItem.shelf_id == shelf.id)))
    new = [id for id in dict.fromkeys(standing(session, resource_ids)) if id not in there]
    if len(there) + len(new) > shelving.ITEMS_MOST:
        raise TooMany(shelving.ITEMS_MOST)
    last = session.scalar(select(func.max(ShelfItem.position)).where(ShelfItem.shelf_id == shelf.id)) or 0
    for place, id in enumerate(new, last + 1):
        session.add(
            ShelfItem(
                shelf_id=shelf.id, resource_id=id, first_id=id, position=place, note=note[:NOTE_MOST], person_id=who.person_id, version=1,
                created_at=now(),
            )
        )  # fmt: skip
    session.flush()
    if new:
        shelving.tell(session, who, "shelf.added", shelf, after={"resources": titles(session, new)})
    return len(new)


def standing(session: Session, resource_ids: Sequence[int]) -> list[int]:
    """The pages that these are now: one that was merged away is the one into which it went; one that never was is left out."""
    rows = select(Resource.id, func.coalesce(Resource.merged_into_id, Resource.id)).where(Resource.id.in_(resource_ids))
    now_at = {id: stands for id, stands in session.execute(rows)}
    return [now_at[id] for id in resource_ids if id in now_at]


def titles(session: Session, resource_ids: Collection[int]) -> list[str]:
    """For the log."""
    return list(session.scalars(select(Resource.title).where(Resource.id.in_(resource_ids)).order_by(Resource.id).limit(50)))


def find(session: Session, shelf: Shelf, item_id: int) -> ShelfItem | None:
    """A line of this shelf."""
    return session.scalar(select(ShelfItem).where(ShelfItem.id == item_id, ShelfItem.shelf_id == shelf.id))


def take(session: Session, who: Viewer, shelf: Shelf, resource_id: int) -> tuple[str, int] | None:
    """Take a resource off; answers its note and its place, to put it back; None when it is not there. The caller commits. Raises
    NotAllowed."""
    shelving.need_change(session, who, shelf)
    item = session.scalar(select(ShelfItem).where(ShelfItem.shelf_id == shelf.id, ShelfItem.resource_id == resource_id))
    if item is None:
        return None
    shelving.bump(session, shelf)
    kept = (item.note, item.position)
    session.delete(item)
    session.flush()
    shelving.tell(session, who, "shelf.removed", shelf, before={"resources": titles(session, [resource_id])})
    return kept


def put_back(session: Session, who: Viewer, shelf: Shelf, resource_id: int, *, note: str, position: int) -> None:
    """What was taken off stands where it stood. The caller commits. Raises NotAllowed, TooMany."""
    if add(session, who, shelf, [resource_id], note=note):
        order = order_of(session, shelf.id)
        stands = select(func.count()).where(ShelfItem.id.in_(order[:-1]), ShelfItem.position < position)
        order.insert(session.scalar(stands) or 0, order.pop())
        renumber(session, order)


def move(session: Session, who: Viewer, shelf: Shelf, item_id: int, *, to: int) -> int | None:
    """A line to another place (from 1; beyond the ends: to the end). Answers its place; None when it is gone. The caller commits.

    Raises NotAllowed.
    """
    shelving.need_change(session, who, shelf)
    shelving.bump(session, shelf)
    order = order_of(session, shelf.id)
    if item_id not in order:
        return None
    order.remove(item_id)
    place = min(max(to, 1), len(order) + 1)
    order.insert(place - 1, item_id)
    renumber(session, order)
    return place


def order_of(session: Session, shelf_id: int) -> list[int]:
    """The lines that are shown, in their order; one whose page was merged into another one of the shelf waits out of sight."""
    shown = select(ShelfItem.id).join(Resource, Resource.id == ShelfItem.resource_id)
    wanted = shown.where(ShelfItem.shelf_id == shelf_id, Resource.merged_into_id.is_(None))
    return list(session.scalars(wanted.order_by(ShelfItem.position, ShelfItem.id)))


def place_of(session: Session, shelf: Shelf, item_id: int) -> int | None:
    """Where a line stands now, from 1."""
    order = order_of(session, shelf.id)
    return order.index(item_id) + 1 if item_id in order else None


def renumber(session: Session, order: Sequence[int]) -> None:
    """Places from 1 on, in this order."""
    session.flush()
    rows = session.execute(select(ShelfItem.id, ShelfItem.position).where(ShelfItem.id.in_(order)))
    known = {id: position for id, position in rows}
    for place, id in enumerate(order, 1):
        if known.get(id) != place:
            session.execute(
                update(ShelfItem).where(ShelfItem.id == id).values(position=place), execution_options={"synchronize_session": False}
            )
    session.expire_all()


def note(session: Session, who: Viewer, shelf: Shelf, item_id: int, text: str, *, version: int) -> bool:
    """Another note; False when the line is gone. The caller commits. Raises NotAllowed, Stale when somebody else has written since."""
    shelving.need_change(session, who, shelf)
    item = find(session, shelf, item_id)
    if item is None:
        return False
    if item.note == text:
        return True
    changed = update(ShelfItem).where(ShelfItem.id == item_id, ShelfItem.version == version).values(note=text, version=version + 1)
    if not session.execute(changed, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
        raise Stale
    before = item.note
    shelving.bump(session, shelf)
    session.expire_all()
    shelving.tell(session, who, "shelf.noted", shelf, before={"note": before}, after={"note": text})
    return True
