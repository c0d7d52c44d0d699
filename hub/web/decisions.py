"""What an institution decides on a resource."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import IntegerField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, Optional

from hub.services import critiquing, cycling, determining, evaluating, pointing
from hub.services.pointing import Target
from hub.web import context, houses, verdicts
from hub.web.access import member_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("decisions", __name__)


class DecisionForm(FlaskForm):
    """Verdict, reason, who sees it."""

    verdict = RadioField(
        _l("Decision"),
        [InputRequired(_l("Choose a decision.")), AnyOf(determining.VERDICTS, message=_l("Choose one of these."))],
        choices=[SelectChoice(code, code) for code in determining.VERDICTS],
        validate_choice=False,
    )
    reason = TextAreaField(
        _l("Reason"),
        [Length(max=determining.REASON_MOST, message=_l("That is too long: at most %(max)d characters."))],
        render_kw={"rows": 5},
    )
    visibility = SelectField(
        _l("Who sees it"), [AnyOf(determining.VISIBILITIES, message=_l("Choose one of these."))], validate_choice=False
    )
    version = IntegerField(validators=[Optional()])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.visibility.choices = [SelectChoice(name, houses.visibility_name(name)) for name in determining.VISIBILITIES]


@bp.route("/resources/<public_id>/decision", methods=["GET", "POST"])
@member_required("curator")
def edit(public_id: str) -> Response:
    """Decide for the institution acted for, in its cycle, with its own reviews beside the form."""
    session, who = context.session(), context.viewer()
    of = pointing.target(session, who, public_id) or abort(404)
    if of.withdrawn_at is not None:
        abort(404)
    kept = determining.current(session, who, of.id, evaluating.today())
    usual = kept.visibility or critiquing.usual_visibility(session, who.seat.institution_id)
    form = DecisionForm(data={"verdict": kept.verdict, "reason": kept.reason, "visibility": usual, "version": kept.version})
    if not form.is_submitted():
        return page(of, form, kept)
    if not form.validate():
        return page(of, form, kept, 422)
    try:
        if request.form.get("do") == "withdraw":
            determining.withdraw(session, who, of, form.version.data or 0, evaluating.today())
            said = _("The decision was taken back.")
        else:
            typed = (form.verdict.data, form.reason.data or "", form.visibility.data, form.version.data or 0)
            determining.decide(session, who, of, *typed, evaluating.today())
            said = _("Decided: %(verdict)s.", verdict=verdicts.decision_name(form.verdict.data))
    except determining.Stale:
        session.rollback()
        kept = determining.current(session, who, of.id, evaluating.today())
        form.version.raw_data, form.version.data = None, kept.version
        return page(of, form, kept, 422, stale=True)
    session.commit()
    flash(said, "ok")
    return redirect(f"{of.path}#evaluation", 303)


def page(of: Target, form: DecisionForm, kept: determining.Decided, status: int = 200, *, stale: bool = False) -> Response:
    """The form."""
    session, who = context.session(), context.viewer()
    span = cycling.current(session, who.seat.institution_id, evaluating.today())
    number, mean = evaluating.of_house(session, of.id, who.seat.institution_id, span.id)
    return make_response(
        render_template(
            "decisions/edit.html",
            of=of,
            form=form,
            kept=kept,
            stale=stale,
            cycle=span.name,
            seat=who.seat,
            number=number,
            mean=mean,
            everybody=evaluating.on_resource(session, who, of.id),
        ),
        status,
    )
