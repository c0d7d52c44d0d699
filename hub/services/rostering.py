"""Accounts as admins of the hub see them: found, filtered, in pages; and one of them. Never a secret."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Identity, Person, SignIn
from hub.models.institution import Institution, Membership

PAGE = 50
HUB_ROLES = ("hub-admin", "hub-curator")  # beside the roles in institutions
STATES = ("unconfirmed", "disabled", "two-factor", "elsewhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which accounts: empty means any."""

    words: str = ""  # in the name or the address
    role: str = ""  # of HUB_ROLES, or a role in an institution
    institution_id: int | None = None
    state: str = ""  # of STATES


@dataclass(frozen=True, slots=True)
class Belonging:
    """A membership, with what the institution's name needs."""

    institution_id: int
    slug: str
    name: str
    name_zh: str | None
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An account in the list."""

    id: int
    name: str
    email: str
    is_admin: bool
    is_curator: bool
    confirmed_at: datetime | None
    disabled_at: datetime | None
    second_factor: bool
    created_at: datetime
    signed_in_at: datetime | None
    belongings: tuple[Belonging, ...]


@dataclass(frozen=True, slots=True)
class Roster:
    """Some accounts of many, the newest first; `next` goes on after the last one, None at the end."""

    entries: Sequence[Entry]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account with what belongs to it."""

    entry: Entry
    sessions: int
    issuers: tuple[str, ...]
    has_password: bool


def people(session: Session, sought: Sought, *, before: int | None = None) -> Roster:
    """Accounts with an id below `before`. Three queries, however many there are."""
    wanted = conditions(sought)
    total = session.scalar(select(func.count()).select_from(Person).where(*wanted)) or 0
    later = [Person.id < before] if before is not None else []
    rows = session.scalars(select(Person).where(*wanted, *later).order_by(Person.id.desc()).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    belongings = belongings_of(session, [row.id for row in shown])
    return Roster([entry(row, belongings.get(row.id, ())) for row in shown], total, shown[-1].id if len(rows) > PAGE else None)


def conditions(sought: Sought) -> list[ColumnElement[bool]]:
    """What is sought, as the database is asked."""
    found: list[ColumnElement[bool]] = []
    for word in sought.words.lower().split()[:5]:
        found.append(or_(Person.name.icontains(word, autoescape=True), Person.email.contains(word, autoescape=True)))
    if sought.role in HUB_ROLES:
        found.append(Person.is_admin.is_(True) if sought.role == "hub-admin" else Person.is_curator.is_(True))
    if sought.institution_id is not None or (sought.role and sought.role not in HUB_ROLES):
        places = select(Membership.person_id)
        if sought.institution_id is not None:
            places = places.where(Membership.institution_id == sought.institution_id)
        if sought.role and sought.role not in HUB_ROLES:
            places = places.where(Membership.role == sought.role)
        found.append(Person.id.in_(places))
    states: dict[str, ColumnElement[bool]] = {
        "unconfirmed": Person.confirmed_at.is_(None),
        "disabled": Person.disabled_at.is_not(None),
        "two-factor": Person.totp_secret.is_not(None),
        "elsewhere": Person.id.in_(select(Identity.person_id)),
    }
    return [*found, states[sought.state]] if sought.state in states else found


def belongings_of(session: Session, person_ids: Sequence[int]) -> dict[int, tuple[Belonging, ...]]:
    """The memberships of these people."""
    rows = session.execute(
        select(Membership, Institution)
        .join(Institution, Institution.id == Membership.institution_id)
        .where(Membership.person_id.in_(person_ids))
        .order_by(Membership.id)
    )
    found: dict[int, tuple[Belonging, ...]] = {}
    for membership, place in rows:
        belonging = Belonging(place.id, place.slug, place.name, place.name_zh, membership.role)
        found[membership.person_id] = (*found.get(membership.person_id, ()), belonging)
    return found


def entry(person: Person, belongings: tuple[Belonging, ...]) -> Entry:
    """An account without its secrets."""
    return Entry(
        id=person.id,
        name=person.name,
        email=person.email,
        is_admin=person.is_admin,
        is_curator=person.is_curator,
        confirmed_at=person.confirmed_at,
        disabled_at=person.disabled_at,
        second_factor=person.totp_secret is not None,
        created_at=person.created_at,
        signed_in_at=person.signed_in_at,
        belongings=belongings,
    )


def account(session: Session, person_id: int) -> Account | None:
    """One account, or None."""
    person = session.get(Person, person_id)
    if person is None:
        return None
    open_ones = select(func.count()).where(SignIn.person_id == person_id, SignIn.expires_at > now())
    issuers = session.scalars(select(Identity.issuer).filter_by(person_id=person_id).order_by(Identity.id))
    return Account(
        entry=entry(person, belongings_of(session, [person_id]).get(person_id, ())),
        sessions=session.scalar(open_ones) or 0,
        issuers=tuple(issuers),
        has_password=bool(person.password_hash),
    )


def institutions(session: Session) -> Sequence[Institution]:
    """Those that have members, to choose from."""
    members = select(Membership.institution_id)
    return session.scalars(select(Institution).where(Institution.id.in_(members)).order_by(Institution.name).limit(1000)).all()
