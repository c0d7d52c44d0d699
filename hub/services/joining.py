"""People come in: accounts made, passwords checked, sessions ended."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import case, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person, SignInFailure
from hub.services import throttling

ADMIN = "admin@localhost"  # the first one
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
SHORTEST = 10  # characters of a password
FREE_TRIES = 5  # by account and by address; then each further try waits
SLOWEST = timedelta(minutes=15)
hasher = PasswordHasher()


@cache
def nobody() -> str:
    """A hash to check against when the account is unknown, so that both answers take as long."""
    return hasher.hash(secrets.token_hex(16))


class BadAccount(Exception):
    """This account cannot be made; the message says why."""


class TooManyTries(Exception):
    """Signing in has failed too often: `wait` seconds to go."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"Too many tries: wait {wait} seconds.")
        self.wait = wait


def add(session: Session, email: str, password: str, *, name: str = "", admin: bool = False, curator: bool = False) -> Person:
    """Make an account. The caller commits. Raises BadAccount."""
    email = email.strip().lower()
    if not EMAIL.fullmatch(email):
        raise BadAccount(f"{email!r} is not an e-mail address.")
    if len(password) < SHORTEST:
        raise BadAccount(f"A password needs {SHORTEST} characters or more.")
    if session.scalar(select(Person.id).filter_by(email=email)) is not None:
        raise BadAccount(f"There is an account for {email} already.")
    person = Person(
        email=email,
        name=name or email.partition("@")[0],
        password_hash=hasher.hash(password),
        session_key=new_key(),
        is_admin=admin,
        is_curator=curator,
        created_at=now(),
    )
    session.add(person)
    session.flush()
    return person


def new_key() -> str:
    """A new key for sessions: those with the old one end."""
    return secrets.token_urlsafe(32)


def set_password(person: Person, password: str) -> None:
    """A new password; every session of this person ends. The caller commits. Raises BadAccount."""
    if len(password) < SHORTEST:
        raise BadAccount(f"A password needs {SHORTEST} characters or more.")
    person.password_hash, person.session_key = hasher.hash(password), new_key()


def one_time_password() -> str:
    """A password to be printed once: 80 bits in four groups that can be read aloud."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def sign_in(session: Session, email: str, password: str, *, address: str) -> Person | None:
    """The person when the password is right, else None, in the same time for known and unknown accounts, for closed ones and for those
    without a password. Commits the count of failures.

    Raises TooManyTries after FREE_TRIES failures of this account or from this address; the wait doubles up to SLOWEST. Nobody is locked out
    for good, and the right password from elsewhere waits no longer than the account's own count asks.
    """
    email = email.strip().lower()
    keys = [
        hashlib.sha256(f"{what}\0{value}".encode()).hexdigest()
        for what, value in (("account", email), ("address", throttling.origin(address)))
    ]
    check_tries(session, keys)
    person = by_email(session, email)
    known = person.password_hash if person else ""
    if not right(known or nobody(), password) or person is None or not known or person.disabled_at is not None:
        count_failure(session, keys)
        return None
    if hasher.check_needs_rehash(person.password_hash):
        person.password_hash = hasher.hash(password)
    person.signed_in_at = now()
    forget_failures(session, keys)
    session.commit()
    return person


def forget_failures(session: Session, keys: list[str]) -> None:
    """Somebody was right: these keys begin anew. The caller commits."""
    for key in keys:
        if kept := session.get(SignInFailure, key):
            session.delete(kept)


def right(password_hash: str, password: str) -> bool:
    """Does the password fit the hash?"""
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def check_tries(session: Session, keys: list[str]) -> None:
    """Raise TooManyTries while one of these keys has to wait."""
    for key in keys:
        kept = session.get(SignInFailure, key)
        if kept is None or kept.count < FREE_TRIES:
            continue
        wait = min(timedelta(seconds=2 ** min(kept.count - FREE_TRIES, 20)), SLOWEST)
        left = (kept.last_at + wait - now()).total_seconds()
        if left > 0:
            raise TooManyTries(int(left) + 1)


def count_failure(session: Session, keys: list[str]) -> None:
    """One more failure for each of these keys; an old count begins anew."""
    moment = now()
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    again = case((SignInFailure.last_at < moment - 2 * SLOWEST, 1), else_=SignInFailure.count + 1)
    for key in sorted(keys):  # in one order, so that two at once do not wait for each other
        row = {"key": key, "count": 1, "last_at": moment}
        counted = insert(SignInFailure).values(row)
        session.execute(counted.on_conflict_do_update(index_elements=["key"], set_={"count": again, "last_at": moment}))
    session.commit()


def get(session: Session, person_id: int) -> Person | None:
    """The person of this id."""
    return session.get(Person, person_id)


def by_email(session: Session, email: str) -> Person | None:
    """The person of this address."""
    return session.scalar(select(Person).filter_by(email=email.strip().lower()))


def there_is_an_admin(session: Session) -> bool:
    """Has this hub an admin?"""
    return session.scalar(select(Person.id).filter_by(is_admin=True).limit(1)) is not None


def first_admin(session: Session) -> tuple[str, str] | None:
    """Make the first admin: e-mail and a password that is shown this once. None when there is an admin already. The caller commits."""
    if there_is_an_admin(session):
        return None
    password = one_time_password()
    add(session, ADMIN, password, name="Admin", admin=True)
    return ADMIN, password
