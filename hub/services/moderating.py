"""What a moderator of the hub makes of a report: uphold and hide, dismiss, restore."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.account import Person
from hub.models.adoption import Adoption
from hub.models.review import Complaint, Review
from hub.services import auditing, complaining, mailing, tallying
from hub.services.acting import Viewer
from hub.services.complaining import KINDS, TEXT_MOST, BadComplaint, NotAllowed, NotThere, Shown

AT_ONCE = 30


class AlreadyDecided(Exception):
    """Another moderator was first."""


def may(who: Viewer) -> bool:
    """Does this person moderate? The hub's admins and its own curators: institutions are too near to what is said of them."""
    return who.is_moderator


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
    names = complaining.names(session, [id for row in rows for id in (row.person_id, row.decided_by_id) if id is not None])
    things = {
        subject: complaining.things(
            session, subject, KINDS[subject].model.id.in_([row.subject_id for row in rows if row.subject == subject])
        )
        for subject in {row.subject for row in rows}
    }
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
            about=things[row.subject].get(row.subject_id),
        )
        for row in rows
    )
    return ReportPage(found, total, -(-total // AT_ONCE))


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
    place = site + KINDS[row.subject].paths(session, [thing])[thing.id]
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
