"""Providers: the list, and one provider with its resources."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from hub.services import browsing, following
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
    follow = following.of(context.session(), context.viewer().person_id, "provider", slug)
    return render_template("providers/show.html", name=name, slug=slug, listing=listing.answer({"provider": (name,)}), follow=follow)
