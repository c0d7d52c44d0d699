"""The numbers by which results are ordered, for admins: try others on the test queries, apply them, go back."""

from __future__ import annotations

import math
from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import Length, ValidationError

from hub.services import adjusting, measuring
from hub.web import context, weights
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("tunings", __name__, url_prefix="/admin/search/tuning")


class WeightField(StringField):
    """A number from 0 to `most`. Text, so that what was typed comes back when it is no number."""

    def __init__(self, *words: Any, most: float = math.inf, **more: Any) -> None:
        self.most = most
        super().__init__(*words, render_kw={"inputmode": "decimal", "autocomplete": "off"}, **more)

    @property
    def number(self) -> float:
        """What was typed; NaN when it is no number from 0 to `most`."""
        try:
            value = float(str(self.data or "").strip().replace(",", "."))
        except ValueError:
            return math.nan
        return value if 0 <= value <= self.most else math.nan

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError with a sentence for the person who typed it."""
        if math.isnan(self.number):
            raise ValidationError(_("%(name)s: enter a number from 0 to %(most)s.", name=self.label.text, most=weights.short(self.most)))


class BaseForm(FlaskForm):
    """What stands beside the numbers: why, and which tuning they were made from."""

    note = StringField(_l("Why this change"), [Length(max=adjusting.NOTE_MOST)], render_kw={"maxlength": adjusting.NOTE_MOST})
    seen = HiddenField()


TuningForm = type(
    "TuningForm", (BaseForm,), {name: WeightField(weights.WEIGHTS[name][0], most=adjusting.BOUNDS[name]) for name in adjusting.NAMES}
)


def tuning_form() -> Any:
    """The form with the numbers in force, or with those that were sent."""
    id, present = adjusting.current(context.session())
    return TuningForm(seen=str(id), **{name: f"{value:g}" for name, value in present.numbers.items()})


@bp.get("")
@admin_required
def index() -> Response:
    """The numbers in force, and the history."""
    return page(tuning_form(), 200)


@bp.post("")
@admin_required
def change() -> Response:
    """Try the numbers on the test queries, or apply them, by which button was pressed."""
    form = tuning_form()
    if not form.validate_on_submit():
        return page(form, 422)
    try:
        wanted = adjusting.tuning({name: form[name].number for name in adjusting.NAMES})
    except adjusting.BadTuning:
        form["title"].errors = [_("At least one place of words must count more than 0.")]
        return page(form, 422)
    return apply(form, wanted) if request.form.get("do") == "apply" else trial(form, wanted)


def trial(form: Any, wanted: adjusting.Tuning) -> Response:
    """Before and after, on the test queries. Nothing changes for visitors."""
    present = adjusting.current(context.session())[1]
    comparison = measuring.compare(context.session(), context.index(), present, wanted)
    return page(form, 200, comparison=comparison, changed=adjusting.changed(present, wanted))


def apply(form: Any, wanted: adjusting.Tuning) -> Response:
    """Put the numbers in force, unless somebody else has changed them since this form was opened: then both are shown."""
    written = form.seen.data or ""
    seen = int(written) if written.isascii() and written.isdigit() and len(written) < 10 else -1
    try:
        done = adjusting.apply(context.session(), wanted, person=current_user.name, note=form.note.data or "", seen=seen)
    except adjusting.Outdated:
        newest, present = adjusting.current(context.session())
        form.seen.data = str(newest)
        return page(form, 409, outdated=adjusting.changed(wanted, present))
    context.session().commit()
    say(done)
    return redirect(url_for("tunings.index"), 303)


@bp.post("/restore")
@admin_required
def restore() -> Response:
    """Put an older tuning in force again; 0 is the one that the hub comes with."""
    chosen = request.form.get("id", "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        abort(400)
    note = _("Restored: %(id)s", id=chosen) if int(chosen) else _("Restored: the first numbers")
    try:
        done = adjusting.restore(context.session(), int(chosen), person=current_user.name, note=note)
    except adjusting.NothingToRestore:
        abort(404)
    context.session().commit()
    say(done)
    return redirect(url_for("tunings.index"), 303)


def say(done: bool) -> None:
    """Tell what happened, on the next page."""
    if done:
        flash(_("The new numbers are in force. Every page uses them within a few seconds."), "ok")
    else:
        flash(_("These numbers are in force already: nothing was changed."), "warn")


def page(form: Any, status: int, **shown: Any) -> Response:
    """The form, what was tried, the history."""
    history = adjusting.history(context.session())
    return make_response(
        render_template(
            "tunings/index.html", form=form, history=history, defaults=adjusting.DEFAULTS.numbers, bounds=adjusting.BOUNDS, **shown
        ),
        status,
    )
