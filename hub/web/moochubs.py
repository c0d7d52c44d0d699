"""The courses as a MOOChub list: JSON:API with pages that go on from a course, so that the last one is as fast as the first."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, Response, request
from werkzeug.http import parse_options_header

from hub.exports import moochub
from hub.services import extracting
from hub.services.extracting import Stretch
from hub.web import allowances, context, outlet

bp = Blueprint("moochubs", __name__)
bp.before_request(allowances.count_file)
PATH = "/moochub/courses"
SIZE, SIZE_MOST = 50, 200
END = "end"  # page[before]=end: the last page
LARGEST = 2**31 - 1
TYPES = ("application/vnd.api+json", "application/json", "application/*", "*/*")
NAMES = {
    "": moochub.VERSIONS[0],
    **dict.fromkeys(("3", "3.0", "3.0.0", "3.0.1"), "3"),
    **dict.fromkeys(("2", "2.0", "2.1", "2.2", "2.3", "2.3.0"), "2.3"),
}


@bp.get(PATH)
def courses() -> Response:
    """A page of the courses in the version that is asked for; 406 for a version that we do not write, 400 for a page that is not there."""
    version = version_asked()
    if version is None:
        return refused(406, "Not Acceptable", f"The versions are: {', '.join(moochub.VERSIONS)}.")
    size = request.args.get("page[size]", "")
    if size and not (size.isascii() and size.isdigit() and len(size) < 5 and int(size) > 0):
        return refused(400, "Bad Request", "page[size] must be a number.", "page[size]")
    number = min(int(size or SIZE), SIZE_MOST)
    after, before = (request.args.get(f"page[{name}]", "") for name in ("after", "before"))
    marks = {name: mark(value) for name, value in (("after", after), ("before", before)) if value}
    for name, value in marks.items():
        if value is None or len(marks) > 1:
            return refused(400, "Bad Request", "It must name a course of this list, and only one of both may be given.", f"page[{name}]")
    found = extracting.courses(context.session(), size=number, after=marks.get("after") or 0, before=marks.get("before"))
    body = moochub.write(found.ones, links(found, number), outlet.site(), version)
    response = outlet.answer(body, moochub.media_type(version))
    response.vary.add("Accept")
    return response


def mark(value: str) -> int | None:
    """Where the list goes on, as a number of ours; None when nothing has this name."""
    return LARGEST if value == END else extracting.number(context.session(), value)


def version_asked() -> str | None:
    """The best version of those in Accept that we write (RFC 9110, section 12.5.1); the newest when none is named."""
    if not request.headers.get("Accept", "").strip():
        return moochub.VERSIONS[0]
    for value, quality in request.accept_mimetypes:  # the best first
        media_type, options = parse_options_header(value)
        name = NAMES.get(options.get("moochub-version", "").lower().removeprefix("v"))
        if quality > 0 and media_type in TYPES and name:
            return name
    return None


def links(found: Stretch, size: int) -> dict[str, str]:
    """Where one goes from here, as JSON:API has it; a link to nothing is left out."""
    given = {"self": dict(request.args), "first": {}, "last": {"page[before]": END}}
    if found.before and found.ones:
        given["prev"] = {"page[before]": found.ones[0].public_id}
    if found.behind and found.ones:
        given["next"] = {"page[after]": found.ones[-1].public_id}
    return {rel: address(pairs if rel == "self" else {**pairs, **paged(size)}) for rel, pairs in given.items()}


def paged(size: int) -> dict[str, str]:
    return {} if size == SIZE else {"page[size]": str(size)}


def address(pairs: dict[str, str]) -> str:
    """The list with these arguments."""
    return outlet.site().address + PATH + (f"?{urlencode(pairs, quote_via=quote)}" if pairs else "")


def refused(status: int, title: str, detail: str, parameter: str = "") -> Response:
    """An error as JSON:API has it."""
    error: dict[str, Any] = {"status": str(status), "title": title, "detail": detail}
    if parameter:
        error["source"] = {"parameter": parameter}
    response = Response(json.dumps({"errors": [error]}), status, content_type="application/vnd.api+json")
    response.vary.add("Accept")
    return response
