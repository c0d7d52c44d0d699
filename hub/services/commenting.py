"""What people who see a shelf say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.shelf import Comment, Shelf, ShelfItem
from hub.services import shelving
from hub.services.acting import Viewer
from hub.services.shelving import NotAllowed

TEXT_MOST = 4_000  # characters
PAGE = 20


@dataclass(frozen=True, slots=True)
class Said:
    """One comment as the page shows it. `person` None: a former member. `mine`: this visitor may take it away."""

    id: int
    item_id: int | None
    person: str | None
    institution: Institution | None
    text: str
    at: datetime
    hidden: bool
    mine: bool


def may_comment(who: Viewer, *, changes: bool) -> bool:
    """Who belongs to an institution, or may change the shelf (`changes`), may say something of a shelf that they see."""
    return who.person_id is not None and (bool(who.seats) or changes)


def may_hide(who: Viewer, shelf: Shelf) -> bool:
    """The owning institution's curators, the hub's, and whoever made the shelf."""
    own = who.person_id is not None and shelf.person_id == who.person_id
    return own or who.is_admin or who.may(shelf.institution_id, "curator")


def comments(session: Session, who: Viewer, shelf: Shelf, *, page: int = 1) -> list[Said]:
    """Some of them, the newest first; hidden ones for those alone who may hide them. One query."""
    hides = may_hide(who, shelf)
    wanted = (
        select(Comment, Person.name, Institution)
        .outerjoin(Person, Person.id == Comment.person_id)
        .outerjoin(Institution, Institution.id == Comment.institution_id)
        .where(Comment.shelf_id == shelf.id)
    )
    if not hides:
        wanted = wanted.where(Comment.hidden_at.is_(None))
    rows = session.execute(wanted.order_by(Comment.id.desc()).offset((page - 1) * PAGE).limit(PAGE))
    return [
        Said(
            said.id, said.item_id, name, house, said.text, said.created_at, said.hidden_at is not None,
            who.person_id is not None and said.person_id == who.person_id,
        )
        for said, name, house in rows
    ]  # fmt: skip


def count(session: Session, who: Viewer, shelf: Shelf) -> int:
    """How many this visitor sees."""
    wanted = select(func.count()).where(Comment.shelf_id == shelf.id)
    return session.scalar(wanted if may_hide(who, shelf) else wanted.where(Comment.hidden_at.is_(None))) or 0


def say(session: Session, who: Viewer, shelf: Shelf, text: str, *, item_id: int | None = None) -> Comment:
    """A comment, for the institution that the person acts for. The caller commits. Raises NotAllowed."""
    if not may_comment(who, changes=shelving.may_change(session, who, shelf)):
        raise NotAllowed
    if item_id is not None and session.scalar(select(ShelfItem.id).where(ShelfItem.id == item_id, ShelfItem.shelf_id == shelf.id)) is None:
        item_id = None  # it was taken off meanwhile: the comment is of the shelf
    said = Comment(
        shelf_id=shelf.id, item_id=item_id, person_id=who.person_id, text=text[:TEXT_MOST], created_at=now(),
        institution_id=who.seat.institution_id if who.seat else None,
    )  # fmt: skip
    session.add(said)
    session.flush()
    shelving.tell(session, who, "comment.made", shelf, after={"text": said.text})
    return said


def find(session: Session, shelf: Shelf, comment_id: int) -> Comment | None:
    """A comment on this shelf."""
    return session.scalar(select(Comment).where(Comment.id == comment_id, Comment.shelf_id == shelf.id))


def take_back(session: Session, who: Viewer, shelf: Shelf, said: Comment) -> None:
    """One's own comment is deleted. The caller commits. Raises NotAllowed."""
    if who.person_id is None or said.person_id != who.person_id:
        raise NotAllowed
    shelving.tell(session, who, "comment.deleted", shelf, before={"text": said.text})
    session.delete(said)


def hide(session: Session, who: Viewer, shelf: Shelf, said: Comment, *, hidden: bool) -> None:
    """Out of sight, or back. The caller commits. Raises NotAllowed."""
    if not may_hide(who, shelf):
        raise NotAllowed
    if hidden != (said.hidden_at is not None):
        said.hidden_at = now() if hidden else None
        action = "comment.hidden" if hidden else "comment.shown"
        shelving.tell(session, who, action, shelf, before={"text": said.text})
