"""A resource's history, for curators: who did what, each step taken back; hidden and shown again."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import curating, hiding, reading, reverting
from hub.web import context
from hub.web.access import curator_required
from hub.web.messages import gettext as _

bp = Blueprint("histories", __name__, url_prefix="/resources/<public_id>")


@bp.get("/history")
@curator_required
def show(public_id: str) -> str:
    """What people did with the resource, and since when its sources have it."""
    resource_id = number_or_404(public_id)
    facts = reading.facts(context.session(), resource_id)
    events = reverting.history(context.session(), resource_id)
    return render_template("histories/show.html", resource=facts, events=events, revertible=reverting.REVERTIBLE)


@bp.post("/history/<int:event_id>/revert")
@curator_required
def revert(public_id: str, event_id: int) -> Response:
    """Put back what stood there before one step."""
    resource_id, session = number_or_404(public_id), context.session()
    event = reverting.event(session, event_id)
    if event is None or event not in reverting.history(session, resource_id):
        abort(404)
    undone = reverting.revert(session, context.actor(), [event])
    session.commit()
    flash(_("It is as it was before.") if undone.done else _("It was so already."), "ok")
    return redirect(url_for("histories.show", public_id=public_id), 303)


@bp.post("/hide")
@curator_required
def hide(public_id: str) -> Response:
    """Take the resource out of sight."""
    resource_id = number_or_404(public_id)
    try:
        hiding.hide(context.session(), context.actor(), [resource_id], request.form.get("reason", "")[:1000])
    except hiding.NoReason:
        flash(_("Say why, so that others know. Nothing was hidden."), "warn")
        return redirect(url_for("corrections.edit", public_id=public_id, _anchor="h-hide"), 303)
    context.session().commit()
    flash(_("The resource is hidden: visitors and search do not see it any more."), "ok")
    return redirect(url_for("resources.show", name=public_id), 303)


@bp.post("/restore")
@curator_required
def restore(public_id: str) -> Response:
    """Show the resource again."""
    hiding.restore(context.session(), context.actor(), [number_or_404(public_id)])
    context.session().commit()
    flash(_("The resource is shown again."), "ok")
    return redirect(url_for("resources.show", name=public_id), 303)


def number_or_404(public_id: str) -> int:
    """The number of the resource, or the page that says there is none."""
    return curating.find(context.session(), public_id) or abort(404)
