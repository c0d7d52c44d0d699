"""What the pages of accounts have in common: nobody keeps them, links in mails are whole, passwords are asked again."""

from __future__ import annotations

from typing import Any

from flask import make_response, request
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from hub.services import joining
from hub.web import context
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext


def private(text: str, status: int) -> Response:
    """A page that no cache and no other site hears of."""
    response = make_response(text, status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def absolute(path: str) -> str:
    """A path as a mail has it."""
    return (context.site_address() or request.host_url.rstrip("/")) + path


def mail_works() -> bool:
    """Does the hub send mail, with links to itself? Where no setting says where it is, whoever asks for a mail could name another place,
    and that place would get the token of the link."""
    return bool(context.setting("HUB_SMTP_URL") and (context.site_address() or context.setting("HUB_ALLOWED_HOSTS")))


def mail_languages() -> list[tuple[str, str]]:
    """In which languages the hub writes."""
    return [("", _("English and Chinese")), ("en", "English"), ("zh-Hans", "简体中文")]


def site_name() -> str:
    """How the hub calls itself in a mail."""
    return str(context.setting("SITE_NAME") or absolute(""))


def me() -> Any:
    """The account of who is signed in."""
    return joining.get(context.session(), current_user.id)


def password_problem(why: str) -> str:
    """Why a new password was refused, and what to do."""
    if why == "short":
        return ngettext("A password needs %(num)s character or more.", "A password needs %(num)s characters or more.", joining.SHORTEST)
    return _("This password is among the first that others would try. Take a few words that do not belong together.")


class ProofForm(FlaskForm):
    """The present password, before something that matters."""

    password = PasswordField(
        _l("Your password"), [InputRequired(_l("Enter your password.")), Length(max=500)], render_kw={"autocomplete": "current-password"}
    )


def proven(person: Any, form: Any, field: Any) -> Response | str | None:
    """None when the password is right, or when the account has none (it signs in elsewhere alone); else what is wrong. Guessing gets slow
    as it does when signing in."""
    if not person.password_hash:
        return None
    try:
        known = joining.sign_in(context.session(), person.email, field.data or "", address=request.remote_addr or "")
    except joining.TooManyTries as error:
        field.errors = [ngettext("Too many tries. Please wait %(num)s second.", "Too many tries. Please wait %(num)s seconds.", error.wait)]
        return "slow"
    if known is None:
        field.errors = [_("The password is wrong.")]
        return "wrong"
    return None
