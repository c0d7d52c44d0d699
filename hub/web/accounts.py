"""Signing in and out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, render_template, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from hub.services import acting, joining
from hub.web import context, security
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext

bp = Blueprint("accounts", __name__)


class Manager(LoginManager):
    """Flask-Login without its "remember me" cookie: so it need not look at the session of every answer, static files among them."""

    def _update_remember_cookie(self, response: Response) -> Response:
        return response


manager = Manager()


class Visitor(UserMixin):
    """Who is signed in, as pages see them. The session key is part of the id: a new key ends every session."""

    def __init__(self, person: Any, viewer: Any) -> None:
        self.person_id, self.key, self.name, self.is_admin = person.id, person.session_key, person.name, person.is_admin
        self.viewer, self.is_curator = viewer, viewer.is_curator

    @property
    def id(self) -> int:
        """The account's number."""
        return int(self.person_id)

    def get_id(self) -> str:
        """What the session cookie keeps."""
        return f"{self.person_id}:{self.key}"


@manager.user_loader
def load(kept: str) -> Visitor | None:
    """The visitor of a session; None when the account or its key is no more."""
    number, _, key = kept.partition(":")
    person = joining.get(context.session(), int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None
    if person is None or person.session_key != key or person.disabled_at is not None:
        return None
    return Visitor(person, acting.viewer(context.session(), person))


class SignInForm(FlaskForm):
    """An account's address and password."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)], render_kw={"autocomplete": "username"}
    )
    password = PasswordField(
        _l("Password"), [InputRequired(_l("Enter your password.")), Length(max=500)], render_kw={"autocomplete": "current-password"}
    )
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
    cookie.clear()  # nothing of the visitor's old session lives on in the new one
    login_user(Visitor(person, acting.viewer(context.session(), person)))
    return redirect(security.own_path(form.next.data), 303)


@bp.post("/logout")
def sign_out() -> Response:
    """End this session."""
    logout_user()
    cookie.clear()
    flash(_("You are signed out."), "ok")
    return redirect("/", 303)


def page(form: SignInForm, status: int, *, refused: str = "") -> Response:
    """The form with what was typed, except the password."""
    response = make_response(render_template("accounts/sign_in.html", form=form, refused=refused), status)
    response.headers["Cache-Control"] = "no-store"
    return response
