"""The forms of shelves."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hub.services import shelving, tidying
from hub.services.shelving import Wanted
from hub.web import context
from hub.web.houses import institution_name, visibility_name
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

TITLE_MOST, ABOUT_MOST = 200, 4_000
TOO_LONG = _l("This is too long.")
OWN = ("private", "public")  # who sees what is nobody's but one's own


def one_line(text: str | None) -> str:
    """What was typed, on one line, without what cannot be seen."""
    return tidying.one_line(text or "", TITLE_MOST + 1)


class ShelfForm(FlaskForm):
    """What a shelf is called, for whom, and who sees it."""

    title = StringField(
        _l("Title"),
        [InputRequired(_l("Enter a title.")), Length(max=TITLE_MOST, message=TOO_LONG)],
        filters=[one_line],
        render_kw={"maxlength": TITLE_MOST, "autocomplete": "off"},
    )
    about = TextAreaField(_l("About"), [Length(max=ABOUT_MOST, message=TOO_LONG)], render_kw={"rows": 4, "maxlength": ABOUT_MOST})
    kind = SelectField(_l("Kind"))
    house = SelectField(_l("For whom"))
    visibility = SelectField(_l("Who sees it"))
    version = HiddenField()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        seats = [seat for seat in context.viewer().seats if seat.may("teacher")]
        self.kind.choices = [("shelf", _("Shelf")), ("path", _("Learning path: to be followed in this order"))]
        self.house.choices = [("", _("For myself")), *((seat.slug, institution_name(seat)) for seat in seats)]
        self.visibility.choices = [(one, visibility_name(one)) for one in ("private", "institution", "partners", "public")]

    def validate(self, extra_validators: Any = None) -> bool:
        """A shelf of one's own is seen by oneself or by everybody: there is no institution whose people could see it."""
        sound = bool(super().validate(extra_validators))
        if not self.title.data and not self.title.errors:
            self.title.errors, sound = (_("Enter a title."),), False
        if sound and not self.house.data and self.visibility.data not in OWN:
            self.visibility.errors = (_("Choose an institution above, or “Only me” or “Everybody”."),)
            return False
        return sound

    def wanted(self, *, kept: int | None = None) -> Wanted:
        """What was chosen; `kept` is the institution of a shelf whose maker does not belong there any more."""
        seat = next((seat for seat in context.viewer().seats if seat.slug == self.house.data), None)
        return Wanted(
            title=self.title.data or "",
            about=(self.about.data or "").strip(),
            kind=self.kind.data,
            visibility=self.visibility.data,
            institution_id=seat.institution_id if seat else kept if self.house.data else None,
        )


def form_of(shelf: Any) -> ShelfForm:
    """The form with what stands there, or with what was typed. An institution of which one is no teacher stays a choice."""
    house = shelf.house.slug if shelf.house else ""
    form = ShelfForm(
        title=shelf.title, about=shelf.about, kind=shelf.kind, house=house, visibility=shelf.visibility, version=str(shelf.version)
    )
    if shelf.house and house not in {value for value, _label in form.house.choices}:
        form.house.choices.append((house, institution_name(shelf.house)))
    return form


def new_form() -> ShelfForm:
    """An empty one: for the institution that the visitor acts for, seen there to begin with."""
    seat = context.viewer().seat
    teaches = seat is not None and seat.may("teacher")
    return ShelfForm(kind="shelf", house=seat.slug if teaches and seat else "", visibility="institution" if teaches else "private")


KINDS = shelving.KINDS
