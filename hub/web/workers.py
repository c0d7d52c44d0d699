"""The queue for admins: who works, what waits, what the schedules bring next, and the mail that was written."""

from __future__ import annotations

from flask import Blueprint, render_template

from hub.services import mailing, scheduling, watching, working
from hub.web import context
from hub.web.access import admin_required

bp = Blueprint("workers", __name__, url_prefix="/admin/queue")


@bp.get("")
@admin_required
def show() -> str:
    """All of it on one page."""
    session = context.session()
    return render_template(
        "workers/show.html",
        workers=working.alive(session),
        live=watching.live_runs(session, limit=100),
        coming=scheduling.coming(session),
        mails=mailing.recent(session, limit=20),
        mail_server=bool(context.setting("HUB_SMTP_URL")),
    )
