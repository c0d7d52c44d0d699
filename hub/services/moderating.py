"""What people report of each other's words, and what a moderator of the hub makes of it: uphold and hide, dismiss, restore."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
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
from hub.services import acting, auditing, mailing, tallying
from hub.services.acting import Viewer

REASONS = ("abuse", "spam", "wrong", "private", "other")
STATES = ("open", "upheld", "dismissed")
TEXT_MOST = 2_000
A_DAY = 20  # reports of one person
AT_ONCE = 30


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


class AlreadyDecided(Exception):
    """Another moderator was first."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be reported: where it stands, what it says, who sees it, where it is shown."""

    model: Any
    words: tuple[str, ...]  # its columns of text
    seen: Callable[[Viewer], ColumnElement[bool]]
    path: Callable[[Session, Any], str]
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


def _shelf_path(session: Session, comment: Comment) -> str:
    return f"/shelves/{session.scalars(select(Shelf.public_id).where(Shelf.id == comment.shelf_id)).one()}"


def _adoption_path(session: Session, adoption: Adoption) -> str:
    return f"/resources/{session.scalars(select(Resource.public_id).where(Resource.id == adoption.resource_id)).one()}"


KINDS = {
    "review": Kind(Review, ("comment", "evidence"), _shown_review, lambda _session, row: f"/reviews/{row.id}"),
    "reply": Kind(Reply, ("text",), _shown_reply, lambda _session, row: f"/reviews/{row.review_id}"),
    "comment": Kind(Comment, ("text",), _shown_comment, _shelf_path),
    "shelf": Kind(
        Shelf, ("title", "about"), lambda who: acting.visible(Shelf, who), lambda _session, row: f"/shelves/{row.public_id}", hides=False
    ),
    "adoption": Kind(Adoption, ("course", "changes", "outcome"), _shown_adoption, _adoption_path),
    "institution": Kind(
        Institution, ("name", "about"), lambda who: Institution.id > 0, lambda _session, row: f"/institutions/{row.slug}", hides=False
    ),
}


def may(who: Viewer) -> bool:
    """Does this person moderate? The hub's admins and its own curators: institutions are too near to what is said of them."""
    return who.is_moderator


