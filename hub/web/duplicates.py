"""Doubles, for curators: the queue, two pages side by side, merge, different, undo, split."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import classifying, deciding, parting, queueing, uniting, watching
from hub.web import context, likeness
from hub.web.access import curator_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.messages import ngettext

bp = Blueprint("duplicates", __name__, url_prefix="/admin/duplicates")
LEASTS = ("0.55", "0.65", "0.75", "0.85")
KEYS = "duplicate_keys"  # cookie: "off" when the keys are switched off


def wanted() -> queueing.Filter:
    """The filter of the address, or of a form that keeps it."""
    state, least = request.values.get("state", ""), request.values.get("least", "")
    return queueing.Filter(
        state if state in queueing.STATES else "suggested",
        float(least) if least in LEASTS else 0.0,
        request.values.get("source", "")[:64] or None,
    )


def kept(chosen: queueing.Filter) -> dict[str, Any]:
    """The filter as fields of an address; what is as usual is left out."""
    fields = {"state": chosen.state if chosen.state != "suggested" else "", "least": f"{chosen.least:.2f}" if chosen.least else ""}
    return {name: value for name, value in {**fields, "source": chosen.source or ""}.items() if value}


def render(template: str, chosen: queueing.Filter, **values: Any) -> str:
    """A page of this section."""
    return render_template(f"duplicates/{template}.html", why=likeness, chosen=chosen, kept=kept(chosen), **values)


@bp.get("")
@curator_required
def index() -> str:
    """The queue, those that are most alike first."""
    number, chosen = page_number(request.args.get("page", "")), wanted()
    queue = queueing.queue(context.session(), chosen, page=number)
    return render(
        "index",
        chosen,
        queue=queue,
        counts={state: queueing.count(context.session(), queueing.Filter(state)) for state in queueing.STATES},
        leasts=LEASTS,
        sources=watching.source_names(context.session()),
        number=number,
        numbers=pages_around(number, queue.pages),
        address=lambda n: url_for("duplicates.index", page=n, **kept(chosen)),
    )


@bp.get("/<int:match_id>")
@curator_required
def show(match_id: int) -> str:
    """Two pages side by side."""
    chosen = wanted()
    beside = queueing.beside(context.session(), match_id, chosen) if match_id < 2**31 else None
    if beside is None:
        abort(404)
    return render("show", chosen, beside=beside, row=beside.row, keys=request.cookies.get(KEYS) != "off")


@bp.post("/<int:match_id>")
@curator_required
def decide(match_id: int) -> Response:
    """Merge the pair, call it different, or undo its merge; the way goes on to the next suggestion."""
    session, verb, chosen = context.session(), request.form.get("do", ""), wanted()
    if verb not in DONE or match_id >= 2**31:
        abort(400)
    beside = queueing.beside(session, match_id, chosen)
    try:
        DONE[verb](match_id)
    except uniting.CannotUnite as error:
        session.rollback()
        flash(str(likeness.REFUSED[error.reason]), "warn")
        return redirect(url_for("duplicates.index", **kept(chosen)), 303)
    except uniting.CannotUndo:
        session.rollback()
        flash(_("This merge has been undone already."), "warn")
        return redirect(url_for("duplicates.index", **kept(chosen)), 303)
    session.commit()
    if verb != "undo" and beside is not None and beside.next_id is not None and chosen.state == "suggested":
        return redirect(url_for("duplicates.show", match_id=beside.next_id, **kept(chosen)), 303)
    return redirect(url_for("duplicates.index", **kept(chosen)), 303)


def merge(match_id: int) -> None:
    """Merge, and say how to go back."""
    session, keep = context.session(), request.form.get("keep")
    deciding.merge(session, match_id, keep, classifier=classifying.load(session), actor=context.actor())
    flash(_("Merged. The other address leads to the page that was kept. Under “Merged” it can be undone at any time."), "ok")


def different(match_id: int) -> None:
    """Two works."""
    deciding.different(context.session(), match_id, actor=context.actor())
    flash(_("Different: no rule will merge them."), "ok")


def undo(match_id: int) -> None:
    """Two pages again."""
    session = context.session()
    uniting.undo(session, match_id, classifier=classifying.load(session), actor=context.actor())
    flash(_("Undone: both pages live again, and no rule will merge them."), "ok")


DONE = {"merge": merge, "different": different, "undo": undo}


@bp.route("/all", methods=["GET", "POST"])
@curator_required
def merge_all() -> str | Response:
    """Merge all suggestions of the filter; first a page that counts them."""
    session, chosen = context.session(), wanted()
    if chosen.state != "suggested":
        abort(400)
    chosen = replace(chosen, least=max(chosen.least, float(LEASTS[0])))  # what a person proposed is decided one by one
    number = min(queueing.count(session, chosen), deciding.AT_ONCE_MOST)
    if request.method != "POST":
        return render("all", chosen, number=number, rows=queueing.queue(session, chosen, limit=deciding.AT_ONCE_MOST).rows)
    if request.form.get("number") != str(number):
        flash(_("The queue has changed meanwhile: please look at the number again."), "warn")
        return redirect(url_for("duplicates.merge_all", **kept(chosen)), 303)
    done = deciding.merge_all(session, chosen, classifier=classifying.load(session), actor=context.actor())
    session.commit()
    flash(ngettext("%(num)s pair was merged.", "%(num)s pairs were merged.", done), "ok")
    return redirect(url_for("duplicates.index", **kept(chosen)), 303)


@bp.post("")
@curator_required
def propose() -> Response:
    """Look at a page beside another one whose address was pasted."""
    session, page = context.session(), request.form.get("page", "")[:16]
    try:
        match_id = deciding.propose(session, page, request.form.get("address", ""))
    except uniting.CannotUnite as error:
        session.rollback()
        flash(str(likeness.REFUSED[error.reason]), "warn")
        return redirect(url_for("resources.show", name=page), 303)
    session.commit()
    return redirect(url_for("duplicates.show", match_id=match_id), 303)


@bp.post("/split")
@curator_required
def split() -> Response:
    """Give a record a page of its own; the way goes to that page."""
    session, page, record = context.session(), request.form.get("page", "")[:16], request.form.get("record", "")
    try:
        own = parting.split(session, number_of(record), classifier=classifying.load(session), actor=context.actor())
    except parting.CannotSplit as error:
        session.rollback()
        flash(str(likeness.NOT_SPLIT[error.reason]), "warn")
        return redirect(url_for("resources.show", name=page), 303)
    session.commit()
    side = queueing.sides(session, {own})[own]
    flash(_("The record has a page of its own now: this one. No rule will merge the two again."), "ok")
    return redirect(url_for("resources.show", name=f"{side.public_id}-{side.slug}".rstrip("-")), 303)


def number_of(text: str) -> int:
    """A record's number; 0, which no record has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@bp.post("/keys")
@curator_required
def keys() -> Response:
    """Switch the keys m, d and l on or off, for this browser."""
    response = redirect(url_for("duplicates.show", match_id=number_of(request.form.get("match", "")), **kept(wanted())), 303)
    off = request.form.get("keys") == "off"
    response.set_cookie(KEYS, "off" if off else "on", max_age=365 * 86_400, samesite="Lax", path="/admin/duplicates")
    return response
