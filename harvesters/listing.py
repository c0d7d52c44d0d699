"""What the kinds that read JSON do alike: ask for it, take its entries, keep each with its bytes, and read those again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from harvesters.clean import json, query, text
from harvesters.clean.values import Object, obj
from harvesters.errors import RecordError, SourceError
from harvesters.protocol import Read, Request, Response
from harvesters.record import Failure, Item, Raw

MEDIA_TYPE = "application/json"
NONE: Mapping[str, str] = MappingProxyType({})
Make = Callable[[Object, Raw, Mapping[str, str]], Item]


class Unreadable(RecordError):
    """One entry cannot be a record; `identifier` and `datestamp` are what is known of it."""

    def __init__(self, reason: str, *, identifier: str | None = None, datestamp: datetime | None = None) -> None:
        super().__init__(reason)
        self.identifier, self.datestamp = identifier, datestamp


def ask(address: str, parameters: Mapping[str, str] = NONE, *, step: str = "page", context: Mapping[str, str] = NONE) -> Request:
    """A GET of JSON; `parameters` replace those of the same name in the address."""
    asked = query.extended(address, parameters) if parameters else address
    return Request(url=asked, step=step, headers={"Accept": MEDIA_TYPE}, context=dict(context))


def post(address: str, body: object, *, step: str = "page", context: Mapping[str, str] = NONE) -> Request:
    """A POST of JSON that asks for JSON."""
    headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
    return Request(url=address, method="POST", headers=headers, body=json.dump(body).decode(), step=step, context=dict(context))


def again(request: Request, parameters: Mapping[str, str]) -> Request:
    """The same list at another place."""
    return replace(request, url=query.extended(request.url, parameters))


def value(response: Response) -> object:
    """The answer's JSON; raises SourceError."""
    return json.parse(response.body, response.media_type, response.charset, url=response.url)


def glance(response: Response) -> object:
    """The answer's JSON, None when it is none: for those who only wonder what an answer is."""
    try:
        return value(response)
    except SourceError:
        return None


def items(entries: Iterable[object], response: Response, read: Read, options: Mapping[str, str]) -> tuple[Item, ...]:
    """Each entry with its own bytes, read as it will be read again."""
    return tuple(read(Raw(json.dump(entry), MEDIA_TYPE, response.url), options) for entry in entries)


def reader(make: Make) -> Read:
    """A kind's `read`: `make` gets a JSON object, and may raise Unreadable."""

    def read(raw: Raw, options: Mapping[str, str]) -> Item:
        try:
            entry = json.load(raw.body.decode())
        except ValueError as error:
            return Failure(reason=f"The record is not JSON: {error}.", raw=raw)
        if not isinstance(entry, dict):
            return Failure(reason="The record is no JSON object.", raw=raw)
        try:
            return make(entry, raw, options)
        except Unreadable as error:
            return Failure(reason=str(error), raw=raw, identifier=error.identifier, datestamp=error.datestamp)

    return read


def named(identifier: object, title: str | None, changed: datetime | None = None) -> tuple[str, str]:
    """(identifier, title) of a record; raises Unreadable where one is missing."""
    name = text.identifier(identifier)
    if name is None:
        raise Unreadable("The record has no id.", datestamp=changed)
    if title is None:
        raise Unreadable("The record has no title.", identifier=name, datestamp=changed)
    return name, title


def refuse(response: Response, expected: str, advice: str) -> SourceError:
    """JSON came that is not what this kind of source sends."""
    return SourceError(f"The JSON from {response.url} is no {expected}.", advice=advice)


def said(holder: object, *names: str) -> str | None:
    """The source's own words in an answer that says no: a text, or one inside an object called `error`."""
    where = obj(holder)
    for name in names:
        words = where.get(name)
        found = text.line(words.get("message") or words.get("info") if isinstance(words, dict) else words, 300)
        if found:
            return found
    return None


def count(number: object) -> int | None:
    """A number of records as a source tells it."""
    return number if isinstance(number, int) and not isinstance(number, bool) and number >= 0 else None


def size(options: Mapping[str, str], default: int, most: int) -> int:
    """The option `page_size` within what the source gives."""
    written = options.get("page_size", "").strip()
    return min(max(int(written), 1), most) if written.isascii() and written.isdigit() and len(written) < 7 else default
