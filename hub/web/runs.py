"""Harvest runs, for admins: what runs, what ran, what failed and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as BaseResponse

from hub.services import auditing, charting, leasing, retrying, running, watching, withdrawing
from hub.web import context, spreadsheets
from hub.web.access import admin_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.messages import ngettext

bp = Blueprint("runs", __name__, url_prefix="/admin/runs")
GONE_AT_ONCE = 100  # vanished records on a page
STOP_POLLING = 286  # htmx: the answer is taken, and the polling ends


@bp.get("")
@admin_required
def index() -> str:
    """Live runs, a form for a new one, the history."""
    number = page_number(request.args.get("page", ""))
    only: dict[str, Any] = {name: request.args.get(name, "")[:64] for name in ("state", "source", "task")}
    page = watching.runs(context.session(), page=number, state=only["state"], source=only["source"], task=only["task"])
    days = 90 if request.args.get("days") == "90" else 14
    return render_template(
        "runs/index.html",
        live=watching.live_runs(context.session()),
        page=page,
        sources=watching.source_names(context.session()),
        **only,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("runs.index", page=n, **{name: value or None for name, value in only.items()}),
        charts=charting.charts(context.session(), source=only["source"] or None, days=days),
        chart_days=days,
        chart_source=only["source"],
    )


@bp.post("")
@admin_required
def start() -> BaseResponse:
    """Queue a harvest of a source, or a replay; somebody waits for it, so it goes first."""
    source = watching.source(context.session(), request.form.get("source", "")[:64])
    if source is None:
        abort(404)
    task = "replay" if request.form.get("task") == "replay" else "harvest"
    try:
        full = task == "harvest" and bool(request.form.get("full"))
        run = running.prepare(context.session(), source, task=task, full=full, urgent=True, cause=context.actor().name)
    except leasing.AlreadyRunning:
        flash(_("%(source)s is being harvested already.", source=source.title), "warn")
        return redirect(url_for("runs.index"), 303)
    except running.NotHarvested:
        flash(_("%(source)s is a draft or retired: it is not harvested.", source=source.title), "warn")
        return redirect(url_for("runs.index"), 303)
    queue(run, "replay" if task == "replay" else "start")
    said = _("The replay of %(source)s is queued.") if task == "replay" else _("The harvest of %(source)s is queued.")
    flash(said % {"source": source.title}, "ok")
    return redirect(url_for("runs.show", run_id=run.id), 303)


def queue(run: Any, verb: str) -> None:
    """Leave in the audit log what was asked of a run, and give it to the worker."""
    note(run.id, run.source.title, verb, task=run.task)
    context.jobs().harvest(run.id)


def note(run_id: int, title: str, verb: str, **after: str) -> None:
    """Leave in the audit log what was asked of a run, and commit."""
    auditing.record(context.session(), context.actor(), f"run.{verb}", auditing.Subject("run", run_id, title), after=after or None)
    context.session().commit()


@bp.get("/<int:run_id>")
@admin_required
def show(run_id: int) -> str:
    """One run: its numbers, its progress, what vanished, its failures."""
    run = run_or_404(run_id)
    number, gone = page_number(request.args.get("page", "")), page_number(request.args.get("gone", ""))
    only = failure_filter(run=run_id)
    page = watching.some_failures(context.session(), only, page=number)
    count = withdrawing.how_many_wait(context.session(), run_id)
    asked = {name: getattr(only, name) or None for name in ("stage", "state", "words")}
    return render_template(
        "runs/show.html",
        run=run,
        vanished=withdrawing.waiting_for(context.session(), run_id, limit=GONE_AT_ONCE, page=gone),
        vanished_count=count,
        gone=gone,
        gone_numbers=pages_around(gone, -(-count // GONE_AT_ONCE)),
        gone_address=lambda n: url_for("runs.show", run_id=run_id, gone=n),
        only=only,
        page=page,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("runs.show", run_id=run_id, page=n, **asked),
    )


def failure_filter(*, run: int | None = None) -> watching.FailureFilter:
    """Which failures the address asks for."""
    asked = {name: request.args.get(name, "")[:200] for name in ("source", "stage", "state", "words")}
    return watching.FailureFilter(run=run, **asked)


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
    """Ask the run to stop after the page at which it is; of one that waits for approval, keep what has vanished."""
    run = run_or_404(run_id)
    running.ask_to_stop(context.session(), run_id)
    note(run_id, run.source_title, "reject" if run.state == "waiting" else "stop")
    if run.state == "waiting":
        flash(_("Nothing was withdrawn. The next harvest looks again."), "ok")
    else:
        flash(_("The run was asked to stop. It can be taken up again where it is."), "ok")
    return redirect(url_for("runs.show", run_id=run_id), 303)


@bp.post("/<int:run_id>/approve")
@admin_required
def approve(run_id: int) -> BaseResponse:
    """Withdraw what has vanished from the source of a waiting run: an admin has looked at the list."""
    run = run_or_404(run_id)
    count = withdrawing.approve(context.session(), run_id)
    if count is None:
        context.session().rollback()
        flash(_("This run does not wait for approval any more."), "warn")
    else:
        note(run_id, run.source_title, "approve", withdrawn=str(count))
        flash(ngettext("%(num)s record was withdrawn.", "%(num)s records were withdrawn.", count), "ok")
    return redirect(url_for("runs.show", run_id=run_id), 303)


@bp.post("/<int:run_id>/resume")
@admin_required
def resume(run_id: int) -> BaseResponse:
    """Let a run go on where it stopped."""
    run = run_or_404(run_id)
    try:
        queue(running.resume(context.session(), run_id, cause=context.actor().name), "resume")
    except leasing.AlreadyRunning:
        flash(_("%(source)s is being harvested already.", source=run.source_title), "warn")
    except running.NotResumable:
        flash(_("This run cannot go on: it has ended well, a newer one came after it, or it kept no place to go on from."), "warn")
    else:
        flash(_("The run is queued, and goes on where it stopped."), "ok")
    return redirect(url_for("runs.show", run_id=run_id), 303)


@bp.post("/<int:run_id>/retry")
@admin_required
def retry(run_id: int) -> BaseResponse:
    """Read again what failed in a run: all that is open, or one failure."""
    run = run_or_404(run_id)
    one = request.form.get("failure", "")
    only = [int(one)] if one.isdecimal() and len(one) < 10 else None
    return retry_of(run.source, of=run_id, only=only, back=url_for("runs.show", run_id=run_id))


def retry_of(name: str, *, of: int | None, only: list[int] | None, back: str) -> BaseResponse:
    """Queue a retry and go to its page; where nothing is open, or the source is at work, say so and go back."""
    source = watching.source(context.session(), name) or abort(404)
    try:
        run = retrying.prepare(context.session(), source, of=of, only=only, cause=context.actor().name)
    except leasing.AlreadyRunning:
        flash(_("%(source)s is being harvested already.", source=source.title), "warn")
        return redirect(back, 303)
    except running.NotHarvested:
        flash(_("%(source)s is a draft or retired: it is not harvested.", source=source.title), "warn")
        return redirect(back, 303)
    if run is None:
        flash(_("Nothing is open: what failed has come in since, or failed again in a later run."), "info")
        return redirect(back, 303)
    queue(run, "retry")
    flash(_("What failed is read again, and that alone."), "ok")
    return redirect(url_for("runs.show", run_id=run.id), 303)


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
    return spreadsheets.answer(lambda session: lines(watching.all_failures(session, run_id)), f"run-{run_id}-failures")


def run_or_404(run_id: int) -> watching.RunState:
    """The run, or the page that says there is none."""
    return watching.run(context.session(), run_id) or abort(404)


def lines(failures: Iterable[watching.FailureState]) -> Iterator[str]:
    """The failures as CSV."""
    rows = ((one.identifier or "", one.stage, one.reason, one.advice, one.url, one.at.isoformat()) for one in failures)
    return spreadsheets.lines(("identifier", "step", "reason", "advice", "address", "at"), rows)
