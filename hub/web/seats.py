"""Where a person belongs: the institution to act for, those to leave, those that would let them in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import acting, enrolling, permitting
from hub.web import context, security
from hub.web.access import refuse, signed_in_required
from hub.web.messages import gettext as _

bp = Blueprint("seats", __name__, url_prefix="/me/institutions")


@bp.get("")
@signed_in_required
def index() -> str:
    """Mine, and those that are open to my address."""
    who = context.viewer()
    return render_template("seats/index.html", who=who, openings=enrolling.open_to(context.session(), who.person_id))


@bp.post("/act")
@signed_in_required
def act() -> Response:
    """From now on I act for this one."""
    institution = asked()
    if not acting.act_for(context.session(), context.viewer().person_id, institution.id):
        refuse(seen=True)
    context.session().commit()
    flash(_("You act for another institution now."), "ok")
    return redirect(security.own_path(request.form.get("next") or url_for("seats.index")), 303)


@bp.get("/<slug>/leave")
@signed_in_required
def ask_leaving(slug: str) -> str:
    """Look again before leaving."""
    institution = permitting.find(context.session(), slug) or abort(404)
    if context.viewer().seat_in(institution.id) is None:
        refuse(seen=True)
    return render_template("seats/leave.html", institution=institution)


@bp.post("/<slug>/leave")
@signed_in_required
def leave(slug: str) -> Response:
    """I belong there no longer."""
    session, who = context.session(), context.viewer()
    institution = permitting.find(session, slug) or abort(404)
    try:
        enrolling.remove(session, who, institution, who.person_id)
    except (enrolling.NotThere, permitting.NotAllowed):
        refuse(seen=True)
    except enrolling.LastAdmin:
        session.rollback()
        flash(_("You are the last administrator there. Make somebody else administrator first."), "bad")
        return redirect(url_for("members.index", slug=slug), 303)
    session.commit()
    flash(_("You have left the institution. What you did there stays."), "ok")
    return redirect(url_for("seats.index"), 303)


@bp.post("/join")
@signed_in_required
def join() -> Response:
    """Come in because my address is of the institution's domain."""
    institution, session = asked(), context.session()
    try:
        joined = enrolling.join(session, context.viewer(), institution)
    except permitting.NotAllowed:
        refuse(seen=True)
    session.commit()
    flash(_("Welcome. You belong to the institution now.") if joined else _("You belong there already."), "ok")
    return redirect(url_for("institutions.show", slug=institution.slug), 303)


def asked() -> Any:
    """The institution that the form names."""
    return permitting.find(context.session(), request.form.get("institution", "")) or abort(404)
