"""Care of the search index, for admins: how it does, and what can be done to it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import overseeing, tending
from hub.web import context
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("indexes", __name__, url_prefix="/admin/index")
STOP_POLLING = 286  # htmx: the answer is taken, and the polling ends
QUEUED = {
    "check": _l("The check is queued."),
    "repair": _l("The repair is queued."),
    "rebuild": _l("The rebuild is queued. Searches go on meanwhile."),
}


@bp.get("")
@admin_required
def show() -> str:
    """Condition, what is being done, what was done."""
    return render_template("indexes/show.html", care=overseeing.look(context.session(), context.index()))


@bp.get("/progress")
@admin_required
def progress() -> Response:
    """The part of the page that changes while a task is worked on."""
    care = overseeing.look(context.session(), context.index())
    response = make_response(render_template("indexes/_live.html", care=care), 200 if care.current else STOP_POLLING)
    response.vary.add("HX-Request")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/rebuild")
@admin_required
def confirm() -> str:
    """Asks before everything is read anew."""
    return render_template("indexes/rebuild.html", care=overseeing.look(context.session(), context.index()))


@bp.post("")
@admin_required
def start() -> Response:
    """Queue a check, a repair or a rebuild."""
    kind = request.form.get("kind", "")
    if kind not in QUEUED:
        abort(400)
    try:
        task = tending.start(context.session(), kind)
    except tending.AlreadyTending:
        flash(_("The index is being checked, repaired or rebuilt already. Please wait until that has ended."), "warn")
    else:
        context.jobs().tend(task)
        flash(str(QUEUED[kind]), "ok")
    return redirect(url_for("indexes.show"), 303)
