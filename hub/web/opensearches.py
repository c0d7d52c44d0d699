"""Our search in a browser's own box: its description, and suggestions in the browser's form."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from hub.exports import opensearch
from hub.services import finding
from hub.web import context, outlet
from hub.web.messages import gettext as _

bp = Blueprint("opensearches", __name__)
TYPED_MOST = 100


@bp.get("/opensearch.xml")
def description() -> Response:
    """How to search here."""
    words = _("A shared catalogue of open courses and teaching resources about e-commerce.")
    return outlet.answer(opensearch.describe(outlet.site(), words), opensearch.MEDIA_TYPE)


@bp.get("/suggest.json")
def suggest() -> Response:
    """What begins as one has typed."""
    typed = request.args.get("q", "")[:TYPED_MOST].strip()
    found = finding.completions(context.session(), context.index(), typed, language=context.language()) if typed else ()
    address = outlet.site().address
    pairs = [(one.text, address + (one.address or f"/search?q={quote(one.text)}")) for one in found]
    response = outlet.answer(opensearch.suggest(typed, pairs), opensearch.SUGGESTIONS)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
