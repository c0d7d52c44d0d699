"""A forgotten password."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from hub.services import joining, registering, throttling
from hub.web import context
from hub.web.account_pages import absolute, mail_works, password_problem, private, site_name
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("passwords", __name__)
TRIES, MAILS, HOUR = 20, 3, timedelta(hours=1)


class ForgottenForm(FlaskForm):
    """Whose password it is."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)], render_kw={"autocomplete": "username"}
    )


class NewPasswordForm(FlaskForm):
    """The new one."""

    password = PasswordField(
        _l("New password"), [InputRequired(_l("Enter a password.")), Length(max=500)], render_kw={"autocomplete": "new-password"}
    )


@bp.route("/password/forgot", methods=["GET", "POST"])
def forgot() -> Response:
    """A mail with the way to a new one; the page says the same whether or not there is an account."""
    form = ForgottenForm()
    if not form.validate_on_submit() or not mail_works():
        text = render_template("passwords/forgot.html", form=form, mail=mail_works(), contact=context.setting("HUB_CONTACT"))
        return private(text, 422 if form.is_submitted() and form.errors else 200)
    session, address = context.session(), (form.email.data or "").strip().lower()
    allowed = throttling.allow(session, f"forgot {throttling.origin(request.remote_addr or '')}", most=TRIES, per=HOUR)
    if throttling.allow(session, f"forgot {address}", most=MAILS, per=HOUR) and allowed:
        registering.ask_reset(session, address, link=lambda token: absolute(url_for("passwords.reset", token=token)))
    session.commit()
    return private(render_template("passwords/sent.html", email=address), 200)


@bp.route("/password/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Response:
    """The new password, by the link of the mail; every session ends."""
    form = NewPasswordForm()
    if not form.validate_on_submit():
        text = render_template("passwords/reset.html", form=form, token=token, shortest=joining.SHORTEST)
        return private(text, 422 if form.is_submitted() else 200)
    session = context.session()
    try:
        person = registering.reset(session, token, form.password.data or "", site=site_name())
    except registering.Refused as error:
        session.rollback()
        form.password.errors = [password_problem(error.why)]
        return private(render_template("passwords/reset.html", form=form, token=token, shortest=joining.SHORTEST), 422)
    if person is None:
        session.rollback()
        return private(render_template("passwords/void.html"), 410)
    session.commit()
    flash(_("Your password is changed. Sign in with it."), "ok")
    return redirect(url_for("accounts.sign_in"), 303)
