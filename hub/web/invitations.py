"""The page behind the link of an invitation: who asks you in, as what; come in with your account or make one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from hub.services import inviting, joining, permitting, registering, tidying
from hub.web import context
from hub.web.access import signed_in_required
from hub.web.account_pages import password_problem
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("invitations", __name__, url_prefix="/invitations/<token>")


class AccountForm(FlaskForm):
    """A new account for the address that was asked in."""

    name = StringField(
        _l("Your name"), [InputRequired(_l("Enter your name.")), Length(max=200)], render_kw={"autocomplete": "name", "maxlength": 200}
    )
    password = PasswordField(
        _l("Password"),
        [
            InputRequired(_l("Enter a password.")),
            Length(min=joining.SHORTEST, max=500, message=_l("A password needs 10 characters or more.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )


@bp.get("")
def show(token: str) -> Response:
    """Who asks whom in, as what. Nothing happens before a button is pressed."""
    return page(token, AccountForm(formdata=None), 200)


@bp.post("/accept")
@signed_in_required
def accept(token: str) -> Response:
    """Come in with the account that is signed in."""
    session = context.session()
    try:
        institution = inviting.accept(session, context.viewer(), token)
    except inviting.Gone:
        session.rollback()
        return page(token, AccountForm(formdata=None), 200)
    except (inviting.AnotherAddress, permitting.NotAllowed):
        session.rollback()
        return page(token, AccountForm(formdata=None), 403)
    session.commit()
    flash(_("Welcome. You belong to the institution now."), "ok")
    return redirect(url_for("institutions.show", slug=institution.slug), 303)


@bp.post("/register")
def register(token: str) -> Response:
    """Make an account for the address that was asked in; then its owner signs in and comes back."""
    form, session, offer = AccountForm(), context.session(), inviting.offer(context.session(), token)
    if offer is None or current_user.is_authenticated:
        return page(token, form, 200)
    if not form.validate_on_submit():
        return page(token, form, 422)
    name = tidying.one_line(form.name.data, 200)
    try:
        registering.at_once(session, registering.Wanted(email=offer.email, name=name), form.password.data or "")
    except registering.Refused as error:
        session.rollback()
        form.password.errors = [password_problem(error.why)] if error.why in ("short", "guessable") else []
        return page(token, form, 422)
    session.commit()
    flash(_("Your account is made. Sign in with it, then accept the invitation."), "ok")
    return redirect(url_for("accounts.sign_in", next=url_for("invitations.show", token=token)), 303)


def page(token: str, form: AccountForm, status: int) -> Response:
    """The page of an invitation, or of one that is no more (404). Neither search engines nor other sites hear its address."""
    offer: Any = inviting.offer(context.session(), token)
    own = joining.get(context.session(), current_user.id) if current_user.is_authenticated else None
    text = render_template(
        "invitations/show.html",
        offer=offer,
        form=form,
        token=token,
        here=request.path,
        other_address=bool(own and offer and own.email != offer.email),
        own_address=own.email if own else "",
        own_alone=bool(offer and offer.role in inviting.ONE_S_OWN),
    )
    response = make_response(text, status if offer else 404)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
