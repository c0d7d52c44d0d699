"""Forms of a source: its settings, with the options that its kind declares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from hub.services import altering, sourcing
from hub.services.altering import Settings
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

PREFIX = "option_"
VALUE_MOST = 10_000  # characters of an option
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class NumberField(StringField):
    """A number between two bounds; text, so that what was typed comes back when it is no number. Empty is None where that may be."""

    def __init__(self, label: Any, low: float, high: float, *, whole: bool = True, empty: bool = False, **more: Any) -> None:
        self.low, self.high, self.whole, self.empty = low, high, whole, empty
        super().__init__(label, render_kw={"inputmode": "numeric" if whole else "decimal", **PLAIN}, **more)

    @property
    def number(self) -> float | None:
        """What was typed; NaN when it is no such number."""
        text = str(self.data or "").strip().replace(",", ".")
        if not text and self.empty:
            return None
        try:
            value = float(text)
        except ValueError:
            return math.nan
        return value if self.low <= value <= self.high and not (self.whole and value % 1) else math.nan

    def pre_validate(self, form: Any) -> None:
        """Raises ValidationError with a sentence for the person who typed it."""
        value = self.number
        if value is not None and math.isnan(value):
            raise ValidationError(
                _(
                    "%(name)s: enter a number from %(least)s to %(most)s.",
                    name=self.label.text,
                    least=f"{self.low:g}",
                    most=f"{self.high:g}",
                )
            )


class AddressForm(FlaskForm):
    """An address somebody has."""

    address = StringField(_l("Address"), [InputRequired(_l("Enter an address.")), Length(max=2000)], render_kw=PLAIN)


class ScheduleForm(FlaskForm):
    """When a source is harvested by itself."""

    expression = StringField(_l("Schedule"), [Length(max=100)], render_kw=PLAIN)
    timezone = StringField(_l("Time zone"), [InputRequired(_l("Enter a time zone.")), Length(max=64)], render_kw={"list": "zones", **PLAIN})


def check_name(form: Any, field: Field) -> None:
    """Refuse what cannot be a name, or is one already."""
    if not sourcing.NAME.fullmatch(field.data) or field.data in sourcing.RESERVED:
        raise ValidationError(_("Use up to 63 lower-case letters, digits, - and _, beginning with a letter or a digit."))


def check_url(form: Any, field: Field) -> None:
    """Refuse what is no web address."""
    try:
        sourcing.check_url(field.data)
    except sourcing.BadSource as error:
        raise ValidationError(_("Enter the whole address, such as https://repository.example.org/oai.")) from error


def check_owner(form: Any, field: Field) -> None:
    """Refuse what is no e-mail address."""
    try:
        sourcing.check_owner(field.data)
    except sourcing.BadSource as error:
        raise ValidationError(_("Enter an e-mail address, such as name@example.org.")) from error


class SettingsForm(FlaskForm):
    """What every source has."""

    title = StringField(_l("Title"), [InputRequired(_l("Enter a title.")), Length(max=200)], render_kw=PLAIN)
    url = StringField(_l("Address"), [InputRequired(_l("Enter an address.")), Length(max=2000), check_url], render_kw=PLAIN)
    owner = StringField(_l("Owner’s e-mail address"), [Optional(), Length(max=254), check_owner], render_kw={"inputmode": "email", **PLAIN})
    rank = NumberField(_l("Rank"), 0, altering.RANK_MOST, default="100")
    deadline = NumberField(_l("Minutes that a run may work"), 1, altering.DEADLINE_MOST, empty=True)
    guard_few = NumberField(_l("Records that may vanish unasked"), 0, 1_000_000, default="5")
    guard_share = NumberField(_l("Per cent of the records that may vanish unasked"), 0, 100, whole=False, default="10")
    seen = HiddenField()


class NewSourceForm(SettingsForm):
    """A new source has a name too."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=63), check_name], render_kw=PLAIN)


def form_for(base: type[SettingsForm], kind: str, *, kept: frozenset[str] = frozenset()) -> type[SettingsForm]:
    """The form with the options of a kind. `kept`: secrets that there are already, so that they may be left empty."""
    fields = {f"{PREFIX}{option.name}": field_of(option, kept=option.name in kept) for option in sourcing.kinds()[kind].options}
    return type(base.__name__, (base,), fields)


def field_of(option: Any, *, kept: bool) -> Field:
    """How one option is asked. Its words come from its kind."""
    label = _l(option.label)
    rules = [InputRequired(_l("%(field)s is needed.", field=label)) if option.required and not kept else Optional(), Length(max=VALUE_MOST)]
    if option.form == "yes-no":
        return BooleanField(label, default=option.default == "yes")
    if option.form == "choice":
        choices = [SelectChoice(choice, choice or _l("None")) for choice in option.choices]
        return SelectField(label, choices=choices, default=option.default)
    if option.form == "secret":
        return PasswordField(label, rules, render_kw={"autocomplete": "new-password"})
    if option.form == "lines":
        return TextAreaField(label, rules, default=option.default, render_kw={"rows": 4, **PLAIN})
    mode = {"inputmode": "numeric"} if option.form == "number" else {}
    return StringField(label, rules, default=option.default, render_kw={**mode, **PLAIN})


def filled(settings: Settings) -> dict[str, Any]:
    """Settings as the values that a form begins with: no secrets."""
    values: dict[str, Any] = {
        "title": settings.title, "url": settings.url, "owner": settings.owner or "", "rank": str(settings.rank),
        "deadline": str(settings.deadline or ""), "guard_few": str(settings.guard_few), "guard_share": f"{settings.guard_share * 100:g}",
    }  # fmt: skip
    for option in sourcing.kinds()[settings.kind].options if settings.kind in sourcing.kinds() else ():
        value = settings.options.get(option.name, option.default if option.form == "yes-no" else "")
        if option.form != "secret":
            values[f"{PREFIX}{option.name}"] = value == "yes" if option.form == "yes-no" else value
    return values


def settings_of(form: Any, kind: str) -> Settings:
    """What a valid form says. A value that is the kind's own default is left out."""
    return Settings(
        title=form.title.data.strip(),
        kind=kind,
        url=form.url.data.strip(),
        options=options_of(form, kind),
        rank=int(form.rank.number),
        owner=(form.owner.data or "").strip() or None,
        deadline=int(form.deadline.number) if form.deadline.number is not None else None,
        guard_few=int(form.guard_few.number),
        guard_share=form.guard_share.number / 100,
    )


def options_of(form: Any, kind: str) -> Mapping[str, str]:
    """name -> value of the options that say something."""
    found: dict[str, str] = {}
    for option in sourcing.kinds()[kind].options:
        data = form[f"{PREFIX}{option.name}"].data
        value = ("yes" if data else "no") if option.form == "yes-no" else (data or "").replace("\r\n", "\n").strip()
        if value and value != (option.default or ("no" if option.form == "yes-no" else "")):
            found[option.name] = value
    return found


def hints(kind: str) -> Mapping[str, str]:
    """Field -> what its kind says of it."""
    return {f"{PREFIX}{option.name}": _(option.help) for option in sourcing.kinds()[kind].options if option.help}


def blame(form: Any, error: sourcing.BadSource) -> None:
    """Show what a service refused at the field that it is about."""
    name = PREFIX + error.field.partition(":")[2] if error.field.startswith("option:") else error.field
    form[name if name in form else "url"].errors = [str(error)]
