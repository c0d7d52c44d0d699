"""One resource as a document in each format, at its address with an ending; and unAPI, by which Zotero asks for the same."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, request
from lxml import etree
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.exports import formats
from hub.services import acting, describing, pointing
from hub.web import context, outlet

bp = Blueprint("documents", __name__)
NAMES = {"ris": "ris", "bibtex": "bib", "csl": "csl.json", "jsonld": "jsonld"}  # as unAPI clients call them -> our endings
UNAPI_MOST = 500  # characters of an identifier


@bp.get('/resources/<public_id>.<any("jsonld", "ris", "bib", "csl.json"):suffix>')
def show(public_id: str, suffix: str) -> Response:
    """The resource; a merged one leads to the other for ever, a withdrawn one is gone (410)."""
    one = found(public_id)
    if one.public_id != public_id:
        return redirect(f"/resources/{one.public_id}.{suffix}", 301)
    return answer(one, suffix)


def found(public_id: str) -> Any:
    """The resource of this id, or the one into which it was merged. Aborts with 404, or 410 when it was withdrawn."""
    target = pointing.target(context.session(), acting.ANYBODY, public_id)
    if target is None:
        abort(404)
    if target.withdrawn_at is not None:
        abort(410)
    return describing.by_public_id(context.session(), target.public_id) or abort(404)


def answer(one: Any, suffix: str) -> Response:
    """The resource in this format."""
    how = formats.OF_ONE[suffix]
    body = "".join(how.document([one], outlet.site(), outlet.now()))
    response = outlet.answer(body, how.media_type, changed=one.updated_at)
    response.headers["Link"] = f'<{outlet.site().page(one)}>; rel="describes"; type="text/html"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("/unapi")
def unapi() -> Response:
    """unAPI revision 1: the formats, those of one thing (300), one thing in a format; 404 for no thing, 406 for no format, 400 for less."""
    identifier, wanted = request.args.get("id", ""), request.args.get("format", "")
    if not identifier:
        return listed() if not wanted else refused(400)
    if "\0" in identifier:
        abort(404)
    public_id = identifier[:UNAPI_MOST].removeprefix(outlet.site().address).removeprefix("/resources/").partition("-")[0]
    one = found(public_id)
    if not wanted:
        response = listed(identifier)
        response.status_code = 300
        return response
    return answer(one, NAMES[wanted]) if wanted in NAMES else refused(406)


def listed(identifier: str | None = None) -> Response:
    """What can be asked for."""
    root = etree.Element("formats", {"id": identifier} if identifier else {})
    for name, suffix in NAMES.items():
        etree.SubElement(root, "format", name=name, type=formats.OF_ONE[suffix].media_type)
    return Response(etree.tostring(root, xml_declaration=True, encoding="UTF-8"), content_type="application/xml; charset=utf-8")


def refused(status: int) -> Response:
    """No, in a line that a program shows."""
    words = {400: "unAPI needs an id with the format.", 406: f"The formats are: {', '.join(NAMES)}."}
    return Response(words[status] + "\n", status, content_type="text/plain; charset=utf-8")
