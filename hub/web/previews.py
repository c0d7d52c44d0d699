"""Dry runs of a source, for admins: what a harvest would do, and then the harvest, or nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import altering, auditing, leasing, presenting, previewing, retiring, running, sourcing
from hub.web import context
from hub.web.access import admin_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("previews", __name__, url_prefix="/admin/sources/<name>/preview")
STOP_POLLING = 286  # htmx: the answer is taken, and the polling ends
GLANCE = 10  # records of each sort on the first page


@bp.post("")
@admin_required
def start(name: str) -> Response:
    """Begin a dry run: of the first records, or of everything."""
    source = source_or_404(name)
    limit = None if request.form.get("everything") else previewing.FIRST
    try:
        run = running.prepare(context.session(), source, task="preview", limit=limit, urgent=True, cause=context.actor().name)
    except (leasing.AlreadyRunning, running.NotHarvested):
        flash(_("%(source)s is at work or retired: it cannot be previewed now.", source=source.title), "warn")
        return redirect(url_for("source_overviews.show", name=name), 303)
    context.jobs().harvest(run.id)
    return redirect(url_for("previews.show", name=name, run_id=run.id), 303)


@bp.get("/<int:run_id>")
@admin_required
def show(name: str, run_id: int) -> str:
    """What the dry run found, or how far it is; with `show`, all records of one verdict."""
    preview, verdict = preview_or_404(name, run_id), request.args.get("show", "")
    if verdict in presenting.VERDICTS:
        return listing(preview, verdict)
    glance = {one: presenting.items(context.session(), run_id, one, limit=GLANCE) for one in ("changed", "deleted", "vanished", "invalid")}
    first = presenting.looks(context.session(), run_id) if not preview.run.live else ()
    return render_template("previews/show.html", preview=preview, glance=glance, first=first)


def listing(preview: presenting.Preview, verdict: str) -> str:
    """All records of one verdict, page by page."""
    number = page_number(request.args.get("page", ""))
    page = presenting.items(context.session(), preview.run.id, verdict, page=number)
    return render_template(
        "previews/list.html",
        preview=preview,
        verdict=verdict,
        page=page,
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: url_for("previews.show", name=preview.source, run_id=preview.run.id, show=verdict, page=n),
    )


@bp.get("/<int:run_id>/progress")
@admin_required
def progress(name: str, run_id: int) -> Response:
    """The part of the page that changes while the dry run works. When it has ended, the whole page is wanted."""
    preview = preview_or_404(name, run_id)
    response = make_response(render_template("previews/_live.html", preview=preview, run=preview.run))
    if not preview.run.live:
        response.status_code = STOP_POLLING
        response.headers["HX-Refresh"] = "true"
    response.vary.add("HX-Request")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/<int:run_id>/raw/<int:item_id>")
@admin_required
def raw(name: str, run_id: int, item_id: int) -> str:
    """What the source sent for an invalid record: as text, never as what it claims to be."""
    preview = preview_or_404(name, run_id)
    return render_template("previews/raw.html", preview=preview, raw=presenting.raw(context.session(), run_id, item_id) or abort(404))


@bp.post("/<int:run_id>/stop")
@admin_required
def stop(name: str, run_id: int) -> Response:
    """End the dry run where it is; what it found is kept."""
    preview_or_404(name, run_id)
    running.ask_to_stop(context.session(), run_id)
    context.session().commit()
    return redirect(url_for("previews.show", name=name, run_id=run_id), 303)


@bp.post("/<int:run_id>/harvest")
@admin_required
def harvest(name: str, run_id: int) -> Response:
    """Do it: the source is no draft any more, and its harvest goes before what the schedule wants."""
    preview_or_404(name, run_id)
    source = source_or_404(name)
    altering.make_ready(context.session(), context.actor(), source)
    try:
        run = running.prepare(context.session(), source, urgent=True, cause=context.actor().name)
    except leasing.AlreadyRunning:
        flash(_("%(source)s is at work. Stop that, or wait until it has ended.", source=source.title), "warn")
        return redirect(url_for("previews.show", name=name, run_id=run_id), 303)
    except running.NotHarvested:
        context.session().rollback()
        flash(_("%(source)s is a draft or retired: it is not harvested.", source=source.title), "warn")
        return redirect(url_for("source_overviews.show", name=name), 303)
    subject = auditing.Subject("run", run.id, source.title)
    auditing.record(context.session(), context.actor(), "run.start", subject, after={"task": "harvest"})
    context.session().commit()
    context.jobs().harvest(run.id)
    flash(_("The harvest of %(source)s is queued. You can set its schedule meanwhile.", source=source.title), "ok")
    return redirect(url_for("source_overviews.show", name=name), 303)


@bp.post("/<int:run_id>/discard")
@admin_required
def discard(name: str, run_id: int) -> Response:
    """Not this: the preview goes, and with it a source that is still a draft."""
    preview, source = preview_or_404(name, run_id), source_or_404(name)
    if preview.run.state == "running":
        flash(_("The preview is at work. Stop it first."), "warn")
        return redirect(url_for("previews.show", name=name, run_id=run_id), 303)
    running.ask_to_stop(context.session(), run_id)
    if source.draft:
        return remove(source, run_id)
    previewing.delete_items(context.session(), [run_id])
    flash(_("The preview was discarded; nothing was changed."), "ok")
    return redirect(url_for("source_overviews.show", name=name), 303)


def remove(source: Any, run_id: int) -> Response:
    """Delete a draft."""
    title, name = source.title, source.name
    try:
        retiring.remove_draft(context.session(), context.actor(), source)
    except (leasing.AlreadyRunning, retiring.NotADraft):
        flash(_("%(source)s is at work. Stop that, or wait until it has ended.", source=title), "warn")
        return redirect(url_for("previews.show", name=name, run_id=run_id), 303)
    context.session().commit()
    flash(_("The draft “%(source)s” and its preview were deleted.", source=title), "ok")
    return redirect(url_for("source_overviews.index"), 303)


def source_or_404(name: str) -> Any:
    """The source of this name."""
    return sourcing.named(context.session(), name) or abort(404)


def preview_or_404(name: str, run_id: int) -> presenting.Preview:
    """The dry run, when it is one of this source."""
    found = presenting.preview(context.session(), run_id)
    if found is None or found.source != name:
        abort(404)
    return found
