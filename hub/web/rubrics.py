"""Rubrics and cycles: the hub's for everybody to read, an institution's own for its curators to make."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from hub.services import cycling, evaluating, scoring, standardising
from hub.services.evaluating import House
from hub.services.scoring import Measure
from hub.web import access, context, rubric_forms
from hub.web.access import signed_in_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("rubrics", __name__)


class CycleForm(FlaskForm):
    """A cycle."""

    name = StringField(
        _l("Name"),
        [
            InputRequired(_l("Give the cycle a name.")),
            Length(max=cycling.NAME_MOST, message=_l("That is too long: at most %(max)d characters.")),
        ],
        render_kw={"autocomplete": "off"},
    )
    first = DateField(_l("First day"), [InputRequired(_l("Enter the first day."))])
    last = DateField(_l("Last day"), [InputRequired(_l("Enter the last day."))])


@bp.get("/rubrics")
def default() -> str:
    """What the criteria of the hub mean."""
    return render_template("rubrics/default.html", measure=scoring.default(context.session()))


@bp.get("/institutions/<slug>/rubric")
def show(slug: str) -> str:
    """The rubric by which an institution's teachers review, and its editions."""
    house, session = house_or_404(slug), context.session()
    return render_template(
        "rubrics/show.html",
        house=house,
        measure=scoring.in_force(session, house.id),
        editions=scoring.editions(session, house.id),
        newest=standardising.newest(session, house.id),
        may_edit=context.viewer().may(house.id, "curator"),
    )


@bp.route("/institutions/<slug>/rubric/edit", methods=["GET", "POST"])
@signed_in_required
def edit(slug: str) -> Response:
    """Make the institution's own rubric: nothing is kept before it is saved."""
    house, session, who = curated_or_refused(slug), context.session(), context.viewer()
    if request.method != "POST":
        return page(house, rubric_forms.of(scoring.in_force(session, house.id)))
    typed, verb = rubric_forms.read(request.form), request.form.get("do", "")
    if (arranged := rubric_forms.arranged(typed, verb)) is not None:
        return page(house, arranged)
    if verb not in ("save", "preview"):
        abort(400)
    try:
        criteria = rubric_forms.criteria(typed)
        if verb == "preview":
            return page(house, typed, preview=criteria)
        standardising.save(session, who, house.id, dict(typed.names), typed.source, criteria, seen_edition())
    except standardising.BadRubric as error:
        return page(house, typed, 422, fault=rubric_forms.fault(error))
    except standardising.Stale:
        session.rollback()
        return page(house, typed, 422, there=scoring.in_force(session, house.id))
    except standardising.NotAllowed:
        access.refuse(seen=True)
    session.commit()
    flash(_("The rubric is in force now. Reviews that were written keep theirs."), "ok")
    return redirect(url_for("rubrics.show", slug=slug), 303)


@bp.post("/institutions/<slug>/rubric/default")
@signed_in_required
def give_up(slug: str) -> Response:
    """Back to the hub's rubric."""
    house, session = curated_or_refused(slug), context.session()
    try:
        standardising.give_up(session, context.viewer(), house.id, seen_edition())
    except standardising.Stale:
        session.rollback()
        flash(_("A colleague has saved another edition since you opened this page. Nothing was changed."), "warn")
    else:
        session.commit()
        flash(_("The hub’s rubric is in force again."), "ok")
    return redirect(url_for("rubrics.show", slug=slug), 303)


@bp.get("/institutions/<slug>/cycles")
def cycles(slug: str) -> Response:
    """An institution's cycles, and the one of today."""
    return cycles_page(house_or_404(slug), CycleForm(formdata=None), 200)


@bp.post("/institutions/<slug>/cycles")
def add_cycle(slug: str) -> Response:
    """Another cycle."""
    house, session, form = curated_or_refused(slug), context.session(), cycle_form()
    if not form.validate_on_submit():
        return cycles_page(house, form, 422)
    try:
        cycling.add(session, context.viewer(), house.id, form.name.data or "", day_of(form.first), day_of(form.last))
    except cycling.BadCycle as error:
        session.rollback()
        field, text = cycle_fault(error.reason)
        form[field].errors = [text]
        return cycles_page(house, form, 422)
    session.commit()
    flash(_("The cycle is there now."), "ok")
    return redirect(url_for("rubrics.cycles", slug=slug), 303)


@bp.get("/institutions/<slug>/cycles/<int:cycle_id>")
@signed_in_required
def edit_cycle(slug: str, cycle_id: int) -> Response:
    """Name and days of a cycle."""
    house = curated_or_refused(slug)
    there = cycling.one(context.session(), house.id, cycle_id) or abort(404)
    return cycle_page(house, there, CycleForm(name=there.name, first=there.starts_on, last=there.ends_on), 200)


