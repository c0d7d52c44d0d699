"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import BooleanField, EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from hub.services import joining
from hub.web import context, entrances, security
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext

bp = Blueprint("accounts", __name__)


class SignInForm(FlaskForm):
    """An account's address and password."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Enter your password.")), Length(max=500)], render_kw={"autocomplete": "current-password"}
    )
    remember = BooleanField(_l("Stay signed in on this device"))
    next = HiddenField()


@bp.route("/login", methods=["GET", "POST"])
def sign_in() -> Response:
    """The form; with the right password back to where the visitor wanted to go."""
    form = SignInForm(next=request.args.get("next", ""))
    if current_user.is_authenticated:
        return redirect(security.own_path(form.next.data), 303)
    if not form.validate_on_submit():
        return page(form, 422 if form.is_submitted() else 200)
    try:
        person = joining.sign_in(context.session(), form.email.data, form.password.data, address=request.remote_addr or "")
    except joining.TooManyTries as error:
        wait = ngettext(
            "Too many tries. Please wait %(num)s second, then try again.",
            "Too many tries. Please wait %(num)s seconds, then try again.",
            error.wait,
        )
        response = page(form, 429, refused=wait)
        response.headers["Retry-After"] = str(error.wait)
        return response
    if person is None:
        return page(form, 422, refused=_("The e-mail address or the password is wrong."))
    return entrances.enter(person, form.next.data, remember=bool(form.remember.data))


@bp.post("/logout")
def sign_out() -> Response:
    """End this session."""
    entrances.leave()
    flash(_("You are signed out."), "ok")
    return redirect("/", 303)


def page(form: SignInForm, status: int, *, refused: str = "") -> Response:
    """The form with what was typed, except the password."""
    opened = context.setting("HUB_REGISTRATION") == "open"
    response = make_response(render_template("accounts/sign_in.html", form=form, refused=refused, opened=opened), status)
    response.headers["Cache-Control"] = "no-store"
    return response
