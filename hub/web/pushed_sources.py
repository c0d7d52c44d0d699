"""Sources into which programs send records, for admins: made, seen with what came last, and how to send."""

from __future__ import annotations

import json

from flask import Blueprint, flash, make_response, render_template
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from hub.services import pushing, sourcing
from hub.web import context
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.source_forms import PLAIN, check_name

bp = Blueprint("pushed_sources", __name__, url_prefix="/admin/pushed")
RECORD = {"identifier": "course-1", "title": "Selling abroad", "url": "https://lms.example.org/course-1", "languages": ["en"]}


class PushedForm(FlaskForm):
    """What such a source has: nothing is asked of anybody, so there is no address."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=63), check_name], render_kw=PLAIN)
    title = StringField(_l("Title"), [InputRequired(_l("Enter a title.")), Length(max=200)], render_kw=PLAIN)


@bp.get("")
@admin_required
def index() -> Response:
    """All of them, and the form for another one."""
    return page(PushedForm(), 200)


@bp.post("")
@admin_required
def create() -> Response:
    """Make one."""
    form = PushedForm()
    if not form.validate_on_submit():
        return page(form, 422)
    title = " ".join(str(form.title.data).split())
    try:
        made = pushing.make(context.session(), context.actor(), str(form.name.data), title=title)
    except sourcing.BadSource:
        form.name.errors = [_("There is a source of this name already: choose another name.")]
        return page(form, 422)
    context.session().commit()
    flash(_("Programs can send records into %(source)s now.", source=made.title), "ok")
    return redirect("/admin/pushed", 303)


def page(form: PushedForm, status: int) -> Response:
    """The list with how records are sent, as a command."""
    rows = pushing.listed(context.session())
    name = rows[0].name if rows else "NAME"
    return make_response(render_template("pushed_sources/index.html", rows=rows, form=form, name=name, sent=json.dumps([RECORD])), status)
