"""Sources, as everybody may see them: where the catalogue comes from, and how fresh it is."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from hub.services import browsing
from hub.web import context, listing

bp = Blueprint("sources", __name__)


@bp.get("/sources")
def index() -> str:
    """All sources with their freshness."""
    return render_template("sources/index.html", sources=browsing.sources(context.session(), context.index()))


@bp.get("/sources/<name>")
def show(name: str) -> str:
    """One source, its numbers and its resources."""
    source = browsing.source(context.session(), context.index(), name)
    if source is None:
        abort(404)
    return render_template("sources/show.html", source=source, listing=listing.answer({"source": (name,)}))
