"""The front page."""

from __future__ import annotations

from flask import Blueprint, render_template

from hub.services import browsing, continuing, recommending
from hub.web import context

bp = Blueprint("home", __name__)


@bp.get("/")
def show() -> str:
    """Search box, topics, newest resources, sources."""
    home = browsing.home(context.session(), context.index(), language=context.language())
    continued = continuing.places(context.session(), context.viewer())
    ahead = recommending.ahead(context.session(), context.index(), context.viewer(), language=context.language())
    return render_template("home/show.html", home=home, continued=continued, ahead=ahead)
