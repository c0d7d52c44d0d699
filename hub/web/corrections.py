"""Corrections, for curators: a resource's edit page, and the queue of what the sources say otherwise by now."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import assigning, curating, editing, labelling, reviewing, suggesting
from hub.services.editing import EditPage
from hub.web import context, fields
from hub.web.access import curator_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _
from hub.web.messages import ngettext

bp = Blueprint("corrections", __name__)
TOPIC_VERBS = {"accept": "accepted", "reject": "rejected"}


@bp.get("/resources/<public_id>/edit")
@curator_required
def edit(public_id: str) -> Response:
    """What stands in each field, what the sources say of it, and a form to correct it."""
    found = page_or_404(public_id)
    return page(found, fields.form({field.name: field.text for field in found.fields}), 200)


@bp.post("/resources/<public_id>/edit")
@curator_required
def save(public_id: str) -> Response:
    """Correct what was typed otherwise than shown; release and keep what was chosen so."""
    found = page_or_404(public_id)
    form = fields.form()
    if not form.validate_on_submit():
        return page(found, form, 422)
    chosen = {name: request.form.get(f"lock-{name}", "") for name in curating.FIELDS}
    released = [name for name, choice in chosen.items() if choice == "release"]
    seen = {name: request.form[f"seen-{name}"] for name in curating.FIELDS if f"seen-{name}" in request.form}
    note = " ".join((form.note.data or "").split())[:500]
    session = context.session()
    try:
        changed = editing.save(session, context.actor(), found, fields.texts_of(form), seen, released=released, note=note)
        kept = curating.keep(session, context.actor(), found.id, [name for name, choice in chosen.items() if choice == "keep"])
    except curating.Gone:
        abort(404)
    except editing.Conflict as conflict:
        session.rollback()
        return page(page_or_404(public_id), form, 422, conflicts=conflict.fields)
    session.commit()
    if changed:
        flash(ngettext("%(num)s field was changed. It shows everywhere within seconds.", "%(num)s fields were changed.", changed), "ok")
    elif not kept:
        flash(_("Nothing was changed."), "ok")
    if kept:
        flash(ngettext("%(num)s correction was kept.", "%(num)s corrections were kept.", kept), "ok")
    return redirect(url_for("corrections.edit", public_id=found.public_id), 303)


@bp.post("/resources/<public_id>/topics")
@curator_required
def topics(public_id: str) -> Response:
    """Accept, reject or add a topic."""
    found = page_or_404(public_id)
    scheme, _colon, notation = request.form.get("topic", "")[:120].partition(":")
    concept = assigning.concept_id(context.session(), notation, scheme)
    state = TOPIC_VERBS.get(request.form.get("do", ""))
    if state is None:
        abort(400)
    if concept is None:
        flash(_("There is no such topic."), "warn")
    elif assigning.decide(context.session(), context.actor(), [(found.id, concept)], state):
        context.session().commit()
        flash(_("The topic was added.") if state == "accepted" else _("The topic was removed. No rule will bring it back."), "ok")
    return redirect(url_for("corrections.edit", public_id=found.public_id, _anchor="h-topics"), 303)


@bp.get("/admin/corrections")
@curator_required
def index() -> str:
    """All corrections; those of which the sources say something else by now alone, when asked so."""
    number, disagreeing = page_number(request.args.get("page", "")), request.args.get("show") == "disagreeing"
    listed = reviewing.corrections(context.session(), disagreeing=disagreeing, page=number)
    return render_template(
        "corrections/index.html",
        page=listed,
        disagreeing=disagreeing,
        number=number,
        numbers=pages_around(number, listed.pages),
        address=lambda n: url_for("corrections.index", page=n, show="disagreeing" if disagreeing else None),
    )


@bp.post("/admin/corrections")
@curator_required
def settle() -> Response:
    """Keep a correction though its source says something else, or take what the source says."""
    found = page_or_404(request.form.get("resource", "")[:16])
    field, session = request.form.get("field", ""), context.session()
    if field not in curating.FIELDS:
        abort(400)
    if request.form.get("do") == "release":
        done = curating.change(session, context.actor(), {found.id: {field: curating.RELEASED}})
        said = _("The source's value stands again.")
    else:
        done = curating.keep(session, context.actor(), found.id, [field])
        said = _("The correction was kept.")
    session.commit()
    flash(said if done else _("Somebody has settled that meanwhile."), "ok" if done else "warn")
    back = "disagreeing" if request.form.get("show") == "disagreeing" else None
    return redirect(url_for("corrections.index", show=back), 303)


def page(found: EditPage, form: fields.FieldsForm, status: int, *, conflicts: tuple[str, ...] = ()) -> Response:
    """The edit page."""
    session, vocabulary = context.session(), labelling.vocabulary(context.session(), context.language())
    said = assigning.of_resource(session, found.id)
    return make_response(
        render_template(
            "corrections/edit.html",
            page=found,
            form=form,
            groups=fields.GROUPS,
            hints=fields.HINTS,
            conflicts=conflicts,
            said=said,
            likely=suggesting.by_likeness(session, context.index(), found.id, known={f"{row[0]}:{row[1]}" for row in said}),
            vocabulary={"topic": vocabulary.topics, "platform": vocabulary.platforms},
        ),
        status,
    )


def page_or_404(public_id: str) -> EditPage:
    """The resource, or the page that says there is none."""
    return editing.page(context.session(), public_id.partition("-")[0]) or abort(404)
