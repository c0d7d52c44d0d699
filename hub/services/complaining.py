"""What people report of each other's words: which words there are, who sees them, where they stand; the report itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.account import Person
from hub.models.adoption import Adoption
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.review import Complaint, Reply, Review
from hub.models.shelf import Comment, Shelf
from hub.services import acting, auditing
from hub.services.acting import Viewer

REASONS = ("abuse", "spam", "wrong", "private", "other")
TEXT_MOST = 2_000
A_DAY = 20  # reports of one person


class NotThere(Exception):
    """Nothing that this visitor sees."""


class NotAllowed(Exception):
    """Moderators of the hub alone decide, and none of them on their own words."""


class AlreadyReported(Exception):
    """This person has reported it before."""


class TooMany(Exception):
    """This person has reported a great deal today."""


class BadComplaint(Exception):
    """No such reason, or a text that is too long. (Forms say so before.)"""


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be reported: where it stands, what it says, who sees it, where it is shown."""

    model: Any
    words: tuple[str, ...]  # its columns of text
    seen: Callable[[Viewer], ColumnElement[bool]]
    paths: Callable[[Session, Sequence[Any]], dict[int, str]]  # of its rows
    hides: bool = True  # it has `hidden_at`


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is reported, in its context."""

    subject: str
    id: int
    text: str
    path: str
    person_id: int | None
    person: str | None
    institution: str | None
    hidden: bool
    hides: bool


def _shown_adoption(who: Viewer) -> ColumnElement[bool]:
    return acting.visible(Adoption, who) & Adoption.hidden_at.is_(None)


def _shown_review(who: Viewer) -> ColumnElement[bool]:
    return acting.visible(Review, who) & Review.hidden_at.is_(None)


def _shown_reply(who: Viewer) -> ColumnElement[bool]:
    return Reply.hidden_at.is_(None) & Reply.review_id.in_(select(Review.id).where(_shown_review(who)))


def _shown_comment(who: Viewer) -> ColumnElement[bool]:
    return Comment.hidden_at.is_(None) & Comment.shelf_id.in_(select(Shelf.id).where(acting.visible(Shelf, who)))


def _of_shelves(session: Session, comments: Sequence[Comment]) -> dict[int, str]:
    asked = select(Shelf.id, Shelf.public_id).where(Shelf.id.in_([row.shelf_id for row in comments]))
    known = {id: public_id for id, public_id in session.execute(asked)}
    return {row.id: f"/shelves/{known[row.shelf_id]}" for row in comments}


def _of_resources(session: Session, adoptions: Sequence[Adoption]) -> dict[int, str]:
    asked = select(Resource.id, Resource.public_id).where(Resource.id.in_([row.resource_id for row in adoptions]))
    known = {id: public_id for id, public_id in session.execute(asked)}
    return {row.id: f"/resources/{known[row.resource_id]}" for row in adoptions}


def _own(pattern: str) -> Callable[[Session, Sequence[Any]], dict[int, str]]:
    """Words with a page that their own row names."""
    return lambda _session, rows: {row.id: pattern.format(row=row) for row in rows}


KINDS = {
    "review": Kind(Review, ("comment", "evidence"), _shown_review, _own("/reviews/{row.id}")),
    "reply": Kind(Reply, ("text",), _shown_reply, _own("/reviews/{row.review_id}")),
    "comment": Kind(Comment, ("text",), _shown_comment, _of_shelves),
    "shelf": Kind(Shelf, ("title", "about"), lambda who: acting.visible(Shelf, who), _own("/shelves/{row.public_id}"), hides=False),
    "adoption": Kind(Adoption, ("course", "changes", "outcome"), _shown_adoption, _of_resources),
    "institution": Kind(Institution, ("name", "about"), lambda who: Institution.id > 0, _own("/institutions/{row.slug}"), hides=False),
}


def shown(session: Session, who: Viewer, subject: str, subject_id: int) -> Shown:
    """What is reported, as its reporter sees it. Raises NotThere."""
    kind = KINDS.get(subject)
    found = things(session, subject, (kind.model.id == subject_id) & kind.seen(who)) if kind else {}
    if not found:
        raise NotThere
    return found[subject_id]


def things(session: Session, subject: str, which: ColumnElement[bool]) -> dict[int, Shown]:
    """What is or may be reported, of one kind, by id: a fixed number of queries however many there are."""
    kind = KINDS[subject]
    rows = session.scalars(select(kind.model).where(which)).all()
    if not rows:
        return {}
    people = names(session, [row.person_id for row in rows if getattr(row, "person_id", None)])
    houses = [row.id if subject == "institution" else row.institution_id for row in rows]
    called = {id: name for id, name in session.execute(select(Institution.id, Institution.name).where(Institution.id.in_(houses)))}
    paths = kind.paths(session, rows)
    return {
        row.id: Shown(
            subject=subject,
            id=row.id,
            text="\n\n".join(text for name in kind.words if (text := getattr(row, name))),
            path=paths[row.id],
            person_id=getattr(row, "person_id", None),
            person=people.get(getattr(row, "person_id", None) or 0),
            institution=called.get(house or 0),
            hidden=kind.hides and row.hidden_at is not None,
            hides=kind.hides,
        )
        for row, house in zip(rows, houses, strict=True)
    }


def names(session: Session, person_ids: Sequence[int]) -> dict[int, str]:
    """Of people, by id."""
    return {id: name for id, name in session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))}


def complain(session: Session, who: Viewer, subject: str, subject_id: int, reason: str, text: str) -> int:
    """Report something. Raises NotThere, NotAllowed (nobody is signed in), BadComplaint, AlreadyReported, TooMany. The caller commits."""
    if who.person_id is None:
        raise NotAllowed
    shown(session, who, subject, subject_id)
    text = scrub(text).strip()
    if reason not in REASONS or len(text) > TEXT_MOST:
        raise BadComplaint
    same = (Complaint.person_id == who.person_id, Complaint.subject == subject, Complaint.subject_id == subject_id)
    if session.scalars(select(Complaint.id).where(*same)).first() is not None:
        raise AlreadyReported
    lately = (Complaint.person_id == who.person_id, Complaint.created_at > now() - timedelta(days=1))
    if (session.scalar(select(func.count()).select_from(Complaint).where(*lately)) or 0) >= A_DAY:
        raise TooMany
    row = Complaint(
        subject=subject, subject_id=subject_id, person_id=who.person_id, reason=reason, text=text, state="open", created_at=now()
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise AlreadyReported from error
    auditing.record(session, who.actor, "complaint.made", auditing.Subject(subject, subject_id, reason), after={"complaint": row.id})
    return row.id
