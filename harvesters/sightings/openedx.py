"""Is an address an Open edX platform, or a list of its relatives?"""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from harvesters.clean import json, url
from harvesters.clean.values import obj
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting

_PATH = "/api/courses/v1/courses/"
_RUN = re.compile(r"course-v1:[^+\s]+\+[^+\s]+\+\S+|[^/\s]+/[^/\s]+/[^/\s]+")


def probe(address: str) -> tuple[Request, ...]:
    """One course of the platform's own list."""
    place = url.place(address, _PATH, "page_size=1")
    return (Request(url=place, step="probe", headers={"Accept": "application/json"}, optional=True),) if place else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """Entries with runs inside, or entries that are runs."""
    try:
        value = json.parse(response.body, response.media_type, response.charset)
    except SourceError:
        return None
    listed = value.get("results") if isinstance(value, dict) else value
    if not isinstance(listed, list):
        return None
    first, own = obj(listed), urlsplit(request.url).path.endswith(_PATH)
    run = str(first.get("course_id") or first.get("id") or "")
    paged = isinstance(value, dict) and isinstance(value.get("pagination"), dict)
    nested = any(isinstance(first.get(name), list) for name in ("course_runs", "courseruns"))
    if not (nested or (_RUN.fullmatch(run) and {"name", "org"} <= first.keys()) or (own and paged and not listed)):
        return None
    parts = urlsplit(request.url)
    address = urlunsplit((parts.scheme, parts.netloc, "/", "", "")) if own and request.step else request.url
    return Sighting(address=address, confidence=0.97, reason="The courses API of Open edX, or of one of its relatives, answered.")