def shown(session: Session, who: Viewer, subject: str, subject_id: int, *, all_of_them: bool = False) -> Shown:
    """What is reported, as its reporter sees it; `all_of_them`: for a moderator. Raises NotThere."""
    kind = KINDS.get(subject)
    if kind is None or (all_of_them and not may(who)):
        raise NotThere
    wanted = select(kind.model).where(kind.model.id == subject_id)
    row = session.scalars(wanted if all_of_them else wanted.where(kind.seen(who))).first()
    if row is None:
        raise NotThere
    person_id = getattr(row, "person_id", None)
    house_id = row.id if subject == "institution" else row.institution_id
    return Shown(
        subject=subject,
        id=row.id,
        text="\n\n".join(text for name in kind.words if (text := getattr(row, name))),
        path=kind.path(session, row),
        person_id=person_id,
        person=session.scalars(select(Person.name).where(Person.id == person_id)).first() if person_id else None,
        institution=session.scalars(select(Institution.name).where(Institution.id == house_id)).first() if house_id else None,
        hidden=kind.hides and row.hidden_at is not None,
        hides=kind.hides,
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A complaint with what it is about; `about` None: that is gone."""

    id: int
    subject: str
    reason: str
    text: str
    state: str
    reporter: str | None
    at: datetime
    decided_by: str | None
    decided_at: datetime | None
    answer: str
    about: Shown | None


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Some complaints of many."""

    reports: tuple[Report, ...]
    total: int
    pages: int


def reports(session: Session, who: Viewer, *, decided: bool = False, page: int = 1) -> ReportPage:
    """Open complaints, the oldest first; or those that were decided, the latest first. Raises NotAllowed."""
    if not may(who):
        raise NotAllowed
    which = Complaint.state != "open" if decided else Complaint.state == "open"
    total = session.scalar(select(func.count()).select_from(Complaint).where(which)) or 0
    order = (Complaint.decided_at.desc(), Complaint.id.desc()) if decided else (Complaint.id,)
    rows = session.scalars(select(Complaint).where(which).order_by(*order).limit(AT_ONCE).offset((max(page, 1) - 1) * AT_ONCE)).all()
    names = _names(session, [id for row in rows for id in (row.person_id, row.decided_by_id) if id is not None])
    things = {subject: _things(session, subject, [row.subject_id for row in rows if row.subject == subject]) for subject in KINDS}
    found = tuple(
        Report(
            id=row.id,
            subject=row.subject,
            reason=row.reason,
            text=row.text,
            state=row.state,
            reporter=names.get(row.person_id or 0),
            at=row.created_at,
            decided_by=names.get(row.decided_by_id or 0),
            decided_at=row.decided_at,
            answer=row.answer,
            about=things.get(row.subject, {}).get(row.subject_id),
        )
        for row in rows
    )
    return ReportPage(found, total, -(-total // AT_ONCE))


def _names(session: Session, person_ids: Sequence[int]) -> dict[int, str]:
    return {id: name for id, name in session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))}


def _things(session: Session, subject: str, ids: Sequence[int]) -> dict[int, Shown]:
    """What was reported, of one kind: a fixed number of queries however many there are."""
    kind = KINDS[subject]
    if not ids:
        return {}
    rows = session.scalars(select(kind.model).where(kind.model.id.in_(ids))).all()
    people = _names(session, [row.person_id for row in rows if getattr(row, "person_id", None)])
    houses_ = [row.id if subject == "institution" else row.institution_id for row in rows]
    houses = {id: name for id, name in session.execute(select(Institution.id, Institution.name).where(Institution.id.in_(houses_)))}
    paths = _paths(session, subject, rows)
    return {
        row.id: Shown(
            subject=subject,
            id=row.id,
            text="\n\n".join(text for name in kind.words if (text := getattr(row, name))),
            path=paths[row.id],
            person_id=getattr(row, "person_id", None),
            person=people.get(getattr(row, "person_id", None) or 0),
            institution=houses.get(house or 0),
            hidden=kind.hides and row.hidden_at is not None,
            hides=kind.hides,
        )
        for row, house in zip(rows, houses_, strict=True)
    }


def _paths(session: Session, subject: str, rows: Sequence[Any]) -> dict[int, str]:
    if subject == "comment":
        shelves = select(Shelf.id, Shelf.public_id).where(Shelf.id.in_([row.shelf_id for row in rows]))
        known = {id: public_id for id, public_id in session.execute(shelves)}
        return {row.id: f"/shelves/{known[row.shelf_id]}" for row in rows}
    if subject == "adoption":
        resources = select(Resource.id, Resource.public_id).where(Resource.id.in_([row.resource_id for row in rows]))
        names = {id: public_id for id, public_id in session.execute(resources)}
        return {row.id: f"/resources/{names[row.resource_id]}" for row in rows}
    return {row.id: KINDS[subject].path(session, row) for row in rows}


def decide(session: Session, who: Viewer, complaint_id: int, verdict: str, answer: str, *, site: str) -> None:
    """Uphold or dismiss a complaint, with all others that are open on the same. What is upheld goes out of sight, where it can, and its
    author is told. `site`: the public address of the hub, for mail. Raises NotThere, NotAllowed, AlreadyDecided. The caller commits.
    """
    row = _complaint(session, who, complaint_id)
    if verdict not in ("upheld", "dismissed") or len(answer) > TEXT_MOST:
        raise BadComplaint
    same = (Complaint.subject == row.subject, Complaint.subject_id == row.subject_id, Complaint.state == "open")
    values = {"state": verdict, "decided_by_id": who.person_id, "decided_at": now(), "answer": scrub(answer).strip()}
    changed = session.execute(update(Complaint).where(*same).values(values), execution_options={"synchronize_session": False})
    if row.state != "open" or not changed.rowcount:  # type: ignore[attr-defined]
        raise AlreadyDecided
    session.expire_all()
    if verdict == "upheld":
        _hide(session, who, row.subject, row.subject_id, hidden=True)
        _tell(session, row, scrub(answer).strip(), site, hidden=True)
    subject = auditing.Subject(row.subject, row.subject_id, row.reason)
    auditing.record(
        session, who.actor, f"complaint.{verdict}", subject, note=scrub(answer).strip()[:500], after={"complaint": complaint_id}
    )


def restore(session: Session, who: Viewer, complaint_id: int, answer: str, *, site: str) -> None:
    """What was hidden is shown again, and the complaints on it are dismissed after all. Raises as `decide`. The caller commits."""
    row = _complaint(session, who, complaint_id)
    same = (Complaint.subject == row.subject, Complaint.subject_id == row.subject_id, Complaint.state == "upheld")
    values = {"state": "dismissed", "decided_by_id": who.person_id, "decided_at": now(), "answer": scrub(answer).strip()[:TEXT_MOST]}
    changed = session.execute(update(Complaint).where(*same).values(values), execution_options={"synchronize_session": False})
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise AlreadyDecided
    session.expire_all()
    _hide(session, who, row.subject, row.subject_id, hidden=False)
    _tell(session, row, scrub(answer).strip(), site, hidden=False)
    subject = auditing.Subject(row.subject, row.subject_id, row.reason)
    auditing.record(session, who.actor, "complaint.restored", subject, note=scrub(answer).strip()[:500], after={"complaint": complaint_id})


def _complaint(session: Session, who: Viewer, complaint_id: int) -> Complaint:
    if not may(who):
        raise NotAllowed
    row = session.get(Complaint, complaint_id)
    if row is None:
        raise NotThere
    author = _author(session, row)
    if author is not None and author == who.person_id:
        raise NotAllowed
    return row


def _author(session: Session, row: Complaint) -> int | None:
    model = KINDS[row.subject].model
    return session.scalars(select(model.person_id).where(model.id == row.subject_id)).first() if hasattr(model, "person_id") else None


def _hide(session: Session, who: Viewer, subject: str, subject_id: int, *, hidden: bool) -> None:
    """Out of sight, or back; a resource's score follows."""
    kind = KINDS[subject]
    if not kind.hides:
        return
    model = kind.model
    moment = now() if hidden else None
    session.execute(update(model).where(model.id == subject_id).values(hidden_at=moment), execution_options={"synchronize_session": False})
    session.expire_all()
    if model in (Review, Adoption):
        tallying.tally(session, list(session.scalars(select(model.resource_id).where(model.id == subject_id))))


def _tell(session: Session, row: Complaint, answer: str, site: str, *, hidden: bool) -> None:
    """Write to the author, who may have left."""
    author = _author(session, row)
    address = session.scalars(select(Person.email).where(Person.id == author)).first() if author else None
    thing = session.get(KINDS[row.subject].model, row.subject_id)
    if address is None or thing is None or not KINDS[row.subject].hides:
        return
    place = site + KINDS[row.subject].path(session, thing)
    if hidden:
        subject = "Something that you wrote was hidden · 您发表的内容已被隐藏"
        body = (
            f"A moderator has hidden something that you wrote, after it was reported:\n{place}\n\n{answer}\n\n"
            f"管理员在收到举报后隐藏了您发表的内容：\n{place}\n\n{answer}"
        )
    else:
        subject = "What you wrote is shown again · 您发表的内容已恢复显示"
        body = (
            f"A moderator has looked again at something that you wrote; it is shown again:\n{place}\n\n{answer}\n\n"
            f"管理员重新审核后已恢复显示您发表的内容：\n{place}\n\n{answer}"
        )
    mailing.write(session, address, subject, body)
