"""Values that travel through a browser and come back unaltered: signed with the hub's secret, for one purpose, for a while.

And texts that the database holds and nobody reads without the hub's secret: encrypted.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

from joserfc import jwe, jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ALGORITHM = "HS256"
LONGEST = 60_000  # characters
LOCK = {"alg": "dir", "enc": "A256GCM"}  # RFC 7518, sections 4.5 and 5.3
REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM])


class NotOurs(Exception):
    """It was not sealed here for this purpose, or somebody has changed it."""


class TooOld(Exception):
    """It was sealed here, but its time is over."""


def seal(secret: str, purpose: str, values: dict[str, Any], *, seconds: int) -> str:
    """A token that holds these values, which anybody can read and nobody can change."""
    claims = {"v": values, "exp": int(time.time()) + seconds}
    return jwt.encode({"alg": ALGORITHM}, claims, key_for(secret, purpose), registry=REGISTRY)


def unseal(secret: str, purpose: str, token: str) -> dict[str, Any]:
    """What was sealed. Raises NotOurs, TooOld."""
    if len(token) > LONGEST:
        raise NotOurs
    try:
        claims = jwt.decode(token, key_for(secret, purpose), registry=REGISTRY).claims
    except (JoseError, ValueError, TypeError) as error:
        raise NotOurs from error
    if int(claims["exp"]) < time.time():
        raise TooOld
    return dict(claims["v"])


def key_for(secret: str, purpose: str) -> OctKey:
    """A key of this purpose alone: what was sealed for one is nothing for another."""
    return OctKey.import_key(hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256))


def lock(secret: str, purpose: str, text: str) -> str:
    """This text, encrypted (RFC 7516)."""
    return jwe.encrypt_compact(LOCK, text.encode(), key_for(secret, purpose))


def unlock(secret: str, purpose: str, token: str) -> str:
    """What was encrypted. Raises NotOurs, as when the secret was another one."""
    try:
        return (jwe.decrypt_compact(token, key_for(secret, purpose), algorithms=list(LOCK.values())).plaintext or b"").decode()
    except (JoseError, ValueError, TypeError) as error:
        raise NotOurs from error
