"""Sources, for admins: all of them with state and health, and one with all that is known of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import altering, auditing, charting, leasing, presenting, running, scheduling, sourcing, supervising
from hub.web import context
from hub.web.access import admin_required
from hub.web.messages import gettext as _

bp = Blueprint("source_overviews", __name__, url_prefix="/admin/sources")
FIND_MOST = 100


@bp.get("")
@admin_required
def index() -> str:
    """All sources, or those of a health or with some letters."""
    health, find = request.args.get("health", ""), request.args.get("find", "")[:FIND_MOST].strip()
    rows = supervising.rows(context.session(), health=health, find=find)
    return render_template("source_overviews/index.html", rows=rows, health=health, find=find)


@bp.get("/<name>")
@admin_required
def show(name: str) -> str:
    """One source."""
    source, session = source_or_404(name), context.session()
    days = 90 if request.args.get("days") == "90" else 14
    return render_template(
        "source_overviews/show.html",
        source=source,
        row=supervising.one(session, source),
        settings=altering.shown(altering.settings_of(source)),
        kind=sourcing.kinds().get(source.kind),
        times=times_of(source),
        runs=supervising.last_runs(session, source.id),
        preview=presenting.latest(session, source.id),
        charts=() if source.draft else charting.charts(session, source=source.name, days=days),
        chart_days=days,
        chart_source=source.name,
    )


def times_of(source: Any) -> list[Any]:
    """The next five times of the schedule; none while it rests."""
    if source.schedule is None or source.paused or source.draft or source.retired_at is not None:
        return []
    try:
        return list(scheduling.next_times(source.schedule, source.timezone))
    except scheduling.BadSchedule:
        return []


@bp.post("/<name>/harvest")
@admin_required
def harvest(name: str) -> Response:
    """Harvest now, before what the schedule wants."""
    source = source_or_404(name)
    try:
        run = running.prepare(context.session(), source, full=bool(request.form.get("full")), urgent=True, cause=context.actor().name)
    except leasing.AlreadyRunning:
        flash(_("%(source)s is being harvested already.", source=source.title), "warn")
        return redirect(url_for("source_overviews.show", name=name), 303)
    except running.NotHarvested:
        flash(_("%(source)s is a draft or retired: it is not harvested.", source=source.title), "warn")
        return redirect(url_for("source_overviews.show", name=name), 303)
    subject = auditing.Subject("run", run.id, source.title)
    auditing.record(context.session(), context.actor(), "run.start", subject, after={"task": "harvest"})
    context.session().commit()
    context.jobs().harvest(run.id)
    flash(_("The harvest of %(source)s is queued.", source=source.title), "ok")
    return redirect(url_for("runs.show", run_id=run.id), 303)


@bp.post("/<name>/pause")
@admin_required
def pause(name: str) -> Response:
    """Let the schedule rest, or go on."""
    source, paused = source_or_404(name), request.form.get("paused") == "1"
    if source.paused != paused:
        before = scheduling.values_of(source)
        scheduling.pause(source, paused=paused)
        subject = auditing.Subject("source", source.id, source.title)
        after = scheduling.values_of(source)
        auditing.record(context.session(), context.actor(), "source.schedule", subject, before=before, after=after)
        context.session().commit()
    flash(_("The schedule rests.") if paused else _("The schedule goes on, from now."), "ok")
    return redirect(url_for("source_overviews.show", name=name), 303)


def source_or_404(name: str) -> Any:
    """The source of this name."""
    return sourcing.named(context.session(), name) or abort(404)
