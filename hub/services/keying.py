"""The key pairs with which the hub signs what it sends to learning platforms, and the public halves of them (RFC 7517).

A new key is published a day before it signs, for platforms keep our key set for a while; an old one a day longer than it signs. Private
halves are locked with the hub's secret: a copy of the database alone signs nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.lti import SigningKey
from hub.services import auditing, sealing
from hub.services.auditing import Actor, Subject

ALGORITHM = "RS256"  # the one that every platform knows (LTI Security 1.0, section 5.1)
BITS = 2048
AHEAD = AFTER = timedelta(days=1)
PURPOSE = "lti signing key"
REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A key, and what it does now: `next`, `signs`, `old` (published still) or `lost` (the hub's secret has changed since)."""

    kid: str
    state: str
    since: datetime
    until: datetime | None = None  # of an old one


def rows(session: Session) -> Sequence[SigningKey]:
    """All of them, the youngest first."""
    return session.scalars(select(SigningKey).order_by(SigningKey.active_at.desc(), SigningKey.id.desc())).all()


def ends(kept: Sequence[SigningKey], at: int) -> datetime | None:
    """When the key at this place of `rows` is not published any more; None when no younger one follows."""
    return kept[at - 1].active_at + AFTER if at else None


def alive(session: Session) -> list[SigningKey]:
    """Those that are published, the youngest first."""
    kept, at = rows(session), now()
    return [one for place, one in enumerate(kept) if (ends(kept, place) or at) >= at]


def published(session: Session) -> dict[str, Any]:
    """The key set that platforms fetch: public halves alone, the youngest first."""
    return {"keys": [{**one.public, "use": "sig", "alg": ALGORITHM} for one in alive(session)]}


def standings(session: Session, secret: str) -> list[Standing]:
    """What each of them does."""
    kept, at, signer = rows(session), now(), None
    found = []
    for place, one in enumerate(kept):
        until = ends(kept, place)
        if until is not None and until < at:
            continue
        readable = opened(secret, one) is not None
        if one.active_at > at:
            state = "next" if readable else "lost"
        elif readable and signer is None:
            state, signer = "signs", one
        else:
            state = "old" if readable else "lost"
        found.append(Standing(one.kid, state, one.active_at, until if state == "old" else None))
    return found


def ensure(session: Session, secret: str) -> tuple[SigningKey, RSAKey]:
    """The youngest active key pair that this secret opens, and its private half; one is made where there is none. The caller commits."""
    at = now()
    active = [one for one in rows(session) if one.active_at <= at]
    for one in active:
        if (key := opened(secret, one)) is not None:
            if one.private.startswith("{"):
                one.private = sealing.lock(secret, PURPOSE, one.private)
            return one, key
    if active:
        log.error("lti: SECRET_KEY is not the one with which the signing keys were locked: a new key signs from now on.")
    made = make(session, secret, active_at=at)
    key = opened(secret, made)
    assert key is not None
    return made, key


def opened(secret: str, kept: SigningKey) -> RSAKey | None:
    """The private half; None when this secret does not open it."""
    try:
        text = kept.private if kept.private.startswith("{") else sealing.unlock(secret, PURPOSE, kept.private)
        return RSAKey.import_key(json.loads(text))
    except (sealing.NotOurs, ValueError):
        return None


def make(session: Session, secret: str, *, active_at: datetime) -> SigningKey:
    """A new key pair. The caller commits."""
    key = RSAKey.generate_key(BITS, auto_kid=True)
    private = sealing.lock(secret, PURPOSE, json.dumps(key.as_dict(private=True)))
    kept = SigningKey(kid=key.kid, public=key.as_dict(private=False), private=private, created_at=now(), active_at=active_at)
    session.add(kept)
    session.flush()
    return kept


def renew(session: Session, secret: str, actor: Actor, *, at_once: bool = False) -> SigningKey:
    """A new key, which signs in a day; the one that waits already, where one does. `at_once`: it signs now and all others are forgotten,
    for when one has got into wrong hands. The caller commits."""
    forget(session)
    kept, at = rows(session), now()
    if not at_once and kept and kept[0].active_at > at and opened(secret, kept[0]) is not None:
        return kept[0]
    if at_once:
        for one in kept:
            session.delete(one)
    made = make(session, secret, active_at=at if at_once or not kept else at + AHEAD)
    auditing.record(session, actor, "key.renewed", Subject("key", made.id, made.kid), after={"at_once": at_once})
    return made


def forget(session: Session) -> int:
    """Delete those that are published no more; answers how many. The caller commits."""
    living = {one.id for one in alive(session)}
    gone = [one for one in rows(session) if one.id not in living]
    for one in gone:
        session.delete(one)
    session.flush()
    return len(gone)


def sign(session: Session, secret: str, claims: dict[str, Any]) -> str:
    """These claims as a signed token. The caller commits, for a key may have been made."""
    kept, key = ensure(session, secret)
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": kept.kid}, claims, key, registry=REGISTRY)
