"""Where a long list goes on, as a text that its reader hands back: it holds all that is needed and is signed, so that nothing is kept here
and nothing foreign is taken. It outlives restarts, other processes with the same secret, and every change of the catalogue."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

PURPOSE = b"open-commerce-hub oai resumption token 1"
LONGEST = 4_000  # characters of a token, which holds the longest set
MAC = 16  # bytes of the signature


class BadToken(Exception):
    """Not one of ours, or somebody changed it."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far the list has come. `after` is the place of the last entry, as its list orders them."""

    verb: str
    prefix: str | None
    set: str | None
    since: str | None  # as the arguments were written
    until: str | None
    after: tuple[str, int]  # (moment or name, number)
    cursor: int  # entries that were given
    size: int  # of the whole list, as it was at its beginning


def seal(place: Place, secret: str) -> str:
    """The token: letters, digits, `-` and `_`."""
    body = json.dumps(astuple(place), ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_sign(body, secret) + body).decode().rstrip("=")


def unseal(token: str, secret: str) -> Place:
    """Raises BadToken."""
    if len(token) > LONGEST or not token.isascii():
        raise BadToken
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadToken from error
    mac, body = raw[:MAC], raw[MAC:]
    if not hmac.compare_digest(mac, _sign(body, secret)) or seal_of(raw) != token:
        raise BadToken
    verb, prefix, set_, since, until, after, cursor, size = json.loads(body)
    return Place(verb, prefix, set_, since, until, (after[0], after[1]), cursor, size)


def seal_of(raw: bytes) -> str:
    """How these bytes are written: base64 knows several ways, and only one is ours."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sign(body: bytes, secret: str) -> bytes:
    key = hashlib.sha256(PURPOSE + secret.encode()).digest()
    return hmac.digest(key, body, "sha256")[:MAC]


def micros(moment: datetime) -> str:
    """A moment to the microsecond, as `after` has it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(micros: str) -> datetime:
    """Back."""
    return datetime.fromisoformat(micros)
