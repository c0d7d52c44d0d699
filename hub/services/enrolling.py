"""Who belongs to an institution, as what; and that somebody always looks after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person
from hub.models.institution import ROLES, Institution, InstitutionDomain, Membership
from hub.services import auditing, permitting
from hub.services.acting import Viewer
from hub.services.auditing import Actor, Subject

PAGE = 30


class LastAdmin(Exception):
    """Nobody else looks after the institution: this admin cannot leave or become something else."""


class NotThere(Exception):
    """That person does not belong to the institution."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person in an institution. The address is for its admins alone."""

    person_id: int
    name: str
    email: str
    role: str
    since: datetime
    disabled: bool


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some of the members, how many there are, and how many of each role."""

    members: Sequence[Member]
    total: int
    pages: int
    roles: dict[str, int]


def members(session: Session, institution_id: int, *, role: str = "", words: str = "", emails: bool = False, page: int = 1) -> MemberPage:
    """The members by name; of one role, or whose name (with `emails` also address) has these words."""
    found = select(Membership, Person).join(Person, Person.id == Membership.person_id).where(Membership.institution_id == institution_id)
    if role in ROLES:
        found = found.where(Membership.role == role)
    for word in words.split()[:5]:
        columns = (Person.name, Person.email) if emails else (Person.name,)
        found = found.where(or_(*(func.lower(column).contains(word.lower(), autoescape=True) for column in columns)))
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.execute(found.order_by(func.lower(Person.name), Person.id).limit(PAGE).offset((max(page, 1) - 1) * PAGE)).all()
    counts = session.execute(select(Membership.role, func.count()).filter_by(institution_id=institution_id).group_by(Membership.role))
    listed = [Member(p.id, p.name, p.email, m.role, m.created_at, p.disabled_at is not None) for m, p in rows]
    return MemberPage(listed, total, -(-total // PAGE), {name: count for name, count in counts})


def member(session: Session, institution_id: int, person_id: int) -> Member | None:
    """One member."""
    row = session.execute(
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.institution_id == institution_id, Membership.person_id == person_id)
    ).first()
    if row is None:
        return None
    return Member(row[1].id, row[1].name, row[1].email, row[0].role, row[0].created_at, row[1].disabled_at is not None)


def role_in(session: Session, institution: Institution, person_id: int) -> str:
    """The person's role. Raises NotThere."""
    role = session.scalar(select(Membership.role).filter_by(institution_id=institution.id, person_id=person_id))
    if role is None:
        raise NotThere
    return role


def refuse_last_admin(session: Session, institution: Institution, person_id: int) -> None:
    """Raises LastAdmin when nobody but this person is an admin there."""
    others = select(func.count()).where(
        Membership.institution_id == institution.id, Membership.role == "admin", Membership.person_id != person_id
    )
    if not session.scalar(others):
        raise LastAdmin


def enrol(session: Session, actor: Actor, institution: Institution, person_id: int, role: str, *, how: str = "") -> bool:
    """The person belongs there with this role, or with the higher one that they have; False when nothing has changed. The caller commits,
    and has asked whether it may be so.
    """
    permitting.hold(session, institution)
    before = session.scalar(select(Membership.role).filter_by(institution_id=institution.id, person_id=person_id))
    if before is not None and ROLES.index(before) >= ROLES.index(role):
        return False
    person = session.get_one(Person, person_id)
    if before is None:
        try:
            with session.begin_nested():
                session.add(Membership(person_id=person_id, institution_id=institution.id, role=role, created_at=now()))
        except IntegrityError:  # somebody was quicker
            return False
    else:
        set_role(session, institution, person_id, role)
    if person.acting_for_id is None:
        person.acting_for_id = institution.id
    tell(session, actor, "member.joined" if before is None else "member.role", institution, person_id, before, role, note=how)
    return True


def set_role(session: Session, institution: Institution, person_id: int, role: str) -> None:
    """Write the role."""
    session.execute(update(Membership).filter_by(institution_id=institution.id, person_id=person_id).values(role=role))


