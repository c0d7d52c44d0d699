"""Good examples that an institution shows: its curators choose them, say why, and put them in order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import featuring, permitting
from hub.web import context
from hub.web.access import refuse, signed_in_required
from hub.web.messages import gettext as _

bp = Blueprint("exemplars", __name__, url_prefix="/institutions/<slug>/exemplars")


@bp.get("")
def index(slug: str) -> str:
    """All of them; for its curators with what changes them."""
    institution, who = institution_or_404(slug), context.viewer()
    curates = who.may(institution.id, "curator") and institution.closed_at is None
    found = featuring.examples(context.session(), who, institution.id, all_of_them=curates)
    return render_template("exemplars/index.html", institution=institution, examples=found, curates=curates)


@bp.get("/new")
@signed_in_required
def new(slug: str) -> Response:
    """Say why a resource or a shelf is a good example."""
    return form(curated(slug), request.args.get("resource", ""), request.args.get("shelf", ""), 200)


@bp.post("/new")
@signed_in_required
def add(slug: str) -> Response:
    """Show it from now on."""
    institution, session = curated(slug), context.session()
    resource, shelf, note = (request.form.get(name, "") for name in ("resource", "shelf", "note"))
    if len(note) > featuring.NOTE:
        return form(institution, resource, shelf, 422, note=note, wrong=_("This is too long."))
    try:
        featuring.feature(session, context.viewer(), institution, note, resource=resource, shelf=shelf)
    except permitting.NotAllowed:
        refuse(seen=True)
    except featuring.NothingThere:
        abort(404)
    except featuring.Already:
        session.rollback()
        flash(_("The institution shows it already."), "warn")
        return back(slug)
    except featuring.TooMany:
        session.rollback()
        wrong = _("An institution shows %(most)s examples at most. Remove one first.", most=featuring.MOST)
        return form(institution, resource, shelf, 422, note=note, wrong=wrong)
    session.commit()
    flash(_("The institution recommends it from now on."), "ok")
    return back(slug)


@bp.post("/<int:exemplar_id>")
@signed_in_required
def change(slug: str, exemplar_id: int) -> Response:
    """Up, down, another note, away."""
    institution, session, who = curated(slug), context.session(), context.viewer()
    step, said = request.form.get("do", ""), ""
    try:
        if step in ("up", "down"):
            place = featuring.move(session, who, institution, exemplar_id, up=step == "up")
            said = _("Moved to place %(place)s.", place=place) if place else _("Nothing was changed.")
        elif step == "note" and len(request.form.get("note", "")) <= featuring.NOTE:
            featuring.annotate(session, who, institution, exemplar_id, request.form.get("note", ""))
            said = _("The note was saved.")
        elif step == "remove":
            featuring.remove(session, who, institution, exemplar_id)
            said = _("The institution recommends it no longer.")
        else:
            abort(400)
    except permitting.NotAllowed:
        refuse(seen=True)
    except featuring.NothingThere:
        abort(404)
    session.commit()
    flash(said, "ok")
    return back(slug)


def form(institution: Any, resource: str, shelf: str, status: int, *, note: str = "", wrong: str = "") -> Response:
    """The form of a new example."""
    try:
        title, _resource_id, _shelf_id = featuring.wanted(context.session(), context.viewer(), resource=resource, shelf=shelf)
    except featuring.NothingThere:
        abort(404)
    text = render_template(
        "exemplars/new.html",
        institution=institution,
        title=title,
        resource=resource,
        shelf=shelf,
        note=note,
        wrong=wrong,
        most=featuring.NOTE,
    )
    return make_response(text, status)


def curated(slug: str) -> Any:
    """The institution, when this visitor is one of its curators; else the page that says no."""
    institution = institution_or_404(slug)
    try:
        permitting.need(context.viewer(), institution, "curator")
    except permitting.NotAllowed:
        refuse(seen=True)
    return institution


def institution_or_404(slug: str) -> Any:
    """The institution of this address, or the page that says there is none."""
    return permitting.find(context.session(), slug) or abort(404)


def back(slug: str) -> Response:
    """To all of them."""
    return redirect(url_for("exemplars.index", slug=slug), 303)
