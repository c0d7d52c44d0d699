"""Any JSON interface that lists courses, described by an administrator: where the items are, where each field is, how the list goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from harvesters.clean import fields, json, paging, paths, secrets, text, url
from harvesters.clean.values import Object
from harvesters.errors import BadOptions, SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw
from harvesters.sightings import json_api as sighting

MEDIA_TYPE = "application/json"
_PATHS = ("items", "next", "total", *fields.NAMES)
_SAID = ("message", "error_description", "error", "detail", "msg", "errorMessage")  # what services call what went wrong


def check(options: Mapping[str, str]) -> None:
    """Every path can be read, numbers are numbers, headers are headers, a JSON body is JSON."""
    for name in _PATHS:
        try:
            paths.compiled(options.get(name, ""))
        except ValueError as error:
            raise BadOptions(name, f"The path cannot be read: {error}.", advice="Write a path such as result.list[*].name.") from None
    for name in ("first", "size"):
        said = options.get(name, "").strip()
        if said and not (said.isascii() and said.isdigit() and len(said) < 10):
            raise BadOptions(name, f'"{said[:50]}" is not a number.')
    if options.get("method", "").strip().upper() not in ("", "GET", "POST"):
        raise BadOptions("method", f'"{options["method"][:50]}" is neither GET nor POST.')
    _headers(options)
    body = options.get("body", "")
    if paging.is_json(body):
        try:
            json.load(paging.body(body, dict.fromkeys(("page", "offset", "size", "cursor"), "0")))
        except ValueError as error:
            raise BadOptions("body", f"It begins as JSON and is not: {error}.") from None


def _headers(options: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("headers", "secret_header"):
        try:
            found |= paging.headers(options.get(name, ""))
        except ValueError as error:
            raise BadOptions(name, f"{error}.") from None
    return found


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    check(options)
    page = options.get("first", "").strip() or "1"
    offset = options.get("first", "").strip() if "page" not in paging.names(address, options.get("body", "")) else ""
    return (_request(address, options, {"page": page, "offset": offset or "0", "seen": "0"}),)


def _request(template: str, options: Mapping[str, str], place: Mapping[str, str]) -> Request:
    """One page of the list. What is counted comes back with the answer."""
    body = options.get("body", "").strip()
    values = {**place, "size": options.get("size", "").strip()}
    headers = {"Accept": "application/json, */*;q=0.5"}
    if body:
        headers["Content-Type"] = "application/json" if paging.is_json(body) else "application/x-www-form-urlencoded"
    return Request(
        url=paging.address(template, values),
        method=options.get("method", "").strip().upper() or ("POST" if body else "GET"),
        headers=headers | _headers(options),
        body=paging.body(body, values) if body else None,
        step="list",
        context={"template": template, **place},
    )


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page. The end is an empty page, or where `total` or `next` says that there is no more."""
    check(options)
    where = secrets.without(response.url)
    value = json.parse(response.body, response.media_type, response.charset, url=where)
    entries = paths.items(value, paths.compiled(options.get("items", "")))
    if entries is None:
        if request.context.get("seen", "0") != "0":
            return Page()
        raise _nothing(value, options.get("items", ""), where)
    items = tuple(_item(entry, Raw(json.dump(entry), MEDIA_TYPE, where), options) for entry in entries)
    said = paths.texts(value, paths.compiled(options["total"])) if options.get("total", "").strip() else []
    total = int(said[0]) if said and said[0].isascii() and said[0].isdigit() and len(said[0]) < 10 else None
    following = _next(request, response, options, value, len(entries), total)
    return Page(items=items, follow=(following,) if following else (), total=total)


def _nothing(value: object, wanted: str, where: str) -> SourceError:
    names = ", ".join(list(value)[:30]) if isinstance(value, dict) else ""
    said = (
        next((text.line(value[name], 300) for name in _SAID if isinstance(value.get(name), str)), None) if isinstance(value, dict) else None
    )
    there = f" Its members are: {names}." if names else ""
    answered = f' It says: "{said}".' if said else ""
    return SourceError(
        f'The JSON from {where} has nothing at "{wanted}".{there}{answered}', advice="Look at the answer, and change the option items."
    )