def place(session: Session, actor: Actor, institution: Institution, person_id: int, role: str | None) -> bool:
    """The person has this role there, or with None no place, whatever it was; False when nothing changes. For operators, who may all.

    The caller commits. Raises LastAdmin.
    """
    permitting.hold(session, institution)
    before = session.scalar(select(Membership.role).filter_by(institution_id=institution.id, person_id=person_id))
    if before == role:
        return False
    if before is None and role is not None:
        return enrol(session, actor, institution, person_id, role)
    if before == "admin":
        refuse_last_admin(session, institution, person_id)
    if role is None:
        take_out(session, institution, person_id)
    else:
        set_role(session, institution, person_id, role)
    tell(session, actor, "member.role" if role else "member.removed", institution, person_id, before, role)
    return True


def take_out(session: Session, institution: Institution, person_id: int) -> None:
    """The person has no place there, and does not act for it."""
    session.execute(delete(Membership).filter_by(institution_id=institution.id, person_id=person_id))
    session.execute(update(Person).where(Person.id == person_id, Person.acting_for_id == institution.id).values(acting_for_id=None))


def change_role(session: Session, who: Viewer, institution: Institution, person_id: int, role: str) -> bool:
    """Another role for a member; False when it is that already. The caller commits. Raises NotAllowed, NotThere, LastAdmin."""
    permitting.need_manager(who, institution)
    if role not in ROLES:
        raise ValueError(role)
    permitting.hold(session, institution)
    before = role_in(session, institution, person_id)
    if before == role:
        return False
    if before == "admin":
        refuse_last_admin(session, institution, person_id)
    set_role(session, institution, person_id, role)
    tell(session, who.actor, "member.role", institution, person_id, before, role)
    return True


def remove(session: Session, who: Viewer, institution: Institution, person_id: int) -> None:
    """The person belongs there no longer: an admin takes them out, or they leave. What they did stays. The caller commits.

    Raises NotAllowed, NotThere, LastAdmin.
    """
    if who.person_id != person_id:
        permitting.need_manager(who, institution)
    permitting.hold(session, institution)
    before = role_in(session, institution, person_id)
    if before == "admin":
        refuse_last_admin(session, institution, person_id)
    take_out(session, institution, person_id)
    tell(session, who.actor, "member.left" if who.person_id == person_id else "member.removed", institution, person_id, before, None)


def tell(
    session: Session,
    actor: Actor,
    action: str,
    institution: Institution,
    person_id: int,
    before: str | None,
    after: str | None,
    *,
    note: str = "",
) -> None:
    """What happened to a member, in the audit log, as a thing of the institution."""
    name = session.scalar(select(Person.name).where(Person.id == person_id)) or ""
    label = f"{institution.name}: {name}"
    auditing.record(session, actor, action, Subject("institution", institution.id, label), before=before, after=after, note=note)


# By the domain of one's address


@dataclass(frozen=True, slots=True)
class Opening:
    """An institution that lets a person in because of their address."""

    slug: str
    name: str
    name_zh: str | None
    kind: str
    role: str


def open_to(session: Session, person_id: int) -> tuple[Opening, ...]:
    """The institutions that this person may join at once: their confirmed address is of a domain there."""
    person = session.get(Person, person_id)
    if person is None or person.confirmed_at is None:
        return ()
    belongs = select(Membership.institution_id).where(Membership.person_id == person_id)
    rows = session.scalars(
        select(Institution)
        .join(InstitutionDomain, InstitutionDomain.institution_id == Institution.id)
        .where(
            InstitutionDomain.domain == person.email.rpartition("@")[2],
            Institution.joining == "domain",
            Institution.closed_at.is_(None),
            Institution.id.not_in(belongs),
        )
        .order_by(Institution.name)
    )
    return tuple(Opening(i.slug, i.name, i.name_zh, i.kind, i.domain_role) for i in rows)


def join(session: Session, who: Viewer, institution: Institution) -> bool:
    """Join by the domain of one's address; False when one belongs there already. The caller commits. Raises NotAllowed."""
    if who.person_id is None:
        raise permitting.NotAllowed
    if who.seat_in(institution.id) is not None:
        return False
    if institution.slug not in {opening.slug for opening in open_to(session, who.person_id)}:
        raise permitting.NotAllowed
    return enrol(session, who.actor, institution, who.person_id, institution.domain_role, how="by the domain of the address")


def admins(session: Session, institution_id: int) -> Sequence[Person]:
    """Who looks after the institution, and may sign in."""
    return session.scalars(
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.institution_id == institution_id, Membership.role == "admin", Person.disabled_at.is_(None))
        .order_by(Person.id)
        .limit(20)
    ).all()
