"""An imagined platform whose list is JSON: {"courses": [{"code": …, "name": …, "page": …}], "more": "/catalogue?page=2"}."""

from __future__ import annotations

from collections.abc import Mapping

from harvesters.clean import json, text, url
from harvesters.clean.values import objects
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw, Record


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    return (Request(url=address, step="list", headers={"Accept": "application/json"}),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page of the list, and the next where it names one."""
    value = json.parse(response.body, response.media_type, response.charset, url=response.url)
    if not isinstance(value, dict) or not isinstance(value.get("courses"), list):
        raise SourceError(f"The JSON from {response.url} has no courses.", advice="Give the address of the catalogue.")
    items = tuple(read(Raw(json.dump(course), "application/json", response.url), options) for course in objects(value["courses"]))
    following = url.absolute(value.get("more"), response.url)
    return Page(items=items, follow=(Request(url=following, step="list", headers=request.headers),) if following else ())


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One course of the list; the same item that `parse` made of it."""
    try:
        course = json.load(raw.body.decode())
    except ValueError as error:
        return Failure(reason=f"The course is not JSON: {error}.", raw=raw)
    if not isinstance(course, dict):
        return Failure(reason="The course is no JSON object.", raw=raw)
    code, title = text.identifier(course.get("code")), text.line(course.get("name"))
    if code is None or title is None:
        return Failure(reason="The course has no code or no name.", raw=raw, identifier=code)
    return Record(
        identifier=code, title=title, raw=raw, url=url.absolute(course.get("page"), raw.url), provider=options.get("provider") or None
    )


HARVESTER = Harvester(
    kind="example-catalogue",
    title="Example catalogue",
    start=start,
    parse=parse,
    read=read,
    options=(Option(name="provider", label="Provider", help="Who offers the courses."),),
)
