"""What visitors search, for admins."""

from __future__ import annotations

from flask import Blueprint, render_template

from hub.services import surveying
from hub.web import context
from hub.web.access import admin_required

bp = Blueprint("searches", __name__, url_prefix="/admin/search")


@bp.get("")
@admin_required
def index() -> str:
    """Searches that find nothing, slow ones, frequent ones."""
    return render_template("searches/index.html", survey=surveying.survey(context.session()), slow=surveying.SLOW)
