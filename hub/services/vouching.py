"""What an ID token says, once its signature and its claims are checked (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import import_key

from hub.services import joining

# none that shares a secret
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
KEY_TYPES = ("RSA", "EC", "OKP")
REGISTRY = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
LEEWAY = 60  # seconds by which the two clocks may differ
MOST_KEYS = 50


class BadToken(Exception):
    """The token does not say what it must; the message says what, for the log."""


class UnknownKey(BadToken):
    """The token is signed by a key that is not among those given: the provider may have a new one."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as the provider knows them. `issuer` and `subject` together are who they are; the rest is only said."""

    issuer: str
    subject: str
    email: str = ""  # "" when there is none that could be one
    verified: bool = False  # the provider says that the address is theirs
    name: str = ""


def keys(found: dict[str, Any]) -> list[Any]:
    """The public keys of a key set (RFC 7517) that can check signatures; what is of another kind is left out."""
    listed = found.get("keys")
    kept = []
    for entry in listed[:MOST_KEYS] if isinstance(listed, list) else []:
        if not isinstance(entry, dict) or entry.get("kty") not in KEY_TYPES or entry.get("use", "sig") != "sig":
            continue
        try:
            kept.append(import_key({name: value for name, value in entry.items() if name != "key_ops"}))
        except (JoseError, ValueError, TypeError):
            continue
    return kept


def claims(token: str, known_keys: Sequence[Any], *, issuer: str, audience: str, nonce: str, access: str) -> dict[str, Any]:
    """The claims of a token that is genuine, in time, and meant for us and this visit. Raises BadToken."""
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=REGISTRY).protected
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken("It is not a signed token.") from error
    if header.get("alg") not in ALGORITHMS:
        raise BadToken(f"It is signed by {str(header.get('alg'))[:20]!r}, which is not taken.")
    read = verified(token, [key for key in known_keys if header.get("kid") in (None, key.kid)])
    options = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": audience}}
    checked = CodeIDToken(read.claims, read.header, options, {"nonce": nonce, "client_id": audience, "access_token": access})
    try:
        checked.validate(leeway=LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise BadToken(f"A claim is not right: {type(error).__name__} {str(error)[:100]}.") from error
    return dict(checked)


def verified(token: str, fitting: Sequence[Any]) -> jwt.Token:
    """The token, when one of these keys has signed it. Raises UnknownKey."""
    for key in fitting:
        try:
            return jwt.decode(token, key, registry=REGISTRY)
        except (JoseError, ValueError, TypeError):
            continue
    raise UnknownKey("No key of the provider has signed it.")


def known(found: dict[str, Any]) -> Known:
    """Who it is about. Raises BadToken."""
    subject = found.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise BadToken("The subject is not one that can be kept.")
    email = str(found.get("email") or "").strip().lower()
    if len(email) > 254 or not email.isprintable() or not joining.EMAIL.fullmatch(email):
        email = ""
    name = next((str(found[key]) for key in ("name", "preferred_username") if isinstance(found.get(key), str) and found[key].strip()), "")
    name = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:200]
    return Known(str(found["iss"]), subject, email, bool(email) and found.get("email_verified") in (True, "true"), name)
