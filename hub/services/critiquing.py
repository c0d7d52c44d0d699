"""A teacher writes a review, changes it while its cycle lasts, or takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.review import Cycle, Review, ReviewScore
from hub.services import acting, auditing, cycling, pointing, scoring, tallying
from hub.services.acting import Viewer
from hub.services.pointing import Target
from hub.services.scoring import Measure

TEXT_MOST = 5_000  # characters of evidence, of a comment
VISIBILITIES = ("institution", "partners", "public")


class NotAllowed(Exception):
    """Not this person's to do; `seen` says whether they may know that it is there."""

    def __init__(self, *, seen: bool = True) -> None:
        super().__init__()
        self.seen = seen


class AlreadyReviewed(Exception):
    """One review a person, resource and cycle; this one is there."""

    def __init__(self, review_id: int) -> None:
        super().__init__(review_id)
        self.review_id = review_id


class CycleOver(Exception):
    """A review can be changed while its cycle lasts."""


class Stale(Exception):
    """Somebody has changed it since the form was opened."""


class BadDraft(Exception):
    """A text that is too long, or a visibility that is none. (Forms say so before.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a teacher says of a resource."""

    values: dict[str, int]  # criterion -> 1 .. 5
    evidence: str = ""
    comment: str = ""
    visibility: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """A review as its author changes it."""

    id: int
    draft: Draft
    version: int
    score: float
    resource_id: int
    institution_id: int | None
    measure: Measure
    cycle: str
    lasts: bool  # its cycle has not ended: it can be changed
    hidden: bool  # by a moderator
    own: bool


def existing(session: Session, who: Viewer, resource_id: int, day: date) -> int | None:
    """The review that this person has written in the cycle of the day."""
    span = cycling.current(session, who.seat.institution_id if who.seat else None, day)
    if span.id is None or who.person_id is None:
        return None
    mine = (Review.person_id == who.person_id, Review.resource_id == resource_id, Review.cycle_id == span.id)
    return session.scalars(select(Review.id).where(*mine)).first()


def write(session: Session, who: Viewer, of: Target, draft: Draft, day: date) -> int:
    """A new review, for the institution acted for, in its cycle. Raises NotAllowed, AlreadyReviewed, BadDraft; ValueError when a criterion
    is not answered. The caller commits; after AlreadyReviewed nothing of its transaction is left.
    """
    seat = who.seat
    if seat is None or not seat.may("teacher") or who.person_id is None or of.withdrawn_at is not None:
        raise NotAllowed
    refuse(draft)
    measure = scoring.in_force(session, seat.institution_id)
    score = measure.score(draft.values)
    cycle_id = cycling.stored(session, cycling.current(session, seat.institution_id, day))
    rubric_id = scoring.stored(session, measure)
    same = select(Review.id).where(Review.person_id == who.person_id, Review.resource_id == of.id, Review.cycle_id == cycle_id)
    if (there := session.scalars(same).first()) is not None:
        raise AlreadyReviewed(there)
    moment = now()
    review = Review(
        resource_id=of.id,
        first_id=of.id,
        person_id=who.person_id,
        institution_id=seat.institution_id,
        cycle_id=cycle_id,
        rubric_id=rubric_id,
        score=score,
        own=bool(pointing.makers(session, who, (of.institution, of.provider))),
        created_at=moment,
        updated_at=moment,
        **texts(draft),
    )
    session.add(review)
    try:
        session.flush()
    except IntegrityError as error:  # the same person, in another window, at this moment
        session.rollback()
        there = session.scalars(same).first()
        if there is None:
            raise
        raise AlreadyReviewed(there) from error
    answer(session, review.id, rubric_id, draft)
    auditing.record(session, who.actor, "review.written", auditing.Subject("review", review.id, of.title), after=told(draft, score))
    tallying.tally(session, [of.id])
    return review.id


