"""Providers: the list, and one provider with its resources."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from hub.services import browsing
from hub.web import context, listing

bp = Blueprint("providers", __name__)


@bp.get("/providers")
def index() -> str:
    """All providers with their counts."""
    return render_template("providers/index.html", providers=browsing.providers(context.index()))


@bp.get("/providers/<slug>")
def show(slug: str) -> str:
    """One provider, with a search inside it."""
    name = browsing.provider_name(context.session(), slug)
    if name is None:
        abort(404)
    return render_template("providers/show.html", name=name, listing=listing.answer({"provider": (name,)}))
