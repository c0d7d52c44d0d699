"""The fields of a resource as a form: one that corrects it, and one that adds another."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from hub.services import curating
from hub.web.facts import FIELDS
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.wording import level_name, type_name

MOST = 200_000  # characters of a field
GROUPS = (
    (_l("What it is"), ("title", "alternative_titles", "summary", "description", "url", "resource_type", "image")),
    (_l("Who made it"), ("agents", "provider", "institution", "code")),
    (_l("For whom"), ("languages", "subtitle_languages", "levels", "audience", "prerequisites", "teaches")),
    (_l("What it is about"), ("keywords", "subjects")),
    (_l("Licence and price"), ("licence", "rights", "free", "certificate", "credits")),
    (_l("Time"), ("duration", "workload_min", "workload_max", "content_created", "content_published", "content_modified")),
)
LINES = _l("One a line.")
DAY = _l("Such as 2026-11-23.")
HINTS = {
    "alternative_titles": LINES,
    "summary": _l("Plain text, a few sentences."),
    "description": _l("Plain text, or simple HTML: paragraphs, lists, links. Anything else is taken out."),
    "url": _l("Where a learner goes: the whole address, with https://."),
    "image": _l("The whole address of a picture."),
    "agents": _l("One a line: name, or name | role | address. Roles: creator, instructor, contributor, publisher, provider."),
    "languages": _l("One a line: a tag such as en or zh-Hans, or the English name."),
    "subtitle_languages": _l("One a line: a tag such as en or zh-Hans, or the English name."),
    "audience": LINES,
    "prerequisites": LINES,
    "teaches": LINES,
    "keywords": LINES,
    "subjects": LINES,
    "licence": _l("The SPDX identifier, such as CC-BY-4.0, or the address of the licence, or “all rights reserved”."),
    "rights": _l("What is written about rights, in its own words."),
    "credits": _l("ECTS."),
    "duration": _l("Such as 12 weeks, 90 minutes or P12W."),
    "content_created": DAY,
    "content_published": DAY,
    "content_modified": DAY,
}
SEVERAL_ROWS = {"description": 12, "summary": 4, "rights": 3}


class Understood:
    """What is typed can be read as a value of the field."""

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Raises ValidationError with the reason."""
        try:
            curating.parse(field.name, typed(field))
        except curating.BadValue as error:
            raise ValidationError(reason(error)) from error


def typed(field: Field) -> str:
    """What a field holds, as text: several choices one a line."""
    return "\n".join(field.data or ()) if isinstance(field, SelectMultipleField) else field.data or ""


def made(name: str) -> Any:
    """The form field of this name."""
    look, _choices = curating.look(name)
    label, checks, looks = FIELDS[name], [Understood()], {"maxlength": MOST, "autocomplete": "off"}
    if look in ("choice", "truth"):
        return SelectField(label, checks, choices=[], validate_choice=False)
    if look == "choices":
        return SelectMultipleField(
            label, checks, choices=[], validate_choice=False, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
        )
    if look == "line":
        return StringField(label, checks, render_kw=looks)
    return TextAreaField(label, checks, render_kw={**looks, "rows": SEVERAL_ROWS.get(name, 3)})


class FieldsForm(FlaskForm):
    """Every field that can be corrected, and why it is."""

    note = StringField(_l("Why"), render_kw={"maxlength": 500, "autocomplete": "off"})


for _name in curating.FIELDS:
    setattr(FieldsForm, _name, made(_name))


def form(texts: dict[str, str] | None = None) -> FieldsForm:
    """The form, with what stands there or what was sent, its choices in the visitor's language."""
    shown = {name: text.split("\n") if curating.look(name)[0] == "choices" else text for name, text in (texts or {}).items()}
    found = FieldsForm(data=shown)
    found.resource_type.choices = [("", _("Not known")), *((code, type_name(code)) for code in curating.look("resource_type")[1])]
    found.free.choices = found.certificate.choices = [("", _("Not known")), ("yes", _("Yes")), ("no", _("No"))]
    found.levels.choices = [(code, level_name(code)) for code in curating.look("levels")[1]]
    return found


def texts_of(form: FieldsForm) -> dict[str, str]:
    """field -> what was typed."""
    return {name: typed(form[name]) for name in curating.FIELDS}


def reason(error: curating.BadValue) -> str:
    """Why a value was refused, and what to do."""
    return {
        "empty": _("It must not be empty."),
        "long": _("It is too long."),
        "address": _("“%(part)s” is not a web address: write it whole, such as https://example.org/course.", part=error.part),
        "language": _("“%(part)s” is no language that we know: write a tag such as en or zh-Hans, or its English name.", part=error.part),
        "licence": _("“%(part)s” is no licence that we know: write its SPDX identifier, or its address.", part=error.part),
        "choice": _("“%(part)s” is not one of the choices.", part=error.part),
        "role": _("“%(part)s” is no role: use creator, instructor, contributor, publisher or provider.", part=error.part),
        "truth": _("Choose yes, no or not known."),
        "number": _("“%(part)s” is not a number that fits here.", part=error.part),
        "duration": _("“%(part)s” is no duration: write it such as 12 weeks, 90 minutes or P12W.", part=error.part),
        "date": _("“%(part)s” is no date: write it such as 2026-11-23.", part=error.part),
    }[error.why]
