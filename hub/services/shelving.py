"""Shelves: who reads them, who changes them; made, changed, taken away."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.institution import Partnership
from hub.models.shelf import VISIBILITIES, Shelf, ShelfEditor, ShelfItem
from hub.models.study import Enrolment
from hub.services import acting, auditing
from hub.services.acting import Viewer
from hub.services.auditing import Subject

ITEMS_MOST = 500  # of a shelf
SHELVES_MOST = 1_000  # of a person
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike
KINDS = ("shelf", "path")


class NotAllowed(Exception):
    """This visitor sees the shelf, but may not change it."""


class Stale(Exception):
    """Somebody has changed the same since the form was opened: nothing was written."""


class TooMany(Exception):
    """There is no room: `most` are allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(f"no more than {most}")
        self.most = most


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a shelf is to be: plain texts, bounded by the form. `institution_id` None: it is the person's own."""

    title: str
    about: str = ""
    kind: str = "shelf"
    visibility: str = "private"
    institution_id: int | None = None


def edited_by(who: Viewer) -> ColumnElement[bool]:
    """The condition that a shelf was given to this visitor to change: to them, or to the teachers of an institution of theirs that is
    still a partner of the shelf's."""
    mine: list[ColumnElement[bool]] = [ShelfEditor.person_id == who.person_id]
    houses = [seat.institution_id for seat in who.seats if seat.may("teacher")]
    if houses:
        active = Partnership.state == "active"
        pairs = ((Partnership.left_id, Partnership.right_id), (Partnership.right_id, Partnership.left_id))
        bound = [exists(select(Partnership.id).where(active, a == ShelfEditor.institution_id, b == Shelf.institution_id)) for a, b in pairs]
        mine.append(ShelfEditor.institution_id.in_(houses) & or_(*bound, ShelfEditor.institution_id == Shelf.institution_id))
    return exists(select(ShelfEditor.id).where(ShelfEditor.shelf_id == Shelf.id, or_(*mine))).correlate(Shelf)


def readable(who: Viewer) -> ColumnElement[bool]:
    """The condition that this visitor may read a shelf: it is visible to them, or was given to them to change."""
    visible = acting.visible(Shelf, who)
    return visible if who.person_id is None else or_(visible, edited_by(who))


def changeable(who: Viewer) -> ColumnElement[bool]:
    """The condition that this visitor may change what stands on a shelf: whoever made it, to whom it was given, and, when it is an
    institution's and not private, the institution's teachers."""
    ways: list[ColumnElement[bool]] = [Shelf.person_id == who.person_id, edited_by(who)]
    houses = [seat.institution_id for seat in who.seats if seat.may("teacher")]
    if houses:
        ways.append(Shelf.institution_id.in_(houses) & (Shelf.visibility != "private"))
    return or_(*ways) if who.person_id is not None else Shelf.id.in_(())


def get(session: Session, who: Viewer, public_id: str) -> Shelf | None:
    """The shelf of this address; None when there is none that this visitor may read."""
    return session.scalar(select(Shelf).where(Shelf.public_id == public_id[:16], readable(who)))


def may_change(session: Session, who: Viewer, shelf: Shelf) -> bool:
    """May this visitor change what stands on it?"""
    return session.scalar(select(Shelf.id).where(Shelf.id == shelf.id, changeable(who))) is not None


def may_manage(who: Viewer, shelf: Shelf) -> bool:
    """May this visitor rename it, show it to others, give it to others, take it away? Whoever made it, and the institution's curators
    unless it is private."""
    own = who.person_id is not None and shelf.person_id == who.person_id
    return own or (shelf.visibility != "private" and who.may(shelf.institution_id, "curator"))


def need_change(session: Session, who: Viewer, shelf: Shelf) -> None:
    """Raises NotAllowed."""
    if not may_change(session, who, shelf):
        raise NotAllowed


def need_manage(who: Viewer, shelf: Shelf) -> None:
    """Raises NotAllowed."""
    if not may_manage(who, shelf):
        raise NotAllowed


def new_public_id() -> str:
    """Ten characters, never given twice: chance sees to that, and the database."""
    return "".join(secrets.choice(LETTERS) for _ in range(10))


