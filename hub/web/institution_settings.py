"""An institution's settings, for its admins and those of the hub: facts, names in the catalogue, picture."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import founding, governing, permitting, picturing
from hub.web import context
from hub.web.access import refuse, signed_in_required
from hub.web.institution_forms import SettingsForm, facts
from hub.web.messages import gettext as _
from hub.web.messages import ngettext

bp = Blueprint("institution_settings", __name__, url_prefix="/institutions/<slug>/settings")


@bp.get("")
@signed_in_required
def edit(slug: str) -> Response:
    """The settings as they are."""
    institution = managed(slug)
    return page(institution, SettingsForm(obj=institution), 200)


@bp.post("")
@signed_in_required
def save(slug: str) -> Response:
    """Change them; a form that is older than they are shows both."""
    institution, form, session = managed(slug), SettingsForm(), context.session()
    if not form.validate_on_submit():
        return page(institution, form, 422)
    try:
        changed = governing.save(session, context.viewer(), institution, facts(form), version=form.version.data)
    except permitting.NotAllowed:
        refuse(seen=True)
    except governing.Stale as stale:
        session.rollback()
        session.refresh(institution)
        form.version.raw_data = [str(institution.version)]  # the field shows what came in
        return page(institution, form, 422, conflicts=stale.fields)
    except governing.Vouched:
        form.name.errors = [_("The institution is verified under this name and kind. Ask an admin of the hub to change them.")]
        return page(institution, form, 422)
    except founding.NameTaken as taken:
        form.name.errors = [_("There is an institution of this name: %(name)s.", name=taken.name)]
        return page(institution, form, 422)
    except founding.BadFact as error:
        form[error.field].errors = [_("This cannot be kept: %(reason)s", reason=str(error))]
        return page(institution, form, 422)
    session.commit()
    flash(
        ngettext("%(num)s setting was changed.", "%(num)s settings were changed.", changed) if changed else _("Nothing was changed."), "ok"
    )
    return back(slug)


@bp.post("/names")
@signed_in_required
def claim(slug: str) -> Response:
    """One more name under which the catalogue knows it, or one less."""
    institution, session, who = managed(slug), context.session(), context.viewer()
    typed = request.form.get("catalogue_name", "")[:1_000]
    number = request.form.get("drop", "")
    try:
        if number.isascii() and number.isdigit() and len(number) < 10:
            if governing.release(session, who, institution, int(number)):
                session.commit()
                flash(_("The name is free again."), "ok")
            return back(slug, "names")
        governing.claim(session, who, institution, typed)
    except permitting.NotAllowed:
        refuse(seen=True)
    except (founding.BadFact, governing.NotVerified, governing.NotItsName, governing.Taken) as error:
        session.rollback()
        return page(institution, filled(institution), 422, wrong={"catalogue_name": name_error(error)}, typed=typed)
    session.commit()
    flash(_("What the catalogue has under this name is the institution’s own now."), "ok")
    return back(slug, "names")


def name_error(error: Exception) -> str:
    """Why a name of the catalogue is not theirs to take."""
    if isinstance(error, governing.NotVerified):
        return _("A name says that you have made what stands under it. Only a verified institution may say so.")
    if isinstance(error, governing.NotItsName):
        return _("This name is not like your own. Ask an admin of the hub to enter it.")
    if isinstance(error, governing.Taken):
        return _("This name belongs to %(name)s.", name=error.name)
    return _("Enter a name; an institution has %(most)s of them at most.", most=governing.NAMES_MOST)


@bp.post("/logo")
@signed_in_required
def logo(slug: str) -> Response:
    """Another picture, or none."""
    institution, session, who = managed(slug), context.session(), context.viewer()
    try:
        if request.form.get("do") == "remove":
            picturing.drop(session, who, institution)
            said = _("The picture was removed.")
        else:
            given = request.files.get("logo")
            picturing.put(session, who, institution, given.stream.read(picturing.MOST + 1) if given else b"")
            said = _("The picture was changed.")
    except permitting.NotAllowed:
        refuse(seen=True)
    except picturing.BadPicture as error:
        session.rollback()
        return page(institution, filled(institution), 422, wrong={"logo": picture_error(error.why)})
    session.commit()
    flash(said, "ok")
    return back(slug, "picture")


def picture_error(why: str) -> str:
    """What is wrong with a picture."""
    return {
        "empty": _("Choose a file."),
        "large": _("The file is too large: %(most)s KB at most.", most=picturing.MOST // 1_000),
        "kind": _("This is no PNG, JPEG or WebP picture, whatever its name says."),
        "damaged": _("The file is damaged: its size in pixels cannot be read."),
        "pixels": _("The picture is too large: %(most)s pixels a side at most.", most=picturing.SIDE),
    }[why]


def filled(institution: Any) -> SettingsForm:
    """The form with what stands there, whatever another form of the page has sent."""
    return SettingsForm(formdata=None, obj=institution)


def page(
    institution: Any,
    form: SettingsForm,
    status: int,
    *,
    conflicts: tuple[str, ...] = (),
    wrong: dict[str, str] | None = None,
    typed: str = "",
) -> Response:
    """The settings page; `wrong`: what is wrong with a field of the smaller forms."""
    session, who = context.session(), context.viewer()
    text = render_template(
        "institution_settings/edit.html",
        institution=institution,
        form=form,
        known=governing.known(session, institution.id),
        suggested=governing.suggested(session, context.index(), institution),
        logo=picturing.of(session, institution.slug),
        conflicts=conflicts,
        now_there=founding.facts_of(institution),
        wrong=wrong or {},
        typed=typed,
        who=who,
        may_claim=who.is_admin or institution.verified_at is not None,
    )
    return make_response(text, status)


def managed(slug: str) -> Any:
    """The institution, when this visitor looks after it; else the page that says no."""
    institution = permitting.find(context.session(), slug) or abort(404)
    try:
        permitting.need_manager(context.viewer(), institution)
    except permitting.NotAllowed:
        refuse(seen=True)
    return institution


def back(slug: str, anchor: str | None = None) -> Response:
    """To the settings."""
    return redirect(url_for("institution_settings.edit", slug=slug, _anchor=anchor), 303)
