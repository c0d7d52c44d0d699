"""A page that was read before: how to ask whether it is still the same, and how to know it again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from harvesters.protocol import Request, Response

CONDITIONS = ("if-none-match", "if-modified-since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a page was when it was last read whole and without a failure."""

    body_hash: bytes  # SHA-256
    follow: tuple[Request, ...]  # what it led to
    items: int
    etag: str | None = None
    last_modified: str | None = None
    version: str | None = None  # Request.version under which it was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What an answer says of the version that it is."""

    body_hash: bytes
    etag: str | None
    last_modified: str | None


def sight(response: Response) -> Sight:
    """By what this answer can be known again."""
    headers = response.headers
    return Sight(
        body_hash=hashlib.sha256(response.body).digest(),
        etag=validator(headers.get("etag")),
        last_modified=validator(headers.get("last-modified")),
    )


def validator(header: str | None) -> str | None:
    """A header that can be sent back as it came (RFC 9110, 8.8)."""
    return header if header and len(header) <= 500 and header.isascii() and header.isprintable() else None


def names_version(request: Request, known: Known) -> bool:
    """The list that led here names the version that we have: the page need not be asked."""
    return bool(request.version) and request.version == known.version


def conditional(request: Request, known: Known) -> Request:
    """The same request, to be answered with 304 when nothing has changed (RFC 9110, 13.1)."""
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    own = {name.lower() for name in request.headers}
    return replace(request, headers={**request.headers, **{name: said for name, said in asked.items() if said and name.lower() not in own}})


def is_same(response: Response, seen: Sight, known: Known) -> bool:
    """The server says so, or the bytes do."""
    return response.status == 304 or seen.body_hash == known.body_hash
