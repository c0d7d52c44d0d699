"""Institutions for admins of the hub: who is who they say, which mail domains are theirs, who has left."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import enrolling, founding, governing, mustering, permitting
from hub.web import context
from hub.web.access import admin_required
from hub.web.institution_forms import KINDS
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("verifications", __name__, url_prefix="/admin/institutions")
STATES = ("unverified", "open", "closed", "all")


@bp.get("")
@admin_required
def index() -> str:
    """All of them; those that wait for a word first."""
    args, number = request.args, page_number(request.args.get("page", ""))
    state = args.get("state", "open") if args.get("state", "open") in STATES else "open"
    kind, words = args.get("kind", ""), args.get("q", "")[:200]
    listed = mustering.listed(context.session(), kind=kind, words=words, state=state, page=number)
    return render_template(
        "verifications/index.html",
        listed=listed,
        state=state,
        states=STATES,
        kind=kind if kind in KINDS else "",
        kinds=KINDS,
        q=words,
        number=number,
        numbers=pages_around(number, listed.pages),
        address=lambda n: url_for("verifications.index", state=state, kind=kind or None, q=words or None, page=n if n > 1 else None),
    )


@bp.get("/<slug>")
@admin_required
def show(slug: str) -> Response:
    """One of them: what it says of itself, and what can be decided."""
    return page(institution_or_404(slug), 200)


@bp.post("/<slug>")
@admin_required
def decide(slug: str) -> Response:
    """Verify, take that back, close, open again."""
    institution, session = institution_or_404(slug), context.session()
    step = request.form.get("do", "")
    if step not in governing.STEPS:
        abort(400)
    done = governing.decide(session, context.actor(), institution, step, note=request.form.get("note", "")[:1_000])
    session.commit()
    flash(_("This was done.") if done else _("Somebody has settled that meanwhile."), "ok" if done else "warn")
    return redirect(url_for("verifications.show", slug=slug), 303)


@bp.post("/<slug>/domains")
@admin_required
def domains(slug: str) -> Response:
    """One more mail domain, or one less."""
    institution, session, who = institution_or_404(slug), context.session(), context.viewer()
    number, typed = request.form.get("drop", ""), request.form.get("domain", "")[:300]
    if number.isascii() and number.isdigit() and len(number) < 10:
        if governing.drop_domain(session, who, institution, int(number)):
            session.commit()
            flash(_("The domain was removed."), "ok")
        return redirect(url_for("verifications.show", slug=slug), 303)
    try:
        governing.add_domain(session, who, institution, typed)
    except founding.BadFact:
        session.rollback()
        return page(institution, 422, typed=typed, wrong=_("This is no domain of one institution: write it like commerce.example.edu.cn."))
    except governing.Taken as taken:
        session.rollback()
        return page(institution, 422, typed=typed, wrong=_("This domain belongs to %(name)s.", name=taken.name))
    session.commit()
    flash(_("The domain was added."), "ok")
    return redirect(url_for("verifications.show", slug=slug), 303)


def page(institution: Any, status: int, *, typed: str = "", wrong: str = "") -> Response:
    """The page of one institution."""
    session = context.session()
    text = render_template(
        "verifications/show.html",
        institution=institution,
        known=governing.known(session, institution.id),
        admins=enrolling.admins(session, institution.id),
        typed=typed,
        wrong=wrong,
    )
    return make_response(text, status)


def institution_or_404(slug: str) -> Any:
    """The institution of this address, or the page that says there is none."""
    return permitting.find(context.session(), slug) or abort(404)
