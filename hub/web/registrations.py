"""Making an account: with a mail that proves the address where there is mail, at once where there is none."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from hub.services import joining, registering, throttling, tidying
from hub.services.registering import Wanted
from hub.web import context, entrances
from hub.web.account_pages import absolute, mail_languages, mail_works, password_problem, private
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("registrations", __name__)
TRIES, HOUR = 20, timedelta(hours=1)  # of one network address
MAILS = 3  # to one mail address


class RegistrationForm(FlaskForm):
    """Who wants an account. Where there is mail, the password is chosen behind its link."""

    name = StringField(
        _l("Your name"), [InputRequired(_l("Enter your name.")), Length(max=200)], render_kw={"autocomplete": "name", "maxlength": 200}
    )
    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)], render_kw={"autocomplete": "email"}
    )
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Enter a password.")), Length(max=500)], render_kw={"autocomplete": "new-password"}
    )
    language = SelectField(_l("Language of mail"))
    next = HiddenField()


class ChosenPasswordForm(FlaskForm):
    """What the owner of the address chooses."""

    password = PasswordField(
        _l("Password"), [InputRequired(_l("Enter a password.")), Length(max=500)], render_kw={"autocomplete": "new-password"}
    )


@bp.route("/register", methods=["GET", "POST"])
def register() -> Response:
    """The form; then a mail, or the account."""
    if current_user.is_authenticated:
        return redirect("/me", 303)
    if context.setting("HUB_REGISTRATION") != "open":
        return private(render_template("registrations/closed.html"), 200 if request.method != "POST" else 403)
    form = RegistrationForm(next=request.args.get("next", ""), language=context.language())
    form.language.choices = mail_languages()
    if mail_works():
        del form.password
    if not form.validate_on_submit():
        return page(form, 422 if form.is_submitted() else 200)
    session, wanted = context.session(), typed(form)
    try:
        registering.check_address(wanted.address)  # what is refused was no try
        if form.password is not None:
            registering.check_password(form.password.data or "", wanted.address)
    except registering.Refused as error:
        return refused(form, error)
    allowed = throttling.allow(session, f"register {throttling.origin(request.remote_addr or '')}", most=TRIES, per=HOUR)
    again = throttling.allow(session, f"register {wanted.address}", most=MAILS, per=HOUR)
    session.commit()
    if not allowed or (again is False and not mail_works()):
        return page(form, 429, refused=_("Too many accounts were asked for from here. Please try again in an hour."))
    try:
        if mail_works():
            if again:
                registering.ask(session, wanted, confirm=link, sign_in=absolute(url_for("accounts.sign_in")))
            session.commit()
            return private(render_template("registrations/sent.html", email=wanted.address), 200)
        person = registering.at_once(session, wanted, form.password.data or "")
        session.commit()
    except registering.Refused as error:
        session.rollback()
        return refused(form, error)
    flash(_("Welcome. Your account is made."), "ok")
    return entrances.enter(person, form.next.data)


def typed(form: RegistrationForm) -> Wanted:
    """What was typed."""
    return Wanted(
        email=form.email.data or "",
        name=tidying.one_line(form.name.data, 200),
        language=form.language.data or None,
    )


def link(token: str) -> str:
    """The page behind the mail's link."""
    return absolute(url_for("registrations.confirm", token=token))


def refused(form: RegistrationForm, error: registering.Refused) -> Response:
    """The form with what is wrong beside the field."""
    if error.why in ("short", "guessable"):
        form.password.errors = [password_problem(error.why)]
    elif error.why == "taken":
        form.email.errors = [_("There is an account with this address. Sign in, or ask an admin for a new password.")]
    else:
        form.email.errors = [_("This is no e-mail address.")]
    return page(form, 422)


@bp.route("/register/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Response:
    """Looking does nothing, for machines look into mails too; the button makes the account, with the password that is chosen here."""
    session, form = context.session(), ChosenPasswordForm()
    email = registering.awaited(session, token)
    if email is None:
        return private(render_template("registrations/void.html"), 410)
    if not form.validate_on_submit():
        return choose(form, email, 422 if form.is_submitted() else 200)
    try:
        person = registering.confirm(session, token, form.password.data or "")
    except registering.Refused as error:
        session.rollback()
        form.password.errors = [password_problem(error.why)]
        return choose(form, email, 422)
    if person is None:
        session.rollback()
        return private(render_template("registrations/void.html"), 410)
    session.commit()
    flash(_("Welcome. Your account is made."), "ok")
    return entrances.enter(person, "/me")


def choose(form: ChosenPasswordForm, email: str, status: int) -> Response:
    """Where the owner of the address chooses a password."""
    return private(render_template("registrations/confirm.html", form=form, email=email, shortest=joining.SHORTEST), status)


def page(form: RegistrationForm, status: int, *, refused: str = "") -> Response:
    """The form with what was typed, except the password."""
    text = render_template("registrations/register.html", form=form, refused=refused, mail=mail_works(), shortest=joining.SHORTEST)
    return private(text, status)
