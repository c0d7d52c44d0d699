"""A source's settings, for admins: changed in a form, its schedule, its retirement and the way back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import altering, auditing, leasing, retiring, running, scheduling, sourcing
from hub.web import context, source_forms
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.source_forms import ScheduleForm, SettingsForm

bp = Blueprint("source_settings", __name__, url_prefix="/admin/sources/<name>")


@bp.get("/edit")
@admin_required
def edit(name: str) -> Response:
    """The settings as a form; with `kind`, with the options of another kind."""
    source = source_or_404(name)
    kind = kind_of(source)
    return form_page(source, kind, form_of(source, kind, begin=True), 200)


@bp.post("/edit")
@admin_required
def change(name: str) -> Response:
    """Write them, unless somebody else has changed them since this form was opened: then both are shown."""
    source = source_or_404(name)
    kind = kind_of(source)
    form = form_of(source, kind, begin=False)
    if not form.validate_on_submit():
        return form_page(source, kind, form, 422)
    wanted, rank = source_forms.settings_of(form, kind), source.rank
    try:
        done = altering.change(context.session(), context.actor(), source, wanted, seen=form.seen.data or "")
    except altering.Outdated:
        return outdated(source, kind, form, wanted)
    except sourcing.BadSource as error:
        source_forms.blame(form, error)
        return form_page(source, kind, form, 422)
    except leasing.AlreadyRunning:
        form.url.errors = [_("The source is at work: stop that, then change its kind, address or options.")]
        return form_page(source, kind, form, 422)
    context.session().commit()
    if source.rank != rank:
        for _count in altering.merge_again(context.session(), source.id):
            context.session().commit()
    flash(_("The settings are saved.") if done else _("Nothing was changed."), "ok")
    return redirect(url_for("source_overviews.show", name=name), 303)


def kind_of(source: Any) -> str:
    """The kind whose options are shown."""
    kind = str(request.args.get("kind") or source.kind)
    return kind if kind in sourcing.kinds() else abort(404)


def form_of(source: Any, kind: str, *, begin: bool) -> Any:
    """The form of a source as one of this kind."""
    kept = frozenset(source.options) & altering.secrets(kind) if kind == source.kind else frozenset[str]()
    made = source_forms.form_for(SettingsForm, kind, kept=kept)
    if not begin:
        return made()
    values = source_forms.filled(altering.settings_of(source))
    if kind != source.kind:  # the options of one kind mean nothing to another
        values = {name: value for name, value in values.items() if not name.startswith(source_forms.PREFIX)}
    return made(seen=altering.mark(source), **values)


def outdated(source: Any, kind: str, form: Any, wanted: altering.Settings) -> Response:
    """Theirs beside ours; saving once more overwrites what they wrote."""
    context.session().rollback()
    stands, typed = altering.shown(altering.settings_of(source)), altering.shown(wanted)
    form.seen.data = altering.mark(source)
    differing = [(name, stands[name], typed[name]) for name in stands if stands[name] != typed[name]]
    return form_page(source, kind, form, 409, differing=differing)


def form_page(source: Any, kind: str, form: Any, status: int, **shown: Any) -> Response:
    """The form with its kind's options."""
    return make_response(
        render_template(
            "source_settings/edit.html",
            source=source,
            form=form,
            kind=sourcing.kinds()[kind],
            kinds=sourcing.kinds(),
            hints=source_forms.hints(kind),
            prefix=source_forms.PREFIX,
            secrets=altering.secrets(kind) & set(source.options),
            **shown,
        ),
        status,
    )


@bp.get("/schedule")
@admin_required
def schedule(name: str) -> Response:
    """When the source is harvested by itself; with `expression`, when that would be."""
    source = source_or_404(name)
    form = ScheduleForm(
        expression=request.args.get("expression", source.schedule or "")[:100], timezone=request.args.get("timezone", source.timezone)[:64]
    )
    return schedule_page(source, form, 200)


