"""“Not interested”: recommendations that one does not want to see again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, request, url_for
from flask_login import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import bookmarking, dismissing
from hub.web import context, security
from hub.web.access import signed_in_required
from hub.web.messages import gettext as _

bp = Blueprint("dismissals", __name__)


@bp.post("/resources/<public_id>/dismiss")
@signed_in_required
def dismiss(public_id: str) -> Response:
    """Recommend it no more; the page that comes next offers to take that back."""
    found = target(public_id)
    dismissing.dismiss(context.session(), int(current_user.id), found.id)
    context.session().commit()
    flash(_("It is recommended to you no more: %(title)s", title=found.title), "undo:" + url_for("dismissals.restore", public_id=public_id))
    return back()


@bp.post("/resources/<public_id>/recommendable")
@signed_in_required
def restore(public_id: str) -> Response:
    """It may be recommended again."""
    found = target(public_id)
    dismissing.restore(context.session(), int(current_user.id), found.id)
    context.session().commit()
    flash(_("It may be recommended to you again: %(title)s", title=found.title), "ok")
    return back()


def target(public_id: str) -> Any:
    """The resource; a hidden one is there for nobody."""
    found = bookmarking.target(context.session(), public_id)
    return found if found is not None and not found.hidden else abort(404)


def back() -> Response:
    """To the list where the button was pressed."""
    return redirect(security.own_path(request.form.get("next") or url_for("follows.advice")).partition("#")[0], 303)
