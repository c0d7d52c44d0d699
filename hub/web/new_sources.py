"""Adding a source, for admins: an address is asked what it is, a form proposes the rest, a draft is kept and previewed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import altering, previewing, recognising, running, sourcing
from hub.services.altering import Settings
from hub.web import context, source_forms
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.source_forms import AddressForm, NewSourceForm

bp = Blueprint("new_sources", __name__, url_prefix="/admin/sources/new")


@bp.get("")
@admin_required
def ask() -> Response:
    """Where is the source? An address, a known source, or a kind to be described by hand."""
    return page(AddressForm(address=request.args.get("address", "")[:2000]), 200)


@bp.post("")
@admin_required
def recognise() -> Response:
    """Ask the address, and propose what it may be."""
    form = AddressForm()
    if not form.validate_on_submit():
        return page(form, 422)
    try:
        found = recognising.recognise(context.session(), context.fetching(), form.address.data)
    except sourcing.BadSource:
        form.address.errors = [_("Enter the whole address, such as https://repository.example.org/oai.")]
        return page(form, 422)
    return page(form, 200, found=found)


def page(form: Any, status: int, *, found: recognising.Recognition | None = None) -> Response:
    """The address, and what was found out about it."""
    return make_response(
        render_template(
            "new_sources/ask.html",
            form=form,
            found=found,
            presets=sourcing.presets().values(),
            kinds=sourcing.kinds(),
            address=lambda one: form_address(one.kind, {"name": one.name, "title": one.title, "url": one.address}, one.options),
        ),
        status,
    )


@bp.get("/known")
@admin_required
def known() -> Response:
    """The form of a source of the list of known ones."""
    preset = sourcing.presets().get(request.args.get("preset", ""))
    if preset is None:
        abort(404)
    values = {"name": preset.name, "title": preset.title, "url": preset.url}
    return redirect(form_address(preset.kind, values, preset.options), 303)


def form_address(kind: str, values: Mapping[str, str], options: Mapping[str, str]) -> str:
    """Where the form stands, filled with these values."""
    return (
        f"{url_for('new_sources.describe', kind=kind)}?{urlencode({**values, **{f'o.{name}': value for name, value in options.items()}})}"
    )


@bp.get("/kind")
@admin_required
def choose() -> Response:
    """The form of the kind that was chosen by hand."""
    kind = request.args.get("kind", "")
    if kind not in sourcing.kinds():
        abort(404)
    return redirect(url_for("new_sources.describe", kind=kind, url=request.args.get("address", "")[:2000] or None), 303)


@bp.get("/<kind>")
@admin_required
def describe(kind: str) -> Response:
    """The form, with what is known of the source already."""
    if kind not in sourcing.kinds():
        abort(404)
    given = request.args
    options = {name.removeprefix("o."): value[: source_forms.VALUE_MOST] for name, value in given.items() if name.startswith("o.")}
    defaults = {option.name: option.default for option in sourcing.kinds()[kind].options}
    settings = Settings(
        title=given.get("title", "")[:200], kind=kind, url=given.get("url", "")[:2000], options={**defaults, **options}, rank=100,
        owner=None, deadline=None, guard_few=5, guard_share=0.1,
    )  # fmt: skip
    form = source_forms.form_for(NewSourceForm, kind)(name=given.get("name", "")[:63], **source_forms.filled(settings))
    return form_page(kind, form, 200)


@bp.post("/<kind>")
@admin_required
def add(kind: str) -> Response:
    """Keep the source as a draft, and begin its preview."""
    if kind not in sourcing.kinds():
        abort(404)
    form: Any = source_forms.form_for(NewSourceForm, kind)()
    if not form.validate_on_submit():
        return form_page(kind, form, 422)
    if sourcing.get(context.session(), form.name.data) is not None:
        form.name.errors = [_("There is a source of this name already: choose another name.")]
        return form_page(kind, form, 422)
    try:
        source = altering.add(context.session(), context.actor(), form.name.data, source_forms.settings_of(form, kind))
    except sourcing.BadSource as error:
        source_forms.blame(form, error)
        return form_page(kind, form, 422)
    context.session().commit()
    run = running.prepare(context.session(), source, task="preview", limit=previewing.FIRST, urgent=True, cause=context.actor().name)
    context.jobs().harvest(run.id)
    return redirect(url_for("previews.show", name=source.name, run_id=run.id), 303)


def form_page(kind: str, form: Any, status: int) -> Response:
    """The form with its kind's options."""
    harvester = sourcing.kinds()[kind]
    return make_response(
        render_template("new_sources/describe.html", form=form, kind=harvester, hints=source_forms.hints(kind), prefix=source_forms.PREFIX),
        status,
    )
