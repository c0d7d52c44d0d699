"""Somebody deletes their account: what is private goes, what they said for others stays as a former member's."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.models.audit import AuditEvent
from hub.models.institution import Institution, Invitation, Membership
from hub.models.mail import Mail
from hub.models.review import HelpfulVote, Review
from hub.models.shelf import Shelf, ShelfEditor
from hub.services import auditing
from hub.services.auditing import Actor, Subject

FORMER = "former member"


class StillNeeded(Exception):
    """Nobody else could do what only this person can; `what`: hub, or the names of institutions of which they are the last admin."""

    def __init__(self, hub: bool, institutions: tuple[str, ...]) -> None:
        super().__init__("the last admin")
        self.hub, self.institutions = hub, institutions


def needed(session: Session, person: Person) -> StillNeeded | None:
    """Why the person cannot go yet."""
    admins = session.scalar(select(func.count()).where(Person.is_admin, Person.disabled_at.is_(None), Person.id != person.id)) or 0
    mine = select(Membership.institution_id).where(Membership.person_id == person.id, Membership.role == "admin")
    others = select(Membership.institution_id).where(Membership.person_id != person.id, Membership.role == "admin")
    alone = session.scalars(
        select(Institution.name).where(Institution.id.in_(mine), Institution.id.not_in(others), Institution.closed_at.is_(None))
    ).all()
    last = person.is_admin and not admins
    return StillNeeded(last, tuple(alone)) if last or alone else None


def hold(session: Session, person: Person) -> None:
    """Nobody else stops being an admin where this person is one until this transaction ends: else the last two could go at the same
    moment. Writes that change nothing, as they lock on either database; institutions first, as everybody does it."""
    quiet, mine = {"synchronize_session": False}, select(Membership.institution_id).filter_by(person_id=person.id, role="admin")
    for number in session.scalars(mine.order_by(Membership.institution_id)).all():
        same = update(Institution).where(Institution.id == number).values(version=Institution.version)
        session.execute(same, execution_options=quiet)
    if person.is_admin:
        session.execute(update(Person).where(Person.is_admin).values(is_admin=True), execution_options=quiet)


def depart(session: Session, person: Person) -> None:
    """Delete the account. Bookmarks, notes, searches, progress, sessions and shelves that nobody else sees go; reviews, tags, adoptions,
    comments and an institution's shelves stay without a name, the log of what was done too. The caller commits. Raises StillNeeded."""
    hold(session, person)
    if why := needed(session, person):
        raise why
    voted = list(session.scalars(select(HelpfulVote.review_id).where(HelpfulVote.person_id == person.id)))
    quiet = {"synchronize_session": False}
    alone = (Shelf.visibility == "private") & Shelf.id.not_in(select(ShelfEditor.shelf_id))
    own = alone | Shelf.institution_id.is_(None)
    session.execute(delete(Shelf).where(Shelf.person_id == person.id, own), execution_options=quiet)
    session.execute(delete(Invitation).where(Invitation.email == person.email), execution_options=quiet)
    session.execute(delete(Mail).where(Mail.recipient == person.email), execution_options=quiet)
    named = (AuditEvent.subject == "person") & (AuditEvent.subject_id == person.id)
    session.execute(update(AuditEvent).where(named).values(label=FORMER, before=None, after=None, note=""), execution_options=quiet)
    session.execute(update(AuditEvent).where(AuditEvent.person_id == person.id).values(person=FORMER), execution_options=quiet)
    auditing.record(session, Actor(None, FORMER), "person.departed", Subject("person", person.id, FORMER))
    session.execute(delete(Person).where(Person.id == person.id), execution_options=quiet)
    votes = select(func.count()).where(HelpfulVote.review_id == Review.id).correlate(Review).scalar_subquery()
    session.execute(update(Review).where(Review.id.in_(voted)).values(helpful=votes), execution_options=quiet)
    session.expire_all()
