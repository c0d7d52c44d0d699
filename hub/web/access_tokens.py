"""One's access tokens: made, shown once, taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, render_template
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import AnyOf, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from hub.services import auditing, tokening
from hub.web import context
from hub.web.access import demand_second_factor, signed_in_required
from hub.web.account_pages import me, private
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("access_tokens", __name__)
DAYS = {"30": _l("30 days"), "90": _l("90 days"), "365": _l("A year"), "never": _l("Until I take it back")}
SCOPES = {
    "read": _l("Read what you see"),
    "bookmarks": _l("Bookmarks: read and change"),
    "tags": _l("Tags: put on and take off"),
    "shelves": _l("Shelves: read and change"),
    "reviews": _l("Reviews: write and take back"),
    "adoptions": _l("Adoptions: record and change"),
    "records": _l("Records: push into sources (admins)"),
    "admin": _l("Sources and runs (admins)"),
}
FOR_ADMINS = ("records", "admin")


class TokenForm(FlaskForm):
    """What a token is for, what it may do, how long."""

    name = StringField(
        _l("Name"),
        [InputRequired(_l("Enter a name.")), Length(max=tokening.NAME_MOST, message=_l("Please write at most %(max)d characters."))],
        render_kw={"maxlength": tokening.NAME_MOST, "autocomplete": "off"},
    )
    scopes = SelectMultipleField(
        _l("What it may do"), [InputRequired(_l("Choose something."))], widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    days = SelectField(_l("Ends after"), [AnyOf(tuple(DAYS), message=_l("Choose one of these."))], validate_choice=False)


def token_form() -> TokenForm:
    """The form with the scopes that this person may give."""
    form = TokenForm(scopes=["read"], days="90")
    form.scopes.choices = [(name, text) for name, text in SCOPES.items() if current_user.is_admin or name not in FOR_ADMINS]
    form.days.choices = list(DAYS.items())
    return form


@bp.get("/account/tokens")
@signed_in_required
def index() -> Response:
    """All of one's tokens, and the form for a new one."""
    return sheet(token_form(), 200)


@bp.post("/account/tokens")
@signed_in_required
def create() -> Response:
    """Make one and show it, this once."""
    form = token_form()
    if not form.validate_on_submit():
        return sheet(form, 422)
    scopes = form.scopes.data or []
    if set(scopes) & set(FOR_ADMINS):
        demand_second_factor()
    days = None if form.days.data == "never" else int(form.days.data)
    try:
        kept, text = tokening.issue(context.session(), me(), name=form.name.data or "", scopes=scopes, days=days)
    except tokening.BadToken as error:
        form.name.errors = [
            _("You have %(most)s tokens: take one back first.", most=tokening.MOST) if error.why == "many" else _("Enter a name.")
        ]
        return sheet(form, 422)
    note("token.issued", kept.name, scopes=kept.scopes)
    context.session().commit()
    return sheet(token_form(), 200, text=text, named=kept.name)


@bp.post("/account/tokens/<int:token_id>/revoke")
@signed_in_required
def revoke(token_id: int) -> Response:
    """Take one back: it works no longer."""
    found = next((one for one in tokening.all_of(context.session(), current_user.id) if one.id == token_id), None)
    if found is None or not tokening.revoke(context.session(), current_user.id, token_id):
        abort(404)
    note("token.revoked", found.name)
    context.session().commit()
    flash(_("The token works no longer."), "ok")
    return redirect("/account/tokens", 303)


def note(action: str, name: str, **after: Any) -> None:
    """Leave it in the audit log: whoever looks for how somebody got in finds it there."""
    subject = auditing.Subject("person", current_user.id, current_user.name)
    auditing.record(context.session(), context.actor(), action, subject, after={"token": name, **after})


def sheet(form: TokenForm, status: int, *, text: str = "", named: str = "") -> Response:
    """The page."""
    tokens = tokening.all_of(context.session(), current_user.id)
    return private(
        render_template(
            "access_tokens/index.html", form=form, tokens=tokens, text=text, named=named, scopes=SCOPES, clock=tokening.moment()
        ),
        status,
    )
