"""Where one is signed in."""

from __future__ import annotations

from flask import Blueprint, abort, flash, render_template
from flask_login import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import lodging
from hub.web import context
from hub.web.access import signed_in_required
from hub.web.account_pages import private
from hub.web.messages import gettext as _
from hub.web.messages import ngettext

bp = Blueprint("devices", __name__)


@bp.get("/me/devices")
@signed_in_required
def index() -> Response:
    """Every browser in which one is signed in."""
    found = lodging.all_of(context.session(), current_user.id)
    here = lodging.digest(current_user.token)
    return private(render_template("devices/index.html", sessions=found, here=here), 200)


@bp.post("/me/devices/others/end")
@signed_in_required
def end_others() -> Response:
    """End all but this one."""
    ended = lodging.end_others(context.session(), current_user.id, current_user.token)
    context.session().commit()
    flash(ngettext("%(num)s session has ended.", "%(num)s sessions have ended.", ended), "ok")
    return redirect("/me/devices", 303)


@bp.post("/me/devices/<int:session_id>/end")
@signed_in_required
def end(session_id: int) -> Response:
    """End one."""
    if not lodging.end(context.session(), current_user.id, session_id):
        abort(404)
    context.session().commit()
    flash(_("The session has ended."), "ok")
    return redirect("/me/devices", 303)
