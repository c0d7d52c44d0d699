"""What others do with a review: find it helpful, or answer it for the institution that made the resource."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.resource import Resource
from hub.models.review import HelpfulVote, Reply, Review
from hub.services import acting, auditing, pointing
from hub.services.acting import Seat, Viewer
from hub.services.critiquing import NotAllowed, Stale

TEXT_MOST = 3_000


class BadReply(Exception):
    """Empty or too long."""


def vote(session: Session, who: Viewer, review_id: int, *, helpful: bool) -> int:
    """Somebody finds a review helpful, or no more; answers the number of votes. Saying it twice changes nothing. Raises NotAllowed."""
    review = seen(session, who, review_id)
    if who.person_id is None or review.person_id == who.person_id:
        raise NotAllowed
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"review_id": review_id, "person_id": who.person_id}
    made = insert(HelpfulVote).values(row).on_conflict_do_nothing().returning(HelpfulVote.person_id)
    gone = delete(HelpfulVote).filter_by(**row).returning(HelpfulVote.person_id)
    if session.execute(made if helpful else gone).scalar() is not None:
        more = Review.helpful + (1 if helpful else -1)
        session.execute(update(Review).where(Review.id == review_id).values(helpful=more), execution_options={"synchronize_session": False})
        session.expire_all()
    return session.scalars(select(Review.helpful).where(Review.id == review_id)).one()


def speaker(session: Session, who: Viewer, resource_id: int) -> Seat | None:
    """The place in which this person may answer reviews of the resource: a teacher's or higher, where it was made."""
    if not who.seats:
        return None
    made_by = session.execute(select(Resource.institution, Resource.provider).where(Resource.id == resource_id)).one()
    return best(who, pointing.makers(session, who, (made_by.institution, made_by.provider)))


def best(who: Viewer, makers: tuple[Seat, ...]) -> Seat | None:
    """Of places where a resource was made, the one to speak from: where one acts now, else the first."""
    may = [seat for seat in makers if seat.may("teacher")]
    return next((seat for seat in may if who.seat and seat.institution_id == who.seat.institution_id), may[0] if may else None)


def answer(session: Session, who: Viewer, review_id: int, text: str, version: int) -> None:
    """The maker's answer, new (version 0) or other words. Raises NotAllowed, BadReply, Stale. The caller commits."""
    review = seen(session, who, review_id)
    seat = speaker(session, who, review.resource_id)
    if seat is None:
        raise NotAllowed
    text = scrub(text).strip()
    if not text or len(text) > TEXT_MOST:
        raise BadReply
    old = session.scalars(select(Reply.text).where(Reply.review_id == review_id)).first()
    if version == 0:
        _new(session, who, seat, review_id, text)
    else:
        values = {
            "text": text,
            "updated_at": now(),
            "version": version + 1,
            "person_id": who.person_id,
            "institution_id": seat.institution_id,
        }
        same = (Reply.review_id == review_id, Reply.version == version)
        changed = session.execute(update(Reply).where(*same).values(values), execution_options={"synchronize_session": False})
        if not changed.rowcount:  # type: ignore[attr-defined]
            raise Stale
        session.expire_all()
    action = "reply.changed" if version else "reply.written"
    auditing.record(session, who.actor, action, auditing.Subject("review", review_id, seat.name), before=old, after=text)


def _new(session: Session, who: Viewer, seat: Seat, review_id: int, text: str) -> None:
    moment = now()
    session.add(
        Reply(
            review_id=review_id,
            person_id=who.person_id,
            institution_id=seat.institution_id,
            text=text,
            created_at=moment,
            updated_at=moment,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:  # a colleague was first
        session.rollback()
        raise Stale from error


def withdraw(session: Session, who: Viewer, review_id: int) -> None:
    """Take the answer back. Raises NotAllowed. The caller commits."""
    review = seen(session, who, review_id)
    seat = speaker(session, who, review.resource_id)
    if seat is None:
        raise NotAllowed
    old = session.scalars(select(Reply.text).where(Reply.review_id == review_id)).first()
    if old is not None:
        session.execute(delete(Reply).where(Reply.review_id == review_id), execution_options={"synchronize_session": False})
        auditing.record(session, who.actor, "reply.removed", auditing.Subject("review", review_id, seat.name), before=old)


def kept(session: Session, review_id: int) -> tuple[str, int]:
    """The text of the answer and its version; empty and 0 when there is none."""
    row = session.execute(select(Reply.text, Reply.version).where(Reply.review_id == review_id)).first()
    return (row.text, row.version) if row else ("", 0)


def seen(session: Session, who: Viewer, review_id: int) -> Review:
    """The review, when this visitor sees it; raises NotAllowed(seen=False)."""
    shown = (Review.id == review_id, acting.visible(Review, who), Review.hidden_at.is_(None))
    review = session.scalars(select(Review).where(*shown)).first()
    if review is None:
        raise NotAllowed(seen=False)
    return review
