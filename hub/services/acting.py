"""Who asks: a visitor with the institutions they belong to; and what of people's things such a visitor may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.models.institution import ROLES, Institution, Membership, Partnership
from hub.services.auditing import Actor

TEACHERS = ("teacher", "curator", "admin")
CURATORS = ("curator", "admin")


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in an institution."""

    institution_id: int
    slug: str
    name: str
    name_zh: str | None
    kind: str  # university | enterprise | agency
    verified: bool
    role: str  # of ROLES

    def may(self, least: str) -> bool:
        """Does the role here go as far as this one?"""
        return ROLES.index(self.role) >= ROLES.index(least)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks for people's things; `person_id` None: anybody. `seat` is the institution that the person acts for now."""

    person_id: int | None
    name: str = ""
    is_admin: bool = False  # of the hub
    is_curator: bool = False  # of the catalogue: the hub's own curators, and those of verified institutions
    seats: tuple[Seat, ...] = ()
    seat: Seat | None = None
    is_moderator: bool = False  # decides on what is reported: the hub's own curators and admins, not those of institutions

    @property
    def actor(self) -> Actor:
        """As the audit log names them."""
        return Actor(self.person_id, self.name)

    @property
    def institution_ids(self) -> tuple[int, ...]:
        """Where this person belongs."""
        return tuple(seat.institution_id for seat in self.seats)

    def seat_in(self, institution_id: int | None) -> Seat | None:
        """The place in this institution, if there is one."""
        return next((seat for seat in self.seats if seat.institution_id == institution_id), None)

    def may(self, institution_id: int | None, least: str) -> bool:
        """A member there with this role or a higher one. Admins of the hub are not: only its own people speak for it."""
        seat = self.seat_in(institution_id)
        return seat is not None and seat.may(least)

    def manages(self, institution_id: int) -> bool:
        """May change the institution's members and settings: its own admins, and the hub's."""
        return self.is_admin or self.may(institution_id, "admin")


ANYBODY = Viewer(None)


def viewer(session: Session, person: Person) -> Viewer:
    """The person with their institutions, those that have closed left out. One query."""
    rows = session.execute(
        select(Institution, Membership.role)
        .join(Membership, Membership.institution_id == Institution.id)
        .where(Membership.person_id == person.id, Institution.closed_at.is_(None))
        .order_by(Membership.id)
    ).all()
    seats = tuple(Seat(i.id, i.slug, i.name, i.name_zh, i.kind, i.verified_at is not None, role) for i, role in rows)
    here = next((seat for seat in seats if seat.institution_id == person.acting_for_id), seats[0] if seats else None)
    curates = person.is_admin or person.is_curator or any(seat.verified and seat.role in CURATORS for seat in seats)
    return Viewer(person.id, person.name, person.is_admin, curates, seats, here, person.is_admin or person.is_curator)


def act_for(session: Session, person_id: int, institution_id: int) -> bool:
    """From now on this person acts for that institution; False when they do not belong there. The caller commits."""
    belongs = select(Membership.id).where(Membership.person_id == person_id, Membership.institution_id == institution_id)
    if session.scalar(belongs) is None:
        return False
    session.get_one(Person, person_id).acting_for_id = institution_id
    return True


def partners(institution_ids: tuple[int, ...]) -> Any:
    """Query for the ids of the active partners of these institutions."""
    active = Partnership.state == "active"
    left = select(Partnership.right_id).where(Partnership.left_id.in_(institution_ids), active)
    right = select(Partnership.left_id).where(Partnership.right_id.in_(institution_ids), active)
    return left.union_all(right)


def visible(model: Any, who: Viewer) -> ColumnElement[bool]:
    """The condition on a model with `person_id`, `institution_id` and `visibility` that this visitor may see the row."""
    ways: list[ColumnElement[bool]] = [model.visibility == "public"]
    if who.person_id is not None:
        ways.append(model.person_id == who.person_id)
    if who.institution_ids:
        ways.append(model.institution_id.in_(who.institution_ids) & model.visibility.in_(("institution", "partners")))
        ways.append((model.visibility == "partners") & model.institution_id.in_(partners(who.institution_ids)))
    return or_(*ways)