def mine(session: Session, who: Viewer, review_id: int, day: date) -> Mine:
    """A review for its author. Raises NotAllowed for everybody else."""
    row = session.execute(select(Review, Cycle).join(Cycle, Cycle.id == Review.cycle_id).where(Review.id == review_id)).first()
    if row is None or who.person_id is None or row.Review.person_id != who.person_id:
        shown = (Review.id == review_id, acting.visible(Review, who), Review.hidden_at.is_(None))
        raise NotAllowed(seen=session.scalars(select(Review.id).where(*shown)).first() is not None)
    review, cycle = row
    ids = {id: key for key, id in scoring.criterion_ids(session, review.rubric_id).items()}
    values = session.execute(select(ReviewScore.criterion_id, ReviewScore.value).where(ReviewScore.review_id == review_id))
    return Mine(
        id=review.id,
        draft=Draft(
            values={ids[id]: value for id, value in values if id in ids},
            evidence=review.evidence,
            comment=review.comment,
            visibility=review.visibility,
        ),
        version=review.version,
        score=review.score,
        resource_id=review.resource_id,
        institution_id=review.institution_id,
        measure=scoring.of_review(session, review.rubric_id),
        cycle=cycle.name,
        lasts=cycle.starts_on <= day <= cycle.ends_on,
        hidden=review.hidden_at is not None,
        own=review.own,
    )


def change(session: Session, who: Viewer, review_id: int, draft: Draft, version: int, day: date) -> None:
    """Other scores or words, by the same edition of the rubric. Raises NotAllowed, CycleOver, Stale, BadDraft; ValueError when a criterion
    is not answered. The caller commits.
    """
    refuse(draft)
    old = mine(session, who, review_id, day)
    if not old.lasts:
        raise CycleOver
    if not who.may(old.institution_id, "teacher"):
        raise NotAllowed
    score = old.measure.score(draft.values)
    made_by = session.execute(select(Resource.institution, Resource.provider, Resource.title).where(Resource.id == old.resource_id)).one()
    values: dict[str, Any] = {**texts(draft), "score": score, "updated_at": now(), "version": version + 1}
    values["own"] = bool(pointing.makers(session, who, (made_by.institution, made_by.provider)))
    same = (Review.id == review_id, Review.version == version, Review.person_id == who.person_id)
    changed = session.execute(update(Review).where(*same).values(values), execution_options={"synchronize_session": False})
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Stale
    session.expire_all()
    session.execute(delete(ReviewScore).where(ReviewScore.review_id == review_id))
    answer(session, review_id, old.measure.id or 0, draft)
    subject = auditing.Subject("review", review_id, made_by.title)
    auditing.record(session, who.actor, "review.changed", subject, before=told(old.draft, old.score), after=told(draft, score))
    tallying.tally(session, [old.resource_id])


def remove(session: Session, who: Viewer, review_id: int, day: date) -> int:
    """Take one's own review back, with its votes and its reply; answers the resource. Raises NotAllowed. The caller commits."""
    old = mine(session, who, review_id, day)
    title = session.scalars(select(Resource.title).where(Resource.id == old.resource_id)).one()
    auditing.record(session, who.actor, "review.removed", auditing.Subject("review", review_id, title), before=told(old.draft, old.score))
    session.execute(delete(Review).where(Review.id == review_id), execution_options={"synchronize_session": False})
    session.expire_all()
    tallying.tally(session, [old.resource_id])
    return old.resource_id


def answer(session: Session, review_id: int, rubric_id: int, draft: Draft) -> None:
    """Write the answers to the criteria."""
    ids = scoring.criterion_ids(session, rubric_id)
    session.add_all(ReviewScore(review_id=review_id, criterion_id=ids[key], value=value) for key, value in draft.values.items())
    session.flush()


def usual_visibility(session: Session, institution_id: int) -> str:
    """Who sees new reviews, unless their author says otherwise: as the institution has chosen."""
    chosen = session.scalars(select(Institution.visibility).where(Institution.id == institution_id)).first()
    return chosen if chosen in VISIBILITIES else "institution"


def refuse(draft: Draft) -> None:
    """Raises BadDraft."""
    if max(len(draft.evidence), len(draft.comment)) > TEXT_MOST or draft.visibility not in VISIBILITIES:
        raise BadDraft


def texts(draft: Draft) -> dict[str, str]:
    """The columns of a review that are typed."""
    return {"evidence": scrub(draft.evidence).strip(), "comment": scrub(draft.comment).strip(), "visibility": draft.visibility}


def told(draft: Draft, score: float) -> dict[str, Any]:
    """A review as the audit log has it."""
    return {"score": round(score, 3), "scores": draft.values, **texts(draft)}
