"""Personal access tokens (RFC 6750): issued to a person for a program, known again, taken back. The program has the token, we its hash."""

from __future__ import annotations

import hashlib
import re
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import token as tokens
from hub.models.account import Person
from hub.models.token import AccessToken
from hub.services import acting, tidying
from hub.services.acting import Viewer

SCOPES = tokens.SCOPES
PREFIX = "och_"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM, CHECK = 40, 6  # letters; 238 bits, and a CRC-32 by which a scanner of leaked secrets knows one from a text that looks like one
SHAPE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM + CHECK}}}")
NAME_MOST, MOST = 80, 50  # characters of a name; tokens of one person
DAYS_MOST = 366
USED_AGAIN = timedelta(hours=1)  # how exactly the last use is known


class BadToken(Exception):
    """Such a token cannot be made; `why`: name | scopes | admin (only admins have that) | days | many."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who is behind a token, and what it may do."""

    token_id: int
    viewer: Viewer
    scopes: frozenset[str]
    lacks_second_factor: bool


def issue(session: Session, person: Person, *, name: str, scopes: Sequence[str], days: int | None) -> tuple[AccessToken, str]:
    """A new token, and its text, which nobody sees again. `days` None: until it is taken back. The caller commits. Raises BadToken."""
    name = tidying.one_line(name, NAME_MOST)
    refuse(session, person, name, scopes, days)
    text = new_text()
    kept = AccessToken(
        person_id=person.id,
        name=name,
        token_hash=digest(text),
        hint=text[-4:],
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now(),
        expires_at=None if days is None else now() + timedelta(days=days),
    )
    session.add(kept)
    session.flush()
    return kept, text


def refuse(session: Session, person: Person, name: str, scopes: Sequence[str], days: int | None) -> None:
    """Raises BadToken."""
    if not name:
        raise BadToken("name")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise BadToken("scopes")
    if {"admin", "records"} & set(scopes) and not person.is_admin:
        raise BadToken("admin")
    if days is not None and not 1 <= days <= DAYS_MOST:
        raise BadToken("days")
    if (session.scalar(select(func.count()).where(AccessToken.person_id == person.id)) or 0) >= MOST:
        raise BadToken("many")


def new_text() -> str:
    """Prefix, chance, checksum."""
    chance = "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
    return PREFIX + chance + checksum(chance)


def checksum(text: str) -> str:
    """Six letters that follow from a text."""
    number, letters = zlib.crc32(text.encode()), ""
    for _ in range(CHECK):
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters


def looks_right(text: str) -> bool:
    """Was this once a token? Mistyped and invented ones are told apart without the database."""
    return SHAPE.fullmatch(text) is not None and checksum(text[len(PREFIX) : -CHECK]) == text[-CHECK:]


def digest(text: str) -> str:
    """What we keep of a token."""
    return hashlib.sha256(text.encode()).hexdigest()


def verify(session: Session, text: str) -> Bearer | None:
    """Who is behind this token; None when it is none, has ended, or its person's account is closed."""
    if not looks_right(text):
        return None
    row = session.execute(
        select(AccessToken, Person)
        .join(Person, Person.id == AccessToken.person_id)
        .where(AccessToken.token_hash == digest(text), Person.disabled_at.is_(None))
        .where(or_(AccessToken.expires_at.is_(None), AccessToken.expires_at > now()))
    ).one_or_none()
    if row is None:
        return None
    kept, person = row
    lacks = bool(person.password_hash) and person.totp_secret is None
    return Bearer(kept.id, acting.viewer(session, person), frozenset(kept.scopes), lacks)


def used(session: Session, token_id: int) -> bool:
    """Note that a token is used: once an hour. True when something was written; the caller commits."""
    stale = or_(AccessToken.used_at.is_(None), AccessToken.used_at < now() - USED_AGAIN)
    done = session.execute(update(AccessToken).where(AccessToken.id == token_id, stale).values(used_at=now()))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def needs_note(session: Session, token_id: int) -> bool:
    """Is its last use an hour ago or more? Asking locks nothing."""
    at: datetime | None = session.scalar(select(AccessToken.used_at).where(AccessToken.id == token_id))
    return at is None or at < now() - USED_AGAIN


def moment() -> datetime:
    """Now: a token that ends before has ended."""
    return now()


def all_of(session: Session, person_id: int) -> Sequence[AccessToken]:
    """A person's tokens, the latest first, those that have ended too."""
    return session.scalars(select(AccessToken).where(AccessToken.person_id == person_id).order_by(AccessToken.id.desc())).all()


def revoke(session: Session, person_id: int, token_id: int) -> bool:
    """Take one back; False when there is none of theirs with this number. The caller commits."""
    gone = session.execute(delete(AccessToken).where(AccessToken.id == token_id, AccessToken.person_id == person_id))
    return bool(gone.rowcount)  # type: ignore[attr-defined]
