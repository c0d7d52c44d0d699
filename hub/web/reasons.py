"""Why a resource stands where it does, for anyone who asks."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import explaining
from hub.web import context, listing

bp = Blueprint("reasons", __name__)


@bp.get("/search/why/<public_id>")
def show(public_id: str) -> str | Response:
    """The reasons of one result of the question in the address. Without words there is nothing to explain: the resource's page."""
    ask = listing.read(request.args)
    if not ask.words:
        return redirect(url_for("resources.show", name=public_id), 302)
    why = explaining.why(context.session(), context.index(), public_id, ask)
    if why is None:
        abort(404)
    back = listing.address_of("/search", ask)
    return render_template("reasons/show.html", why=why, explanation=why.explanation, resource=why.resource, back=back)
