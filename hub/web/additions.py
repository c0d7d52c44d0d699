"""Resources added by hand, and resources that are hidden, for curators."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import adding, curating, hiding, reading
from hub.services.summarising import Summary
from hub.web import context, fields
from hub.web.access import curator_required
from hub.web.messages import gettext as _

bp = Blueprint("additions", __name__)


@bp.get("/admin/resources")
@curator_required
def index() -> str:
    """What curators can do with resources; what was added by hand, what is hidden."""
    session = context.session()
    return render_template("additions/index.html", hidden=hiding.hidden(session), added=adding.latest(session))


@bp.get("/admin/resources/new")
@curator_required
def new() -> Response:
    """An empty form."""
    return page(fields.form(), 200)


@bp.post("/admin/resources/new")
@curator_required
def add() -> Response:
    """Add the resource; first show what is perhaps the same, once."""
    form = fields.form()
    if not form.validate_on_submit():
        return page(form, 422)
    texts = fields.texts_of(form)
    like = adding.like(context.session(), texts)
    if like and request.form.get("known") != known(like):
        return page(form, 422, like=like)
    resource_id, own = adding.add(context.session(), context.actor(), texts)
    context.session().commit()
    facts = reading.facts(context.session(), resource_id)
    if own:
        flash(_("The resource was added. Search has it within seconds."), "ok")
    else:
        flash(_("The same course was here already: what you typed joined its page."), "ok")
    return redirect(url_for("resources.show", name=facts.public_id), 303)


@bp.post("/resources/<public_id>/withdraw")
@curator_required
def withdraw(public_id: str) -> Response:
    """Take back what was added by hand."""
    resource_id = curating.find(context.session(), public_id) or 0
    done = adding.take_back(context.session(), context.actor(), resource_id)
    context.session().commit()
    flash(_("What was added by hand was withdrawn. Its history brings it back.") if done else _("Nothing here was added by hand."), "ok")
    return redirect(url_for("histories.show", public_id=public_id) if done else url_for("additions.index"), 303)


def page(form: fields.FieldsForm, status: int, *, like: tuple[Summary, ...] = ()) -> Response:
    """The form, with what is perhaps the same."""
    text = render_template(
        "additions/new.html", form=form, groups=fields.GROUPS, hints=fields.HINTS, like=like, known=known(like) if like else ""
    )
    return make_response(text, status)


def known(like: tuple[Summary, ...]) -> str:
    """Which likenesses a person has seen."""
    return " ".join(one.public_id for one in like)