@bp.post("/schedule")
@admin_required
def set_schedule(name: str) -> Response:
    """Look at the times of what was typed, or set it, by which button was pressed."""
    source, form = source_or_404(name), ScheduleForm()
    if not form.validate_on_submit():
        return schedule_page(source, form, 422)
    before, expression = scheduling.values_of(source), (form.expression.data or "").strip()
    try:
        scheduling.set_schedule(context.session(), source, expression or None, form.timezone.data.strip())
    except scheduling.BadSchedule as error:
        form.expression.errors = [str(error)]
        return schedule_page(source, form, 422)
    if request.form.get("do") == "look":
        context.session().rollback()
        return schedule_page(source, form, 200)
    after, subject = scheduling.values_of(source), auditing.Subject("source", source.id, source.title)
    if after != before:
        auditing.record(context.session(), context.actor(), "source.schedule", subject, before=before, after=after)
    context.session().commit()
    flash(_("The schedule is set.") if expression else _("The source is harvested by hand only."), "ok")
    return redirect(url_for("source_overviews.show", name=name), 303)


def schedule_page(source: Any, form: Any, status: int) -> Response:
    """The form, with the next times of what stands in it."""
    times = []
    if form.expression.data and not form.errors:
        try:
            times = scheduling.next_times(form.expression.data, form.timezone.data)
        except scheduling.BadSchedule as error:
            form.expression.errors = [str(error)]
    zones = sorted(scheduling.zones())
    return make_response(render_template("source_settings/schedule.html", source=source, form=form, times=times, zones=zones), status)


@bp.get("/retire")
@admin_required
def confirm(name: str) -> str:
    """Asks, and says how many resources would leave."""
    source = source_or_404(name)
    return render_template("source_settings/retire.html", source=source, leaving=retiring.leaving(context.session(), source))


@bp.post("/retire")
@admin_required
def retire(name: str) -> Response:
    """Harvest it no longer; a run withdraws what it gave. A draft is deleted."""
    source = source_or_404(name)
    title = source.title
    try:
        if source.draft:
            retiring.remove_draft(context.session(), context.actor(), source)
            context.session().commit()
            flash(_("The draft “%(source)s” and its preview were deleted.", source=title), "ok")
            return redirect(url_for("source_overviews.index"), 303)
        run = retiring.retire(context.session(), context.actor(), source)
    except (leasing.AlreadyRunning, retiring.NotADraft, running.NotHarvested):
        context.session().rollback()
        flash(_("%(source)s is at work. Stop that, or wait until it has ended.", source=title), "warn")
        return redirect(url_for("source_overviews.show", name=name), 303)
    context.jobs().harvest(run.id)
    flash(_("%(source)s is retired. Its records are being withdrawn.", source=title), "ok")
    return redirect(url_for("source_overviews.show", name=name), 303)


@bp.post("/restore")
@admin_required
def restore(name: str) -> Response:
    """Take the retirement back: the source is harvested again, at once."""
    source = source_or_404(name)
    if source.retired_at is None:
        flash(_("Nothing was changed."), "ok")
        return redirect(url_for("source_overviews.show", name=name), 303)
    try:
        retiring.restore(context.session(), context.actor(), source)
        run = running.prepare(context.session(), source, full=True, urgent=True, cause=context.actor().name)
    except leasing.AlreadyRunning:
        context.session().rollback()
        flash(_("%(source)s is at work. Stop that, or wait until it has ended.", source=source.title), "warn")
        return redirect(url_for("source_overviews.show", name=name), 303)
    context.jobs().harvest(run.id)
    flash(_("%(source)s is a source again; its harvest is queued.", source=source.title), "ok")
    return redirect(url_for("source_overviews.show", name=name), 303)


def source_or_404(name: str) -> Any:
    """The source of this name."""
    return sourcing.named(context.session(), name) or abort(404)
