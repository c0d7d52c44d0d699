"""What failed, over all runs and sources, for admins."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from hub.services import watching
from hub.web import context
from hub.web.access import admin_required
from hub.web.listing import page_number, pages_around
from hub.web.runs import failure_filter, retry_of

bp = Blueprint("failures", __name__, url_prefix="/admin/failures")


@bp.get("")
@admin_required
def index() -> str:
    """Failures of all sources, the newest first; at first those that are open."""
    only = failure_filter() if request.args else watching.FailureFilter(state="open")
    number = page_number(request.args.get("page", ""))
    page = watching.some_failures(context.session(), only, page=number)
    asked = {name: getattr(only, name) for name in ("source", "stage", "state", "words")}
    return render_template(
        "failures/index.html",
        only=only,
        page=page,
        sources=watching.source_names(context.session()),
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("failures.index", page=n, **asked),
    )


@bp.post("/retry")
@admin_required
def retry() -> Response:
    """Read again all that is open of one source."""
    name = request.form.get("source", "")[:64]
    return retry_of(name, of=None, only=None, back=url_for("failures.index", source=name, state="open"))