def _next(request: Request, response: Response, options: Mapping[str, str], value: object, count: int, total: int | None) -> Request | None:
    template = request.context.get("template", "")
    places = paging.names(template, options.get("body", ""))
    number = {name: _number(request.context.get(name)) for name in ("page", "offset", "seen")}
    seen = number["seen"] + count
    size = _number(options.get("size"))
    place = {"page": str(number["page"] + 1), "offset": str(number["offset"] + (size or count)), "seen": str(seen)}
    place["last"] = hashlib.sha256(response.body).hexdigest()[:16]
    if options.get("next", "").strip():
        said = next(iter(paths.texts(value, paths.compiled(options["next"]))), "")
        if said.lower() in ("", "false", "0", "null", "none"):
            return None
        if "cursor" in places:
            return _request(template, options, {**place, "cursor": said})
        if not places & {"page", "offset"}:
            return _linked(said, request, response)
        if "page" in places and said.isdigit():
            place["page"] = said[:9]
    elif not places & {"page", "offset"} or count == 0 or (total is not None and seen >= total):
        return None
    again = place["last"] == request.context.get("last")  # behind the last page, some services show it again
    return None if again else _request(template, options, place)


def _number(said: str | None) -> int:
    return int(said) if said and said.strip().isascii() and said.strip().isdigit() and len(said) < 10 else 0


def _linked(said: str, request: Request, response: Response) -> Request | None:
    """The next page by its own address."""
    address = url.absolute(said, response.url)
    if address is None:
        return None
    address = url.same_scheme(address, response.url)
    seen = {"seen": "1", "template": request.context.get("template", "")}
    return None if address in (request.url, response.url) else replace(request, url=address, context=seen)


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored entry; the options say where its fields are."""
    try:
        return _item(json.load(raw.body.decode()), raw, options)
    except ValueError as error:
        return Failure(reason=f"The stored entry is not JSON: {error}.", raw=raw)


def _item(entry: object, raw: Raw, options: Mapping[str, str]) -> Item:
    if not isinstance(entry, dict):
        return Failure(reason="The entry is no JSON object.", raw=raw, advice="Look at the answer, and change the option items.")
    try:
        found = _fields(entry, options)
    except ValueError as error:
        return Failure(reason=f"A path of the options cannot be read: {error}.", raw=raw)
    title, said = text.line(found.one("title")), found.one("url")
    address = url.absolute(said, raw.url) if said else None
    name = fields.name(found, title, address)
    if title is None:
        names = ", ".join(list(entry)[:30])
        return Failure(
            reason=f'The entry has no title at "{options.get("title", "")}". Its members are: {names}.',
            raw=raw,
            identifier=name,
            advice="Change the option title where all entries lack it.",
        )
    return fields.record(found, name or title, title, address, raw)


def _fields(entry: Object, options: Mapping[str, str]) -> fields.Fields:
    said = ((name, options.get(name, "").strip()) for name in fields.NAMES)
    return fields.Fields({name: paths.texts(entry, paths.compiled(path)) for name, path in said if path})


HARVESTER = Harvester(
    kind="json",
    aliases=("json-api", "rest", "api", "graphql"),
    title="JSON API",
    start=start,
    parse=parse,
    read=read,
    recognise=sighting.recognise,
    check=check,
    options=(
        Option(
            name="items",
            label="Items",
            help="The path to the list of courses, for example: result.list. Empty: the answer itself is the list.",
        ),
        Option(name="title", label="Path: title", help="Within an item, for example: name", required=True),
        Option(name="url", label="Path: url", help="Or a template: https://example.org/course/{school.code}-{id}"),
        Option(
            name="next", label="Next page", help="The path to the next page's address, to the cursor, or to what says that there is one."
        ),
        Option(name="total", label="Total", help="The path to the number of all courses."),
        Option(name="first", label="First page", help="What {page} or {offset} begins with; else 1 and 0.", form="number"),
        Option(name="size", label="Page size", help="What {size} is.", form="number"),
        Option(name="method", label="Method", help="POST where there is a body.", form="choice", choices=("", "GET", "POST")),
        Option(name="body", label="Body", help="What is sent with POST; it may hold {page}, {offset}, {size} and {cursor}.", form="lines"),
        Option(name="headers", label="Headers", help="Name: value, one a line.", form="lines"),
        Option(name="secret_header", label="Secret header", help="With a key, for example: Authorization: Bearer …", form="secret"),
        *(
            Option(name=name, label=f"Path: {name}", help="A path within an item; or =words.")
            for name in fields.NAMES
            if name not in ("title", "url")
        ),
    ),
)
