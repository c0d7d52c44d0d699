"""What an institution decides on a resource in a cycle: adopt, pilot or reject."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from harvesters.clean.text import scrub
from hub.db import now
from hub.models.account import Person
from hub.models.review import Decision
from hub.services import auditing, cycling
from hub.services.acting import Viewer
from hub.services.pointing import Target

VERDICTS = ("adopt", "pilot", "reject")
VISIBILITIES = ("institution", "partners", "public")
REASON_MOST = 3_000


class NotAllowed(Exception):
    """Curators of the institution alone decide."""


class Stale(Exception):
    """A colleague has decided since the form was opened."""


class BadDecision(Exception):
    """No such verdict or visibility, or a reason that is too long. (Forms say so before.)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What stands; `version` 0: nothing yet."""

    verdict: str = ""
    reason: str = ""
    visibility: str = ""
    version: int = 0
    person: str | None = None
    at: datetime | None = None


def current(session: Session, who: Viewer, resource_id: int, day: date) -> Decided:
    """The decision of the institution acted for, in the cycle of the day."""
    institution_id = who.seat.institution_id if who.seat else None
    span = cycling.current(session, institution_id, day)
    those = (Decision.institution_id == institution_id, Decision.resource_id == resource_id, Decision.cycle_id == span.id)
    row = session.execute(select(Decision, Person.name).outerjoin(Person, Person.id == Decision.person_id).where(*those)).first()
    if row is None:
        return Decided()
    one, person = row
    return Decided(verdict=one.verdict, reason=one.reason, visibility=one.visibility, version=one.version, person=person, at=one.updated_at)


def decide(session: Session, who: Viewer, of: Target, verdict: str, reason: str, visibility: str, version: int, day: date) -> None:
    """Decide for the institution acted for, or decide anew; the audit log keeps what stood before. `version`: of what was shown, 0 for
    nothing. Raises NotAllowed, BadDecision, Stale. The caller commits.
    """
    seat = who.seat
    if seat is None or not seat.may("curator") or of.withdrawn_at is not None:
        raise NotAllowed
    reason = scrub(reason).strip()
    if verdict not in VERDICTS or visibility not in VISIBILITIES or len(reason) > REASON_MOST:
        raise BadDecision
    before = current(session, who, of.id, day)
    if before.version != version:
        raise Stale
    cycle_id = cycling.stored(session, cycling.current(session, seat.institution_id, day))
    values = {"verdict": verdict, "reason": reason, "visibility": visibility, "person_id": who.person_id, "updated_at": now()}
    same = (Decision.institution_id == seat.institution_id, Decision.resource_id == of.id, Decision.cycle_id == cycle_id)
    if version:
        changed = update(Decision).where(*same, Decision.version == version).values(**values, version=version + 1)
        if not session.execute(changed, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
            raise Stale
        session.expire_all()
    else:
        made = {"institution_id": seat.institution_id, "resource_id": of.id, "first_id": of.id, "cycle_id": cycle_id}
        session.add(Decision(**made, **values, created_at=now()))
        try:
            session.flush()
        except IntegrityError as error:
            session.rollback()
            raise Stale from error
    _record(session, who, of, before, Decided(verdict=verdict, reason=reason, visibility=visibility))


def withdraw(session: Session, who: Viewer, of: Target, version: int, day: date) -> None:
    """Take the decision of this cycle back. Raises NotAllowed, Stale. The caller commits."""
    seat = who.seat
    if seat is None or not seat.may("curator"):
        raise NotAllowed
    before = current(session, who, of.id, day)
    span = cycling.current(session, seat.institution_id, day)
    those = (Decision.institution_id == seat.institution_id, Decision.resource_id == of.id, Decision.cycle_id == span.id)
    row = session.scalars(select(Decision).where(*those, Decision.version == version)).first()
    if row is None:
        raise Stale
    session.delete(row)
    session.flush()
    _record(session, who, of, before, None)


def _record(session: Session, who: Viewer, of: Target, before: Decided, after: Decided | None) -> None:
    def told(one: Decided | None) -> dict[str, str] | None:
        return {"verdict": one.verdict, "reason": one.reason, "visibility": one.visibility} if one and one.verdict else None

    action = "decision.withdrawn" if after is None else "decision.changed" if before.version else "decision.made"
    seat = who.seat
    note = seat.name if seat else ""
    auditing.record(
        session, who.actor, action, auditing.Subject("resource", of.id, of.title), before=told(before), after=told(after), note=note
    )
