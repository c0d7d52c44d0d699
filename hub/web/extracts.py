"""Any list as a file, in each format: the same questions as the pages answer."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask_login import current_user
from werkzeug.wrappers import Response

from hub.exports import formats
from hub.services import browsing, extracting, permitting
from hub.services.extracting import Extract
from hub.web import allowances, context, listing, outlet
from hub.web.access import signed_in_required

bp = Blueprint("extracts", __name__)
bp.before_request(allowances.count_file)
TELLING = "The first {most} of {total} results. All resources: {address}/dumps/"


@bp.get('/search.<any("csv", "jsonl", "ris", "bib", "csl.json"):suffix>')
def results(suffix: str) -> Response:
    """The results in their order, at most extracting.MOST: headers say how many there are, and the last line where a format has one."""
    return answer(extracting.extract(context.session(), context.index(), listing.read(request.args)), suffix, "resources")


@bp.get('/sources/<name>/items.<any("csv", "jsonl", "ris", "bib", "csl.json"):suffix>')
def source(name: str, suffix: str) -> Response:
    """What a source's page lists, with the words and filters of the page."""
    if browsing.source(context.session(), context.index(), name) is None:
        abort(404)
    ask = listing.read(request.args, {"source": (name,)})
    return answer(extracting.extract(context.session(), context.index(), ask), suffix, f"source-{name}")


@bp.get('/institutions/<slug>/items.<any("csv", "jsonl", "ris", "bib", "csl.json"):suffix>')
def institution(slug: str, suffix: str) -> Response:
    """What an institution opens, the newest first."""
    found = permitting.find(context.session(), slug) or abort(404)
    return answer(extracting.of_institution(context.session(), context.index(), found.id), suffix, f"institution-{slug}")


@bp.get('/bookmarks/items.<any("csv", "jsonl", "ris", "bib", "csl.json"):suffix>')
@signed_in_required
def bookmarks(suffix: str) -> Response:
    """What one keeps, without one's notes: nobody else's, and in no cache."""
    ids = extracting.of_person(context.session(), int(current_user.id))
    response = outlet.file(ids, formats.OF_MANY[suffix], "bookmarks")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def answer(found: Extract, suffix: str, name: str) -> Response:
    """The file; it says when it has not all of them."""
    cut = found.total > len(found.ids) and len(found.ids) >= extracting.MOST
    remark = TELLING.format(most=extracting.MOST, total=found.total, address=outlet.site().address) if cut else ""
    response = outlet.file(found.ids, formats.OF_MANY[suffix], name, remark=remark)
    response.headers["X-Total-Count"] = str(found.total)
    response.headers["X-Result-Limit"] = str(extracting.MOST)
    return response
