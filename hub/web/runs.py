"""Harvest runs, for admins: what runs, what ran, what failed and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, stream_with_context, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as BaseResponse

from hub.services import leasing, running, watching, withdrawing
from hub.web import context
from hub.web.access import admin_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.messages import ngettext

bp = Blueprint("runs", __name__, url_prefix="/admin/runs")
STOP_POLLING = 286  # htmx: the answer is taken, and the polling ends
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@bp.get("")
@admin_required
def index() -> str:
    """Live runs, a form for a new one, the history."""
    number, state, source = page_number(request.args.get("page", "")), request.args.get("state", ""), request.args.get("source", "")
    page = watching.runs(context.session(), page=number, state=state, source=source)
    return render_template(
        "runs/index.html",
        live=watching.live_runs(context.session()),
        page=page,
        sources=watching.source_names(context.session()),
        state=state,
        source=source,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("runs.index", page=n, state=state or None, source=source or None),
    )


@bp.post("")
@admin_required
def start() -> BaseResponse:
    """Queue a harvest of a source."""
    source = watching.source(context.session(), request.form.get("source", "")[:64])
    if source is None:
        abort(404)
    try:
        run = running.prepare(context.session(), source, full=bool(request.form.get("full")))
    except leasing.AlreadyRunning:
        flash(_("%(source)s is being harvested already.", source=source.title), "warn")
        return redirect(url_for("runs.index"), 303)
    except running.NotHarvested:
        flash(_("%(source)s is a draft or retired: it is not harvested.", source=source.title), "warn")
        return redirect(url_for("runs.index"), 303)
    context.jobs().harvest(run.id)
    flash(_("The harvest of %(source)s is queued.", source=source.title), "ok")
    return redirect(url_for("runs.show", run_id=run.id), 303)


@bp.get("/<int:run_id>")
@admin_required
def show(run_id: int) -> str:
    """One run: its numbers, its progress, its failures."""
    number = page_number(request.args.get("page", ""))
    page = watching.failures(context.session(), run_id, page=number)
    return render_template(
        "runs/show.html",
        run=run_or_404(run_id),
        vanished=withdrawing.waiting_for(context.session(), run_id),
        page=page,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("runs.show", run_id=run_id, page=n),
    )


@bp.get("/<int:run_id>/progress")
@admin_required
def progress(run_id: int) -> BaseResponse:
    """The part of the page that changes while the run works."""
    run = run_or_404(run_id)
    response = make_response(render_template("runs/_live.html", run=run), 200 if run.live else STOP_POLLING)
    response.vary.add("HX-Request")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<int:run_id>/stop")
@admin_required
def stop(run_id: int) -> BaseResponse:
    """Ask the run to stop after the page at which it is."""
    run_or_404(run_id)
    running.ask_to_stop(context.session(), run_id)
    context.session().commit()
    flash(_("The run was asked to stop. It can be taken up again where it is."), "ok")
    return redirect(url_for("runs.show", run_id=run_id), 303)


@bp.post("/<int:run_id>/approve")
@admin_required
def approve(run_id: int) -> BaseResponse:
    """Withdraw what has vanished from the source of a waiting run: an admin has looked at the list."""
    run_or_404(run_id)
    count = withdrawing.approve(context.session(), run_id)
    context.session().commit()
    if count is None:
        flash(_("This run does not wait for approval any more."), "warn")
    else:
        flash(ngettext("%(num)s record was withdrawn.", "%(num)s records were withdrawn.", count), "ok")
    return redirect(url_for("runs.show", run_id=run_id), 303)


@bp.get("/<int:run_id>/failures/<int:failure_id>")
@admin_required
def raw(run_id: int, failure_id: int) -> str:
    """What the source sent for a failed record: as text, never as what it claims to be."""
    record = watching.raw_record(context.session(), run_id, failure_id)
    if record is None:
        abort(404)
    return render_template("runs/raw.html", raw=record, run_id=run_id)


@bp.get("/<int:run_id>/failures.csv")
@admin_required
def failures_csv(run_id: int) -> Response:
    """All failures as a table for a spreadsheet."""
    run_or_404(run_id)
    rows = lines(watching.all_failures(context.session(), run_id))
    response = Response(stream_with_context(rows), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="run-{run_id}-failures.csv"'
    return response


def run_or_404(run_id: int) -> watching.RunState:
    """The run, or the page that says there is none."""
    return watching.run(context.session(), run_id) or abort(404)


def lines(failures: Iterable[watching.FailureState]) -> Iterator[str]:
    """CSV with a header and a byte order mark, without which spreadsheets misread Chinese."""
    yield "\ufeff" + row(("identifier", "step", "reason", "advice", "address", "at"))
    for one in failures:
        yield row((one.identifier or "", one.stage, one.reason, one.advice, one.url, one.at.isoformat()))


def row(cells: Iterable[str]) -> str:
    """One line. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()
