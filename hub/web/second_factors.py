"""The second factor: asked for at sign-in; set up, taken away, and its recovery codes made anew."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask import session as cookie
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional

from hub.services import joining, verifying
from hub.web import access, context, entrances, pictures
from hub.web.access import signed_in_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext

bp = Blueprint("second_factors", __name__)
PENDING = "pending"  # in the session: the secret that is being set up
FREE = (
    "second_factors.turn_on",
    "accounts.sign_out",
    "profiles.password",
    "devices.end",
    "devices.end_others",
)  # what who has no second factor yet may write
CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


@bp.before_app_request
def demand() -> None:
    """Where the hub asks curators and admins for a second factor, those of institutions too write nothing before they have one: their pages
    ask their services who may, not a guard of ours."""
    if request.method in ("GET", "HEAD", "OPTIONS") or request.endpoint in FREE or context.setting("HUB_TWO_FACTOR") != "curators":
        return
    if current_user.is_authenticated and (current_user.is_curator or any(seat.may("curator") for seat in current_user.viewer.seats)):
        access.demand_second_factor()


class CodeForm(FlaskForm):
    """A code of the authenticator, or a recovery code."""

    code = StringField(_l("One-time code"), [InputRequired(_l("Enter a code.")), Length(max=100)], render_kw=CODE)


class ProofForm(CodeForm):
    """The same with the password; who has none leaves it out."""

    password = PasswordField(_l("Password"), [Optional(), Length(max=500)], render_kw={"autocomplete": "current-password"})


@bp.route("/login/two-factor", methods=["GET", "POST"])
def ask() -> Response:
    """The second step of signing in."""
    half = entrances.waiting()
    if half is None:
        cookie.pop(entrances.HALF, None)
        flash(_("Please sign in again: the second step has to follow within five minutes."), "warn")
        return redirect(url_for("accounts.sign_in"), 303)
    form = CodeForm()
    if not form.validate_on_submit():
        return answer("ask", form, 422 if form.is_submitted() else 200)
    try:
        right = verifying.second_step(context.session(), half.person, form.code.data, address=request.remote_addr or "")
    except joining.TooManyTries as error:
        return slowed("ask", form, error)
    if not right:
        form.code.errors = [_("This code is wrong, or it has been used. Wait for the next one, or take a recovery code.")]
        return answer("ask", form, 422)
    left = len(half.person.recovery_hashes)
    if left < 3:
        flash(
            ngettext("You have %(num)s recovery code left: make new ones.", "You have %(num)s recovery codes left: make new ones.", left),
            "warn",
        )
    return entrances.finish(half.person, half.next, remember=half.remember)


@bp.get("/me/two-factor")
@signed_in_required
def show() -> Response:
    """How it stands; where there is none, what is needed to set it up."""
    return state(me(), ProofForm(), 200)


@bp.post("/me/two-factor")
@signed_in_required
def turn_on() -> Response:
    """Set it up: the recovery codes are shown this once."""
    person, form = me(), ProofForm()
    secret = cookie.get(PENDING)
    if person.totp_secret is not None or not person.password_hash:
        abort(409)
    if not secret or not form.validate_on_submit():
        return state(person, form, 422)
    try:
        codes = verifying.set_up(
            context.session(), person, secret, form.password.data or "", form.code.data, address=request.remote_addr or ""
        )
    except joining.TooManyTries as error:
        return slowed("set_up", form, error)
    except verifying.WrongPassword:
        return blamed(person, form)
    if codes is None:
        form.code.errors = [_("This code does not fit. Is the clock of your phone right? Enter the code that is shown now.")]
        return state(person, form, 422)
    context.session().commit()
    cookie.pop(PENDING, None)
    return recovery(codes)


@bp.post("/me/two-factor/codes")
@signed_in_required
def renew() -> Response:
    """New recovery codes."""
    person, form = me(), ProofForm()
    refused = proven(person, form)
    if refused is not None:
        return refused
    codes = verifying.new_codes(person)
    context.session().commit()
    return recovery(codes)


@bp.post("/me/two-factor/off")
@signed_in_required
def turn_off() -> Response:
    """No second factor any more."""
    person, form = me(), ProofForm()
    refused = proven(person, form)
    if refused is not None:
        return refused
    verifying.turn_off(context.session(), person)
    context.session().commit()
    flash(_("The second factor is off."), "ok")
    return redirect(url_for("second_factors.show"), 303)


def me() -> Any:
    """The account of who is signed in."""
    return joining.get(context.session(), current_user.id) or abort(403)


def proven(person: Any, form: ProofForm) -> Response | None:
    """None when password and code are right; else the answer that says what is not."""
    if person.totp_secret is None:
        abort(409)
    if not form.validate_on_submit():
        return state(person, form, 422)
    try:
        if verifying.prove(context.session(), person, form.password.data or "", form.code.data, address=request.remote_addr or ""):
            return None
    except joining.TooManyTries as error:
        return slowed("on", form, error)
    except verifying.WrongPassword:
        return blamed(person, form)
    form.code.errors = [_("This code is wrong, or it has been used. Wait for the next one, or take a recovery code.")]
    return state(person, form, 422)


def blamed(person: Any, form: ProofForm) -> Response:
    """The password is wrong."""
    form.password.errors = [_("The password is wrong.")]
    return state(person, form, 422)


def state(person: Any, form: ProofForm, status: int) -> Response:
    """The page of the second factor as it stands."""
    if person.totp_secret is not None:
        return answer("on", form, status, left=len(person.recovery_hashes))
    if not person.password_hash:
        return answer("elsewhere", form, status)
    return answer("set_up", form, status, **offer(person))


def offer(person: Any) -> dict[str, Any]:
    """The secret that is being set up, as text and as a picture; the same one until it is confirmed."""
    secret = cookie.get(PENDING) or verifying.new_secret()
    cookie[PENDING] = secret
    site = context.setting("SITE_NAME") or "Open Commerce Hub"
    place = verifying.address(secret, person.email, site)
    return {"secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), "picture": pictures.qr(place), "place": place}


def slowed(template: str, form: FlaskForm, error: Any) -> Response:
    """Too many tries."""
    wait = ngettext(
        "Too many tries. Please wait %(num)s second, then try again.",
        "Too many tries. Please wait %(num)s seconds, then try again.",
        error.wait,
    )
    form.code.errors = [wait]
    response = answer("ask", form, 429) if template == "ask" else state(me(), form, 429)
    response.headers["Retry-After"] = str(error.wait)
    return response


def recovery(codes: list[str]) -> Response:
    """The recovery codes, this once."""
    return answer("codes", None, 200, codes=codes)


def answer(template: str, form: FlaskForm | None, status: int, **values: Any) -> Response:
    """A page that no browser keeps."""
    response = make_response(render_template(f"second_factors/{template}.html", form=form, **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
