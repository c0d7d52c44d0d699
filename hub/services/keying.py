"""The key pairs with which the hub signs what it sends to learning platforms, and the public halves of them (RFC 7517)."""

from __future__ import annotations

import json
from typing import Any

from joserfc import jws, jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.lti import SigningKey

ALGORITHM = "RS256"  # the one that every platform knows (LTI Security 1.0, section 5.1)
BITS = 2048
SHOWN = ("kty", "n", "e", "kid", "use", "alg")
REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


def published(session: Session) -> dict[str, Any]:
    """The key set that platforms fetch: public halves alone, the youngest first."""
    rows = session.scalars(select(SigningKey.private).order_by(SigningKey.id.desc()))
    keys = [{**json.loads(row), "use": "sig", "alg": ALGORITHM} for row in rows]
    return {"keys": [{name: key[name] for name in SHOWN} for key in keys]}


def ensure(session: Session) -> SigningKey:
    """The youngest key pair; the first one is made here. The caller commits."""
    kept = session.scalars(select(SigningKey).order_by(SigningKey.id.desc())).first()
    return kept or renew(session)


def renew(session: Session) -> SigningKey:
    """A new key pair, which signs from now on; the older ones stay published. The caller commits."""
    made = RSAKey.generate_key(BITS, auto_kid=True)
    kept = SigningKey(kid=made.kid, private=json.dumps(made.as_dict(private=True)), created_at=now())
    session.add(kept)
    session.flush()
    return kept


def sign(session: Session, claims: dict[str, Any]) -> str:
    """These claims as a signed token. The caller commits, for the first key may have been made."""
    kept = ensure(session)
    key = RSAKey.import_key(json.loads(kept.private))
    return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": kept.kid}, claims, key, registry=REGISTRY)
