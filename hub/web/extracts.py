"""All results of a search as a file, in each format: the same questions as the page of results answers."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hub.exports import formats
from hub.services import extracting
from hub.web import context, listing, outlet

bp = Blueprint("extracts", __name__)
TELLING = "The first {most} of {total} results. All resources: {address}/dumps/"


@bp.get('/search.<any("csv", "jsonl", "ris", "bib", "csl.json"):suffix>')
def results(suffix: str) -> Response:
    """The results in their order, at most extracting.MOST: headers say how many there are, and the last line where a format has one."""
    found = extracting.extract(context.session(), context.index(), listing.read(request.args))
    cut = found.total > extracting.MOST
    remark = TELLING.format(most=extracting.MOST, total=found.total, address=outlet.site().address) if cut else ""
    response = outlet.file(found.ids, formats.OF_MANY[suffix], "resources", remark=remark)
    response.headers["X-Total-Count"] = str(found.total)
    response.headers["X-Result-Limit"] = str(extracting.MOST)
    return response
