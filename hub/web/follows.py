"""What one wants to hear of, and what might be of use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask_login import current_user
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import following, recommending, subscribing
from hub.web import context, security
from hub.web.access import SignInFirst, signed_in_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("follows", __name__)
ADVICE = 24


@bp.get("/me/follows")
@signed_in_required
def index() -> str:
    """All of it, by kind."""
    number = page_number(request.args.get("page", ""))
    page = following.page(context.session(), context.viewer(), language=context.language(), number=number)
    return render_template(
        "follows/index.html",
        page=page,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda at: url_for("follows.index", page=at if at > 1 else None),
        alerts=subscribing.ALERTS,
        mails=bool(context.setting("HUB_SMTP_URL")),
    )


@bp.get("/me/follows/new")
@signed_in_required
def ask() -> str:
    """One button: where somebody comes who pressed it before they were signed in."""
    return render_template("follows/ask.html", about=subject(request.args.get("subject", ""), request.args.get("key", "")))


@bp.post("/me/follows")
def follow() -> Response:
    """Follow something; twice is once."""
    kind, key = request.form.get("subject", ""), request.form.get("key", "")
    if not current_user.is_authenticated:
        raise SignInFirst(url_for("follows.ask", subject=kind[:20], key=key[:200]))
    about = subject(kind, key)
    try:
        following.follow(context.session(), int(current_user.id), about.subject, about.key)
    except following.TooMany:
        flash(_("You follow %(max)d things, and no more can be followed. Leave one first.", max=following.MOST), "warn")
        return redirect(url_for("follows.index"), 303)
    context.session().commit()
    flash(_("You follow: %(title)s", title=about.name), "ok")
    return redirect(security.own_path(request.form.get("next") or about.address), 303)


@bp.post("/me/follows/<int:follow_id>")
@signed_in_required
def change(follow_id: int) -> Response:
    """Another alert."""
    row, alert = own(follow_id), request.form.get("alert", "")
    if alert not in subscribing.ALERTS:
        abort(400)
    following.change(row, alert=alert, at=datetime.now(UTC))
    context.session().commit()
    flash(_("Saved."), "ok")
    return redirect(f"{security.own_path(request.form.get('next') or url_for('follows.index')).partition('#')[0]}#f-{follow_id}", 303)


@bp.post("/me/follows/<int:follow_id>/delete")
@signed_in_required
def leave(follow_id: int) -> Response:
    """Follow it no longer."""
    context.session().delete(own(follow_id))
    context.session().commit()
    flash(_("You follow it no longer."), "ok")
    return redirect(security.own_path(request.form.get("next") or url_for("follows.index")), 303)


@bp.get("/me/recommendations")
@signed_in_required
def advice() -> str:
    """What might be of use, and why."""
    found = recommending.advise(context.session(), context.index(), context.viewer(), language=context.language(), most=ADVICE)
    return render_template("follows/advice.html", advice=found)


def own(number: int) -> Any:
    """One's own follow: nobody else's is there."""
    return following.one(context.session(), int(current_user.id), number) or abort(404)


def subject(kind: str, key: str) -> Any:
    """What can be followed, as this visitor sees it."""
    return following.subject(context.session(), context.viewer(), kind, key, language=context.language()) or abort(404)
