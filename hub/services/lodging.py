"""Where a person is signed in: each browser has a row, which ends by time, by its owner, or with all others at once."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person, SignIn

REMEMBERED, ONCE = timedelta(days=30), timedelta(days=1)  # without anything done
DAY = timedelta(days=1)
BROWSER_MOST = 200
MOST = 50  # sessions of one person; the oldest end


def digest(token: str) -> str:
    """What we keep of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def network(address: str) -> str:
    """The network of an address: enough to recognise where one was, too little to tell who it was."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def begin(session: Session, person: Person, *, remember: bool, browser: str, address: str) -> str:
    """A new session; answers its token, which nobody has but the browser. The caller commits."""
    token, moment = secrets.token_urlsafe(32), now()
    session.add(
        SignIn(
            person_id=person.id,
            token_hash=digest(token),
            browser=" ".join(browser.split())[:BROWSER_MOST],
            place=network(address),
            remembered=remember,
            created_at=moment,
            seen_at=moment,
            expires_at=moment + (REMEMBERED if remember else ONCE),
        )
    )
    session.flush()
    old = select(SignIn.id).where(SignIn.person_id == person.id).order_by(SignIn.id.desc()).offset(MOST)
    session.execute(delete(SignIn).where(SignIn.id.in_(list(session.scalars(old)))))
    return token


def living(session: Session, person_id: int, token: str) -> bool:
    """Is this a session of theirs that has not ended?"""
    wanted = select(SignIn.id).where(SignIn.token_hash == digest(token), SignIn.person_id == person_id, SignIn.expires_at > now())
    return session.scalar(wanted) is not None


def seen(session: Session, token: str) -> bool:
    """Something was done in this session: it lasts longer. Written once an hour at most; True when it was, and the caller commits."""
    kept = session.scalar(select(SignIn).where(SignIn.token_hash == digest(token)))
    moment = now()
    if kept is None or kept.seen_at > moment - timedelta(hours=1):
        return False
    kept.seen_at, kept.expires_at = moment, moment + (REMEMBERED if kept.remembered else ONCE)
    return True


def is_remembered(session: Session, token: str) -> bool:
    """Did its owner want to stay signed in?"""
    return bool(session.scalar(select(SignIn.remembered).where(SignIn.token_hash == digest(token))))


def all_of(session: Session, person_id: int) -> Sequence[SignIn]:
    """Every session that has not ended, the latest first."""
    wanted = select(SignIn).where(SignIn.person_id == person_id, SignIn.expires_at > now())
    return session.scalars(wanted.order_by(SignIn.seen_at.desc(), SignIn.id.desc())).all()


def end(session: Session, person_id: int, number: int) -> bool:
    """End one; False when there is none of theirs with this number. The caller commits."""
    ended = session.execute(delete(SignIn).where(SignIn.id == number, SignIn.person_id == person_id))
    return bool(ended.rowcount)  # type: ignore[attr-defined]


def end_token(session: Session, token: str) -> None:
    """End the session of this token. The caller commits."""
    session.execute(delete(SignIn).where(SignIn.token_hash == digest(token)))


def end_others(session: Session, person_id: int, token: str) -> int:
    """End all but this one; answers how many. The caller commits."""
    ended = session.execute(delete(SignIn).where(SignIn.person_id == person_id, SignIn.token_hash != digest(token)))
    return int(ended.rowcount)  # type: ignore[attr-defined]
