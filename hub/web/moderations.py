"""Reports of what people wrote, and the moderators' list of them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length

from hub.services import complaining, moderating
from hub.services.complaining import Shown
from hub.web import context, verdicts
from hub.web.access import curator_required, signed_in_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("moderations", __name__)


class ComplaintForm(FlaskForm):
    """Why something is reported."""

    reason = RadioField(
        _l("What is wrong with it?"),
        [InputRequired(_l("Choose a reason.")), AnyOf(complaining.REASONS, message=_l("Choose one of these."))],
        choices=[SelectChoice(code, text) for code, text in verdicts.COMPLAINTS.items()],
        validate_choice=False,
    )
    text = TextAreaField(
        _l("More about it"),
        [Length(max=complaining.TEXT_MOST, message=_l("That is too long: at most %(max)d characters."))],
        render_kw={"rows": 4},
    )


@bp.get("/complaints/new")
@signed_in_required
def new() -> Response:
    """The form, with what is reported above it."""
    return page(shown_or_404(request.args.get("subject", ""), request.args.get("id", "")), ComplaintForm(formdata=None), 200)


@bp.post("/complaints")
@signed_in_required
def create() -> Response:
    """Report it."""
    about, form, session = shown_or_404(request.form.get("subject", ""), request.form.get("id", "")), ComplaintForm(), context.session()
    if not form.validate_on_submit():
        return page(about, form, 422)
    try:
        complaining.complain(session, context.viewer(), about.subject, about.id, form.reason.data, form.text.data or "")
    except complaining.AlreadyReported:
        session.rollback()
        flash(_("You have reported this already. A moderator looks at it."), "info")
        return redirect(about.path, 303)
    except complaining.TooMany:
        session.rollback()
        form.reason.errors = [_("You have reported a great deal today. Try again tomorrow, or write to us.")]
        return page(about, form, 429)
    session.commit()
    flash(_("Thank you. A moderator looks at it."), "ok")
    return redirect(about.path, 303)


@bp.get("/admin/moderation")
@curator_required
def index() -> str:
    """What was reported: open, or decided."""
    decided, number = request.args.get("show") == "decided", page_number(request.args.get("page", ""))
    try:
        listed = moderating.reports(context.session(), context.viewer(), decided=decided, page=number)
    except complaining.NotAllowed:
        abort(403)
    return render_template(
        "moderations/index.html",
        page=listed,
        decided=decided,
        number=number,
        numbers=pages_around(number, listed.pages),
        address=lambda n: url_for("moderations.index", show="decided" if decided else None, page=n),
    )


@bp.post("/admin/moderation/<int:complaint_id>")
@curator_required
def decide(complaint_id: int) -> Response:
    """Uphold, dismiss, restore."""
    session, who, verb = context.session(), context.viewer(), request.form.get("do", "")
    if not moderating.may(who):
        abort(403)
    answer, site = request.form.get("answer", "")[: complaining.TEXT_MOST], context.site_address() or request.host_url.rstrip("/")
    try:
        if verb == "restore":
            moderating.restore(session, who, complaint_id, answer, site=site)
        elif verb in ("upheld", "dismissed"):
            moderating.decide(session, who, complaint_id, verb, answer, site=site)
        else:
            abort(400)
    except complaining.NotAllowed:
        session.rollback()
        flash(_("This is your own: another moderator decides."), "warn")
    except complaining.NotThere:
        abort(404)
    except moderating.AlreadyDecided:
        session.rollback()
        flash(_("Somebody has settled that meanwhile."), "warn")
    else:
        session.commit()
        flash(_("Settled. The author gets a mail when something was hidden or shown again."), "ok")
    return redirect(url_for("moderations.index"), 303)


def page(about: Shown, form: ComplaintForm, status: int) -> Response:
    """The form."""
    return make_response(render_template("moderations/new.html", about=about, form=form), status)


def shown_or_404(subject: str, number: str) -> Shown:
    """What is reported, as its reporter sees it."""
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        abort(404)
    try:
        return complaining.shown(context.session(), context.viewer(), subject, int(number))
    except complaining.NotThere:
        abort(404)
