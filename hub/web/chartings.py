"""Charts to take away: their numbers as CSV, for admins."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from hub.services import charting
from hub.web import charts, context, spreadsheets
from hub.web.access import admin_required

bp = Blueprint("chartings", __name__)


@bp.get("/admin/charts/<name>.csv")
@admin_required
def table(name: str) -> Response:
    """The numbers behind a chart of runs, of one source or of all."""
    if name not in charting.NAMES:
        abort(404)
    source = request.args.get("source", "")[:64] or None
    days = 90 if request.args.get("days") == "90" else 14
    chart = charting.chart(context.session(), name, source=source, days=days)
    return spreadsheets.answer(lambda _: charts.csv(chart), f"{source or 'all'}-{name}")