def make(session: Session, who: Viewer, wanted: Wanted) -> Shelf:
    """A new shelf. Only a teacher makes one for an institution. The caller commits. Raises NotAllowed, TooMany."""
    if who.person_id is None:
        raise NotAllowed
    check(who, wanted)
    if (session.scalar(select(func.count()).where(Shelf.person_id == who.person_id)) or 0) >= SHELVES_MOST:
        raise TooMany(SHELVES_MOST)
    shelf = Shelf(public_id=new_public_id(), person_id=who.person_id, version=1, created_at=now(), updated_at=now(), **values(wanted))
    session.add(shelf)
    session.flush()
    tell(session, who, "shelf.created", shelf, after=facts(shelf))
    return shelf


def check(who: Viewer, wanted: Wanted) -> None:
    """What is seen beyond oneself is an institution's; for one speaks who teaches there. Raises NotAllowed."""
    if wanted.visibility not in VISIBILITIES or wanted.kind not in KINDS:
        raise ValueError("no such visibility or kind")
    if wanted.institution_id is not None and not who.may(wanted.institution_id, "teacher"):
        raise NotAllowed
    if wanted.institution_id is None and wanted.visibility in ("institution", "partners"):
        raise NotAllowed


def values(wanted: Wanted) -> dict[str, Any]:
    """Columns of a shelf."""
    return {
        "title": wanted.title, "about": wanted.about, "kind": wanted.kind, "visibility": wanted.visibility,
        "institution_id": wanted.institution_id,
    }  # fmt: skip


def change(session: Session, who: Viewer, shelf: Shelf, wanted: Wanted, *, version: int) -> None:
    """Another title, text, kind, institution or visibility. Only whoever made it takes it from the institution, or out of its sight. The
    caller commits. Raises NotAllowed, Stale.
    """
    need_manage(who, shelf)
    taken = wanted.institution_id != shelf.institution_id or wanted.visibility == "private"
    if taken and shelf.person_id != who.person_id:
        raise NotAllowed
    if wanted.institution_id != shelf.institution_id or wanted.visibility != shelf.visibility:
        check(who, wanted)
    before = facts(shelf)
    if not bump(session, shelf, version=version, **values(wanted)):
        raise Stale
    session.refresh(shelf)
    if facts(shelf) != before:
        tell(session, who, "shelf.changed", shelf, before=before, after=facts(shelf))


def bump(session: Session, shelf: Shelf, *, version: int | None = None, **columns: Any) -> bool:
    """A change of the shelf, or of what stands on it; False when its version is not this one any more. Holds the row until the end."""
    which = Shelf.id == shelf.id if version is None else (Shelf.id == shelf.id) & (Shelf.version == version)
    changed = update(Shelf).where(which).values(version=Shelf.version + 1, updated_at=now(), **columns)
    return bool(session.execute(changed, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]


def remove(session: Session, who: Viewer, shelf: Shelf) -> None:
    """Take it away, with its items, comments and the progress of those who followed it. The caller commits. Raises NotAllowed."""
    need_manage(who, shelf)
    titles = session.scalars(select(ShelfItem.resource_id).where(ShelfItem.shelf_id == shelf.id).order_by(ShelfItem.position)).all()
    tell(session, who, "shelf.deleted", shelf, before={**facts(shelf), "resources": list(titles)})
    session.execute(delete(Shelf).where(Shelf.id == shelf.id))
    session.expire_all()


def followers(session: Session, shelf: Shelf) -> int:
    """How many people follow it as a path."""
    return session.scalar(select(func.count()).where(Enrolment.shelf_id == shelf.id)) or 0


def facts(shelf: Shelf) -> dict[str, Any]:
    """A shelf as the audit log keeps it."""
    return {
        "title": shelf.title,
        "about": shelf.about,
        "kind": shelf.kind,
        "visibility": shelf.visibility,
        "institution": shelf.institution_id,
    }


def tell(session: Session, who: Viewer, action: str, shelf: Shelf, *, before: Any = None, after: Any = None) -> None:
    """Leave an event, but of what nobody else sees."""
    seen = {"private", *(one.get("visibility", shelf.visibility) for one in (before, after) if isinstance(one, dict)), shelf.visibility}
    if seen != {"private"}:
        auditing.record(session, who.actor, action, Subject("shelf", shelf.id, shelf.title), before=before, after=after)
