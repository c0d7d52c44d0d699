"""Searches that one keeps, and the way out of all alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_login import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import alerting, phrasing, subscribing
from hub.web import context, security
from hub.web.access import SignInFirst, signed_in_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("saved_searches", __name__)
QUESTION_MOST = 8_000


@bp.get("/me/searches")
@signed_in_required
def index() -> str:
    """All of them, with what is new in each."""
    number = page_number(request.args.get("page", ""))
    page = subscribing.page(context.session(), context.index(), int(current_user.id), number=number)
    return render_template(
        "saved_searches/index.html",
        page=page,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda at: url_for("saved_searches.index", page=at if at > 1 else None),
        alerts=subscribing.ALERTS,
        mails=bool(context.setting("HUB_SMTP_URL")),
        removed=asked(request.args.get("removed", "")),
        removed_name=request.args.get("name", "")[: subscribing.NAME_MOST],
    )


@bp.get("/me/searches/new")
@signed_in_required
def ask() -> Response:
    """The form to keep a search: where somebody comes who pressed the button before they were signed in."""
    return form_page(asked(request.args.get("query", "")), "", "none", 200)


@bp.post("/me/searches")
def keep() -> Response:
    """Keep a search; one that is kept already is told."""
    question = asked(request.form.get("query", ""))
    if not current_user.is_authenticated:
        raise SignInFirst(url_for("saved_searches.ask", query=question))
    name, alert = request.form.get("name", ""), request.form.get("alert", "none")
    if len(name) > subscribing.NAME_MOST or alert not in subscribing.ALERTS:
        error = _("Write a name of at most %(max)d characters, and choose an alert.", max=subscribing.NAME_MOST)
        return form_page(question, name, alert, 422, error=error)
    try:
        made, fresh = subscribing.keep(context.session(), int(current_user.id), question, name, alert)
    except subscribing.CannotKeep as error:
        return form_page(question, name, alert, 422, error=why(error.reason))
    context.session().commit()
    flash(_("Saved: %(title)s", title=made.name) if fresh else _("You keep this search already: %(title)s", title=made.name), "ok")
    return redirect(url_for("saved_searches.index"), 303)


def asked(question: str) -> str:
    """The search that is meant, in the one way to write it."""
    return phrasing.one_way(question[:QUESTION_MOST].lstrip("?"))


def why(reason: str) -> str:
    """Why a search cannot be kept."""
    return {
        "everything": _("This search finds everything. Add words or filters first."),
        "long": _("This search is too long to be kept. Leave out some words or filters."),
        "many": _("You keep %(max)d searches, and no more can be kept. Delete one first.", max=subscribing.MOST),
    }[reason]


def form_page(question: str, name: str, alert: str, status: int, *, error: str = "") -> Response:
    """The form, with what was typed."""
    suggested = subscribing.named("", question) if question else ""
    page = render_template(
        "saved_searches/new.html",
        query=question,
        address=phrasing.address(question),
        name=name or suggested,
        alert=alert,
        alerts=subscribing.ALERTS,
        error=error,
        most=subscribing.NAME_MOST,
        mails=bool(context.setting("HUB_SMTP_URL")),
    )
    return make_response(page, status)


@bp.post("/me/searches/<int:search_id>/open")
@signed_in_required
def look(search_id: int) -> Response:
    """Go to the results; what is there is no longer new."""
    search = own(search_id)
    subscribing.look(context.session(), context.index(), search)
    context.session().commit()
    return redirect(phrasing.address(search.query), 303)


@bp.post("/me/searches/<int:search_id>")
@signed_in_required
def change(search_id: int) -> Response:
    """Another name or alert."""
    search, name, alert = own(search_id), request.form.get("name", ""), request.form.get("alert", "")
    if len(name) > subscribing.NAME_MOST or alert not in subscribing.ALERTS:
        abort(400)
    subscribing.change(search, name=name, alert=alert, at=datetime.now(UTC))
    context.session().commit()
    flash(_("Saved: %(title)s", title=search.name), "ok")
    return back(search_id)


@bp.post("/me/searches/<int:search_id>/renew")
@signed_in_required
def renew(search_id: int) -> Response:
    """A new address for the feed."""
    subscribing.renew(own(search_id))
    context.session().commit()
    flash(_("The feed has a new address; the old one leads nowhere from now on."), "ok")
    return back(search_id)


@bp.post("/me/searches/<int:search_id>/delete")
@signed_in_required
def delete(search_id: int) -> Response:
    """Keep it no longer; the list offers to keep it again."""
    own(search_id)
    gone = subscribing.drop(context.session(), int(current_user.id), search_id) or abort(404)
    context.session().commit()
    return redirect(url_for("saved_searches.index", removed=gone.query, name=gone.name), 303)


def own(number: int) -> Any:
    """One's own search: nobody else's is there."""
    return subscribing.one(context.session(), int(current_user.id), number) or abort(404)


def back(number: int) -> Response:
    """To the place in the list."""
    place = security.own_path(request.form.get("next") or url_for("saved_searches.index")).partition("#")[0]
    return redirect(f"{place}#s-{number}", 303)


@bp.get("/alerts/<token>")
def leaving(token: str) -> str:
    """One button that stops all alerts of who got the mail. Looking at it changes nothing: mail programs look at links, too."""
    return render_template("saved_searches/stop.html", who=reader(token), token=token, stopped=False)


@bp.post("/alerts/<token>")
def stop(token: str) -> str:
    """No alerts any more."""
    who = reader(token)
    alerting.stop(context.session(), who)
    context.session().commit()
    return render_template("saved_searches/stop.html", who=who, token=token, stopped=True)


def reader(token: str) -> int:
    """Whose link this is."""
    found = alerting.person_of(context.session(), str(context.setting("SECRET_KEY")), token)
    return found if found is not None else abort(404)
