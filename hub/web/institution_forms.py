"""The forms of institutions: their facts, and the few fields of smaller steps."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, IntegerField, SelectField, StringField, TextAreaField, URLField
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from hub.services import founding, tidying
from hub.services.founding import Facts
from hub.web.houses import institution_kind, role_name, visibility_name
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

KINDS = ("university", "enterprise", "agency")
ROLES = ("student", "teacher", "curator", "admin")
VISIBILITIES = ("private", "institution", "partners", "public")
TOO_LONG = _l("This is too long.")
CHOOSE = _l("Choose one of the list.")


def of_web(_form: FlaskForm, field: Field) -> None:
    """Raises ValidationError for what is no address of the web."""
    if field.data and field.data.strip() and tidying.web_address(field.data) is None:
        raise ValidationError(_("Write the whole address, beginning with https:// or http://."))


def named(_form: FlaskForm, field: Field) -> None:
    """Raises ValidationError for a name that makes no address."""
    if field.data and not founding.slug_of(tidying.one_line(field.data, founding.NAME)):
        raise ValidationError(_("A name needs letters or digits."))


class FactsForm(FlaskForm):
    """What an institution says of itself."""

    name = StringField(
        _l("Name"), [InputRequired(_l("Enter a name.")), Length(max=founding.NAME, message=TOO_LONG), named],
        render_kw={"maxlength": founding.NAME, "autocomplete": "organization"},
    )  # fmt: skip
    name_zh = StringField(
        _l("Name in Chinese"), [Length(max=founding.NAME, message=TOO_LONG)], render_kw={"maxlength": founding.NAME, "lang": "zh-Hans"}
    )
    kind = SelectField(_l("Kind"), coerce=str, validate_choice=False)
    place = StringField(_l("Place"), [Length(max=founding.PLACE, message=TOO_LONG)], render_kw={"maxlength": founding.PLACE})
    url = URLField(
        _l("Address on the web"),
        [Length(max=tidying.ADDRESS_MOST, message=TOO_LONG), of_web],
        render_kw={"maxlength": tidying.ADDRESS_MOST},
    )
    about = TextAreaField(_l("About"), [Length(max=founding.ABOUT, message=TOO_LONG)], render_kw={"rows": 6, "maxlength": founding.ABOUT})

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [(kind, institution_kind(kind)) for kind in KINDS]

    def validate_kind(self, field: Field) -> None:
        """Raises ValidationError for a kind that there is not."""
        refuse_other(field, KINDS)


class SettingsForm(FactsForm):
    """The same with how people come in, and the version that the form was opened with."""

    joining = SelectField(_l("How people come in"), coerce=str, validate_choice=False)
    domain_role = SelectField(_l("As what people with an address there come in"), coerce=str, validate_choice=False)
    visibility = SelectField(_l("Who sees new things, unless their maker says otherwise"), coerce=str, validate_choice=False)
    version = IntegerField(widget=HiddenInput())

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.joining.choices = [
            ("invited", _("By invitation alone")),
            ("domain", _("By invitation, or with a mail address of the institution")),
        ]
        self.domain_role.choices = [(role, role_name(role)) for role in ROLES[:2]]
        self.visibility.choices = [(visibility, visibility_name(visibility)) for visibility in VISIBILITIES]

    def validate_joining(self, field: Field) -> None:
        """Raises ValidationError for what is no choice."""
        refuse_other(field, ("invited", "domain"))

    def validate_domain_role(self, field: Field) -> None:
        """Raises ValidationError for what is no choice."""
        refuse_other(field, ROLES[:2])

    def validate_visibility(self, field: Field) -> None:
        """Raises ValidationError for what is no choice."""
        refuse_other(field, VISIBILITIES)

    def validate_version(self, field: Field) -> None:
        """Raises ValidationError when the form has lost its version."""
        if not isinstance(field.data, int):
            field.data = 0


def refuse_other(field: Field, allowed: tuple[str, ...]) -> None:
    """Raises ValidationError for a value that is none of these."""
    if field.data not in allowed:
        raise ValidationError(str(CHOOSE))


def facts(form: FactsForm) -> Facts:
    """What was typed."""
    more = {name: form[name].data for name in ("joining", "domain_role", "visibility") if name in form}
    return Facts(
        name=form.name.data or "",
        name_zh=form.name_zh.data or None,
        kind=form.kind.data,
        place=form.place.data or "",
        url=(form.url.data or "").strip() or None,
        about=form.about.data or "",
        **more,
    )


class InviteForm(FlaskForm):
    """Somebody to be asked in."""

    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Enter an e-mail address.")), Length(max=254, message=TOO_LONG)],
        render_kw={"autocomplete": "off", "maxlength": 254},
    )  # fmt: skip
    role = SelectField(_l("Role"), coerce=str, validate_choice=False)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.role.choices = [(role, role_name(role)) for role in ROLES]

    def validate_role(self, field: Field) -> None:
        """Raises ValidationError for a role that there is not."""
        refuse_other(field, ROLES)
