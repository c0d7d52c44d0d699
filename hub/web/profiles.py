"""One's own account: name, language, password, address, all of it to take along, its end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from hub.services import corresponding, departing, joining, lodging, registering, surrendering, throttling, tidying
from hub.web import context, entrances
from hub.web.access import signed_in_required
from hub.web.account_pages import ProofForm, absolute, mail_languages, mail_works, me, password_problem, private, proven, site_name
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("profiles", __name__)
EXPORTS, MAILS, DAY, HOUR = 10, 5, timedelta(days=1), timedelta(hours=1)


class ProfileForm(FlaskForm):
    """How the hub calls a person and writes to them."""

    name = StringField(
        _l("Your name"), [InputRequired(_l("Enter your name.")), Length(max=200)], render_kw={"autocomplete": "name", "maxlength": 200}
    )
    language = SelectField(_l("Language of mail"))


class PasswordForm(ProofForm):
    """The new password beside the present one."""

    new = PasswordField(
        _l("New password"), [InputRequired(_l("Enter a password.")), Length(max=500)], render_kw={"autocomplete": "new-password"}
    )


class AddressForm(ProofForm):
    """Another address."""

    email = EmailField(
        _l("New e-mail address"), [InputRequired(_l("Enter your e-mail address.")), Length(max=254)], render_kw={"autocomplete": "email"}
    )


@bp.route("/me", methods=["GET", "POST"])
@signed_in_required
def show() -> Response:
    """The account; name and language can be changed at once."""
    person = me()
    form = ProfileForm(name=person.name, language=person.language or "")
    form.language.choices = mail_languages()
    if not form.validate_on_submit():
        return private(render_template("profiles/show.html", form=form, account=person), 422 if form.is_submitted() else 200)
    name = tidying.one_line(form.name.data, 200)
    if not name:
        form.name.errors = [_("Enter your name.")]
        return private(render_template("profiles/show.html", form=form, account=person), 422)
    person.name, person.language = name, form.language.data or None
    context.session().commit()
    flash(_("Saved."), "ok")
    return redirect("/me", 303)


@bp.route("/me/password", methods=["GET", "POST"])
@signed_in_required
def password() -> Response:
    """A new password; all other sessions end, this one goes on, as long as it would have."""
    person, form, session = me(), PasswordForm(), context.session()
    if not person.password_hash:
        return private(render_template("profiles/no_password.html", mail=mail_works()), 200)
    if not form.validate_on_submit() or proven(person, form, form.password):
        return sheet("password", form)
    try:
        registering.check_password(form.new.data or "", person.email)
    except registering.Refused as error:
        form.new.errors = [password_problem(error.why)]
        return sheet("password", form)
    remember = lodging.is_remembered(session, current_user.token)
    joining.set_password(person, form.new.data or "")
    lodging.end_others(session, person.id, "")
    corresponding.password_changed(session, person.email, person.language, site_name())
    session.commit()
    flash(_("Your password is changed. All other sessions have ended."), "ok")
    return entrances.finish(person, "/me", remember=remember)


@bp.route("/me/email", methods=["GET", "POST"])
@signed_in_required
def email() -> Response:
    """Another address: proven by a mail to it where there is mail."""
    person, form, session = me(), AddressForm(), context.session()
    if not person.password_hash:
        del form.password
    if not form.validate_on_submit() or (person.password_hash and proven(person, form, form.password)):
        return sheet("email", form)
    if not throttling.allow(session, f"address {person.id}", most=MAILS, per=HOUR):
        session.commit()
        form.email.errors = [_("You have asked for this often. Please try again in an hour.")]
        return sheet("email", form, 429)
    try:
        if not mail_works():
            return sheet("email", form, 200)
        registering.ask_address(session, person, form.email.data or "", link=address_link)
    except registering.Refused:
        session.commit()
        form.email.errors = [_("This is no e-mail address.")]
        return sheet("email", form)
    session.commit()
    flash(_("Look into the mail at the new address: your account has it when you have used the link there."), "ok")
    return redirect("/me", 303)


def address_link(token: str) -> str:
    """The page behind the mail's link; without a token, where one signs in."""
    return absolute(url_for("profiles.confirm_email", token=token) if token != "-" else url_for("accounts.sign_in"))  # noqa: S105 - none


@bp.route("/me/email/<token>", methods=["GET", "POST"])
@signed_in_required
def confirm_email(token: str) -> Response:
    """Looking does nothing; the button changes the address. The link proves the address, the session whose account it becomes: else
    somebody could have a stranger prove the stranger's address for them."""
    person, session = me(), context.session()
    if request.method != "POST":
        return private(render_template("profiles/confirm_email.html", account=person), 200)
    if registering.change_address(session, person, token, site=site_name()) is None:
        session.rollback()
        return private(render_template("registrations/void.html"), 410)
    session.commit()
    flash(_("Your account has the new address."), "ok")
    return redirect("/me", 303)


@bp.post("/me/export")
@signed_in_required
def export() -> Response:
    """Everything of one's own, as a JSON file that is written while it is sent."""
    session, person_id = context.session(), int(current_user.id)
    allowed = throttling.allow(session, f"export {person_id}", most=EXPORTS, per=DAY)
    session.commit()
    if not allowed:
        flash(_("You have taken it along often today. Please try again tomorrow."), "warn")
        return redirect("/me", 303)

    def parts(session: Any) -> Iterator[str]:
        yield "{"
        for place, (name, rows) in enumerate(surrendering.everything(session, person_id)):
            yield ("," if place else "") + f"\n{json.dumps(name)}: ["
            for number, row in enumerate(rows):
                yield (",\n " if number else "\n ") + json.dumps(row, ensure_ascii=False)
            yield "]"
        yield "\n}\n"

    response = context.streamed(parts, "application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="my-account.json"'
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/me/delete", methods=["GET", "POST"])
@signed_in_required
def delete() -> Response:
    """Look again, then end the account."""
    person, form, session = me(), ProofForm(), context.session()
    if not person.password_hash:
        del form.password
    needed = departing.needed(session, person)
    if needed or not form.validate_on_submit() or (person.password_hash and proven(person, form, form.password)):
        text = render_template("profiles/delete.html", form=form, needed=needed)
        return private(text, 422 if form.is_submitted() else 200)
    address, language = person.email, person.language
    departing.depart(session, person)
    corresponding.farewell(session, address, language, site_name())
    session.commit()
    entrances.leave()
    flash(_("Your account is deleted."), "ok")
    return redirect("/", 303)


def sheet(which: str, form: FlaskForm, status: int = 0) -> Response:
    """A page with a form."""
    text = render_template(f"profiles/{which}.html", form=form, mail=mail_works(), shortest=joining.SHORTEST, account=me())
    return private(text, status or (422 if form.is_submitted() else 200))
