"""How documents leave over HTTP: whose address they carry, under what name they are saved, who has them already."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Response, request

from hub.exports import atom, json_feed, rss
from hub.exports.formats import Format
from hub.exports.site import Site
from hub.services import extracting
from hub.web import context

FEEDS = {"atom": atom, "rss": rss, "json": json_feed}
TEXT = (
    "text/",
    "application/atom+xml",
    "application/rss+xml",
    "application/xml",
    "application/x-bibtex",
    "application/x-research-info-systems",
)


def site() -> Site:
    """This hub, as the world addresses it."""
    return Site(context.site_address() or request.host_url.rstrip("/"), str(context.setting("SITE_NAME") or "Open Commerce Hub"))


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


def typed(media_type: str) -> str:
    """The value of Content-Type; JSON needs no charset (RFC 8259, section 8.1)."""
    return f"{media_type}; charset=utf-8" if media_type.startswith(TEXT) else media_type


def answer(body: bytes | str, media_type: str, *, seconds: int = 600, changed: datetime | None = None) -> Response:
    """A document; 304 for who has it already. Other sites' scripts may read it: it says nothing that is not public."""
    response = Response(body, content_type=typed(media_type))
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    if changed is not None:
        response.last_modified = changed
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]


def file(ids: Sequence[int], how: Format, name: str, *, remark: str = "") -> Response:
    """Many resources as a file to save, sent as they come."""
    place, moment = site(), now()

    def pieces(session: Any) -> Iterator[str]:
        return how.document(extracting.walk(session, ids), place, moment, remark=remark)

    response = context.streamed(pieces, typed(how.media_type))
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}.{how.suffix}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def feed(made: atom.Feed, suffix: str) -> Response:
    """A feed in this form of feeds; it is as old as its newest entry."""
    how = FEEDS[suffix]
    return answer(how.write(made), how.MEDIA_TYPE, changed=made.updated)
