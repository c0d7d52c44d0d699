"""Whom a provider vouches for, as an account of ours: by issuer and subject, never by an e-mail address alone.

An account that has the same address is joined by itself only when the provider says that the address is verified, the account's own
address is confirmed, and nothing more than a password guards it. Else its password (and second factor) must be given once: an account that
somebody made with another's address, or the rights of an admin, must not come with an address alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Identity, Person
from hub.models.institution import Membership
from hub.services import auditing, joining, warning, welcoming
from hub.services.vouching import Known


class NotEntered(Exception):
    """This identity does not sign anybody in; the sort of error says why."""


class NoAddress(NotEntered):
    """The provider says no address that is verified, so there is no account to be made."""


class ProveFirst(NotEntered):
    """There is an account with this address: its password must be given once."""


class Closed(NotEntered):
    """An admin has closed the account."""


class Taken(NotEntered):
    """The identity belongs to another account."""


class LastWay(Exception):
    """Without this identity nobody could sign in to the account: it has no password."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way of signing in elsewhere that an account has."""

    id: int
    issuer: str
    created_at: datetime
    used_at: datetime | None


def enter(session: Session, known: Known, *, vouched: bool = False) -> tuple[Person, bool]:
    """The account of this identity, and whether it was made now. The caller commits. Raises NotEntered.

    `vouched`: the operator says that all addresses of this provider are verified.
    """
    person = person_of(session, known)
    if person is not None:
        open_account(person).signed_in_at = now()
        return person, False
    if not known.email or not (known.verified or vouched):
        raise NoAddress
    person = joining.by_email(session, known.email)
    if person is None:
        return new_person(session, known)
    if not joins_alone(session, open_account(person)):
        raise ProveFirst
    link(session, person, known)
    person.signed_in_at = now()
    return person, False


def person_of(session: Session, known: Known) -> Person | None:
    """The account with this identity, which is used now."""
    identity = session.scalar(select(Identity).filter_by(issuer=known.issuer, subject=known.subject))
    if identity is None:
        return None
    identity.used_at = now()
    return session.get_one(Person, identity.person_id)


def open_account(person: Person) -> Person:
    """The same person. Raises Closed."""
    if person.disabled_at is not None:
        raise Closed
    return person


def joins_alone(session: Session, person: Person) -> bool:
    """May an address that is verified on both sides be enough? Not for who has a second factor, or more to lose than their own things."""
    if person.confirmed_at is None or person.totp_secret is not None or person.is_admin or person.is_curator:
        return False
    trusted = select(Membership.id).where(Membership.person_id == person.id, Membership.role.in_(("curator", "admin")))
    return session.scalar(trusted.limit(1)) is None


def new_person(session: Session, known: Known) -> tuple[Person, bool]:
    """An account without a password. When another request makes it at the same moment, that one."""
    person = Person(
        email=known.email,
        name=known.name or known.email.partition("@")[0],
        password_hash="",
        session_key=secrets.token_urlsafe(32),
        confirmed_at=now(),
        created_at=now(),
        signed_in_at=now(),
    )
    try:
        with session.begin_nested():
            session.add(person)
            session.flush()
            session.add(Identity(person_id=person.id, issuer=known.issuer, subject=known.subject, created_at=now(), used_at=now()))
    except IntegrityError:
        other = person_of(session, known)
        if other is None:
            raise ProveFirst from None
        return open_account(other), False
    welcoming.by_domain(session, person)
    return person, True


def link(session: Session, person: Person, known: Known) -> None:
    """From now on this identity signs this person in. Linking it again changes nothing. The caller commits. Raises Taken."""
    there = session.scalar(select(Identity).filter_by(issuer=known.issuer, subject=known.subject))
    if there is not None and there.person_id != person.id:
        raise Taken
    if known.verified and known.email == person.email and person.confirmed_at is None:
        person.confirmed_at = now()
    if there is not None:
        there.used_at = now()
        return
    try:
        with session.begin_nested():
            session.add(Identity(person_id=person.id, issuer=known.issuer, subject=known.subject, created_at=now(), used_at=now()))
    except IntegrityError as error:
        raise Taken from error
    noted(session, person, "person.linked", known.issuer)
    warning.tell(session, person, "linked")


def unlink(session: Session, person: Person, identity_id: int, *, issuer: str | None) -> bool:
    """Take an identity of this person away; False when there is none of that number. The caller commits. Raises LastWay when nothing else
    lets in: no password, and no other identity at the provider that there is (`issuer`)."""
    session.execute(
        update(Person).where(Person.id == person.id).values(is_admin=Person.is_admin)
    )  # one at a time: a lock on either database
    identity = session.get(Identity, identity_id)
    if identity is None or identity.person_id != person.id:
        return False
    if identity_id in needed(session, person, issuer=issuer):
        raise LastWay
    session.execute(delete(Identity).where(Identity.id == identity_id, Identity.person_id == person.id))
    noted(session, person, "person.unlinked", identity.issuer)
    warning.tell(session, person, "unlinked")
    return True


def needed(session: Session, person: Person, *, issuer: str | None) -> frozenset[int]:
    """The identities that may not go: the one that alone lets in who has no password."""
    if person.password_hash:
        return frozenset()
    usable = session.scalars(select(Identity.id).filter_by(person_id=person.id, issuer=issuer)).all()
    return frozenset(usable) if len(usable) == 1 else frozenset()


def ways(session: Session, person_id: int) -> Sequence[Way]:
    """Where this person may sign in elsewhere."""
    rows = session.scalars(select(Identity).filter_by(person_id=person_id).order_by(Identity.id)).all()
    return [Way(row.id, row.issuer, row.created_at, row.used_at) for row in rows]


def noted(session: Session, person: Person, action: str, issuer: str) -> None:
    """The step in the audit log: it decides who may come in."""
    subject = auditing.Subject("person", person.id, person.name)
    auditing.record(session, auditing.Actor(person.id, person.name), action, subject, after={"issuer": issuer})
