"""Source records, for admins: what a source sent, what we read in it, what changed."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for

from hub.services import inspecting, watching
from hub.web import context
from hub.web.access import admin_required
from hub.web.listing import page_number, pages_around

bp = Blueprint("records", __name__)


@bp.get("/admin/sources/<name>/records")
@admin_required
def index(name: str) -> str:
    """A source's records, by identifier; narrowed by words and state."""
    source = watching.source(context.session(), name[:64]) or abort(404)
    words, state = request.args.get("q", "")[:200], request.args.get("state", "")[:10]
    number = page_number(request.args.get("page", ""))
    page = inspecting.records(context.session(), source.name, words=words, state=state, page=number)
    return render_template(
        "records/index.html",
        source=source,
        page=page,
        q=words,
        state=state,
        states=inspecting.STATES,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("records.index", name=source.name, page=n, q=words or None, state=state or None),
    )


@bp.get("/admin/records/<int:record_id>")
@admin_required
def show(record_id: int) -> str:
    """One record: as it came, as it was read, as it was before."""
    return render_template("records/show.html", record=inspecting.get(context.session(), record_id) or abort(404))