@bp.post("/institutions/<slug>/cycles/<int:cycle_id>")
@signed_in_required
def change_cycle(slug: str, cycle_id: int) -> Response:
    """Change them; when a colleague has done so meanwhile, both are shown and nothing is lost."""
    house, session, form = curated_or_refused(slug), context.session(), cycle_form()
    there, seen = cycling.one(session, house.id, cycle_id) or abort(404), request.form.get("seen", "")
    if not form.validate_on_submit():
        return cycle_page(house, there, form, 422, seen=seen)
    days = (day_of(form.first), day_of(form.last))
    try:
        found = cycling.change(session, context.viewer(), house.id, cycle_id, form.name.data or "", *days, seen=seen)
    except cycling.BadCycle as error:
        session.rollback()
        field, text = cycle_fault(error.reason)
        form[field].errors = [text]
        return cycle_page(house, there, form, 422, seen=seen)
    except cycling.Stale:
        session.rollback()
        return cycle_page(house, cycling.one(session, house.id, cycle_id) or abort(404), form, 422, stale=True)
    session.commit()
    if not found:
        abort(404)
    flash(_("Saved."), "ok")
    return redirect(url_for("rubrics.cycles", slug=slug), 303)


@bp.post("/institutions/<slug>/cycles/<int:cycle_id>/delete")
@signed_in_required
def remove_cycle(slug: str, cycle_id: int) -> Response:
    """Take a cycle away in which nobody has written."""
    house, session = curated_or_refused(slug), context.session()
    try:
        gone = cycling.remove(session, context.viewer(), house.id, cycle_id)
    except cycling.BadCycle:
        session.rollback()
        flash(_("Somebody has reviewed or decided in this cycle: it stays."), "warn")
    else:
        session.commit()
        if not gone:
            abort(404)
        flash(_("The cycle is gone."), "ok")
    return redirect(url_for("rubrics.cycles", slug=slug), 303)


def cycle_form() -> CycleForm:
    """What was typed, with days that are none said to be so."""
    form = CycleForm()
    for field in (form.first, form.last):
        if field.process_errors:
            field.process_errors = [_("Enter a day such as 2026-11-25.")]
    return form


def cycle_page(house: House, there: cycling.Span, form: CycleForm, status: int, *, seen: str = "", stale: bool = False) -> Response:
    """The form of one cycle."""
    text = render_template("rubrics/cycle.html", house=house, cycle=there, form=form, seen=seen or there.mark, stale=stale)
    return make_response(text, status)


def day_of(field: DateField) -> date:
    """What was typed, after it was found to be a day."""
    day: date = field.data
    return day


def cycle_fault(reason: str) -> tuple[str, str]:
    """The field that is wrong, and why."""
    return {
        "name": ("name", _("Give the cycle a name.")),
        "taken": ("name", _("There is a cycle of this name.")),
        "order": ("last", _("The last day is before the first.")),
        "long": ("last", _("A cycle lasts three years at most.")),
        "overlap": ("first", _("Another cycle has some of these days.")),
    }[reason]


def cycles_page(house: House, form: CycleForm, status: int) -> Response:
    """The list, with the form for curators."""
    session = context.session()
    return make_response(
        render_template(
            "rubrics/cycles.html",
            house=house,
            form=form,
            cycles=cycling.cycles(session, house.id),
            now=cycling.current(session, house.id, evaluating.today()),
            may_edit=context.viewer().may(house.id, "curator"),
        ),
        status,
    )


def page(
    house: House,
    typed: rubric_forms.Typed,
    status: int = 200,
    *,
    preview: tuple[scoring.Standard, ...] = (),
    fault: tuple[str, str] | None = None,
    there: Measure | None = None,
) -> Response:
    """The form; `there`: what a colleague has saved meanwhile."""
    session = context.session()
    current = standardising.newest(session, house.id)
    shown = Measure(id=None, institution_id=house.id, name=dict(typed.names), edition=0, source=typed.source, criteria=preview)
    return make_response(
        render_template(
            "rubrics/edit.html",
            house=house,
            typed=typed,
            most=standardising.MOST,
            seen=current if there or request.method != "POST" else seen_edition(),
            preview=shown if preview else None,
            fault=fault,
            there=there,
        ),
        status,
    )


def seen_edition() -> int:
    """The newest edition when the form was opened."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else -1


def house_or_404(slug: str) -> House:
    """The institution, or the page that says there is none."""
    return evaluating.house(context.session(), slug[:100]) or abort(404)


def curated_or_refused(slug: str) -> House:
    """The institution, for its curators."""
    house = house_or_404(slug)
    if not context.viewer().may(house.id, "curator"):
        access.refuse(seen=True)
    return house
