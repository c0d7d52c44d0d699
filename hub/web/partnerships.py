"""Institutions that work together: ask, accept, decline, take back, end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import allying, enrolling, founding, mailing, mustering, permitting
from hub.web import context
from hub.web.access import refuse, signed_in_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("partnerships", __name__, url_prefix="/institutions/<slug>/partners")


@bp.get("")
def index(slug: str) -> Response:
    """The partners; for its admins also requests and what was."""
    return page(institution_or_404(slug), 200, chosen=request.args.get("with", ""))


@bp.post("")
@signed_in_required
def ask(slug: str) -> Response:
    """Ask another institution to be a partner; when it has asked too, they are partners."""
    institution, session, who = institution_or_404(slug), context.session(), context.viewer()
    chosen, message = request.form.get("with", ""), request.form.get("message", "")
    if not who.may(institution.id, "admin"):
        refuse(seen=True)
    theirs = permitting.find(session, chosen)
    if theirs is None or len(message) > allying.MESSAGE:
        wrong = {"with": _("Choose an institution.")} if theirs is None else {"message": _("This is too long.")}
        return page(institution, 422, chosen=chosen, message=message, wrong=wrong)
    try:
        state = allying.request(session, who, institution, theirs, message)
    except (allying.WithItself, allying.Already, founding.TooOften, permitting.Closed) as error:
        session.rollback()
        return page(institution, 422, chosen=chosen, message=message, wrong={"with": why_not(error)})
    except permitting.NotAllowed:
        refuse(seen=True)
    tell(institution, theirs, state, message)
    session.commit()
    flash(_("You are partners now: they had asked you too.") if state == "active" else _("The request was sent."), "ok")
    return redirect(url_for("partnerships.index", slug=slug), 303)


def why_not(error: Exception) -> str:
    """Why a request cannot be made."""
    if isinstance(error, allying.Already):
        return _("You are partners already.") if error.state == "active" else _("You have asked them already.")
    if isinstance(error, founding.TooOften):
        return _("You have asked very many institutions today. Try again tomorrow.")
    return (
        _("An institution cannot be its own partner.") if isinstance(error, allying.WithItself) else _("The institution has left the hub.")
    )


SAID = {
    "accept": lambda: _("You are partners now."),
    "decline": lambda: _("The request was declined."),
    "withdraw": lambda: _("The request was taken back."),
    "end": lambda: _("The partnership has ended."),
}


@bp.post("/<other>")
@signed_in_required
def answer(slug: str, other: str) -> Response:
    """Accept, decline, take back, end."""
    institution, theirs, session, who = institution_or_404(slug), institution_or_404(other), context.session(), context.viewer()
    if not who.may(institution.id, "admin"):
        refuse(seen=True)
    step = request.form.get("do", "")
    if step not in allying.STEPS:
        abort(400)
    try:
        state = allying.answer(session, who, institution, theirs, step)
    except permitting.NotAllowed:
        refuse(seen=True)
    except allying.Changed:
        session.rollback()
        flash(_("Somebody has settled that meanwhile."), "warn")
        return redirect(url_for("partnerships.index", slug=slug), 303)
    tell(institution, theirs, state)
    session.commit()
    flash(SAID[step](), "ok")
    return redirect(url_for("partnerships.index", slug=slug), 303)


def tell(ours: Any, theirs: Any, state: str, message: str = "") -> None:
    """Write to the other's admins, where there is mail."""
    session = context.session()
    link = (context.site_address() or request.host_url.rstrip("/")) + url_for("partnerships.index", slug=theirs.slug)
    for person in enrolling.admins(session, theirs.id) if context.setting("HUB_SMTP_URL") else ():
        mailing.write(session, person.email, *allying.letter(ours, theirs, state, link, message))


def page(institution: Any, status: int, *, chosen: str = "", message: str = "", wrong: dict[str, str] | None = None) -> Response:
    """Partners for everybody; requests, history and forms for who looks after the institution."""
    session, who, number = context.session(), context.viewer(), page_number(request.args.get("page", ""))
    partners, total = allying.allies(session, institution.id, ("active",), page=number)
    manages = who.manages(institution.id)
    ours: tuple[Any, ...] = ()
    theirs: tuple[Any, ...] = ()
    past: tuple[Any, ...] = ()
    if manages:
        theirs, _count = allying.allies(session, institution.id, ("requested",), ours=False, limit=100)
        ours, _count = allying.allies(session, institution.id, ("requested",), ours=True, limit=100)
        past, _count = allying.allies(session, institution.id, ("declined", "ended"), limit=50)
    text = render_template(
        "partnerships/index.html",
        institution=institution,
        partners=partners,
        total=total,
        manages=manages,
        speaks=who.may(institution.id, "admin") and institution.closed_at is None,
        theirs=theirs,
        ours=ours,
        past=past,
        history=allying.history(session, [ally.id for ally in (*partners, *theirs, *ours, *past)]) if manages else (),
        choices=mustering.choices(session, but=institution.id) if manages else (),
        chosen=chosen,
        message=message,
        wrong=wrong or {},
        number=number,
        numbers=pages_around(number, -(-total // allying.PAGE)),
        address=lambda n: url_for("partnerships.index", slug=institution.slug, page=n if n > 1 else None),
    )
    return make_response(text, status)


def institution_or_404(slug: str) -> Any:
    """The institution of this address, or the page that says there is none."""
    return permitting.find(context.session(), slug) or abort(404)
