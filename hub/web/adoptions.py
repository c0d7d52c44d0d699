"""Who uses a resource in which course."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional
from wtforms.widgets import TextInput

from hub.services import adopting, bookmarking, consulting
from hub.services.consulting import Use
from hub.services.paging import Place
from hub.web import access, allowances, context, houses, places, spreadsheets
from hub.web.access import member_required
from hub.web.listing import UNSEEN
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

bp = Blueprint("adoptions", __name__)
WORDS_MOST = 200
LONG = _l("Please write at most %(max)d characters.", max=adopting.TEXT_MOST)


class Whole(IntegerField):
    """A whole number, or nothing; says in our words what is wrong."""

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            return
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValueError(_("Enter a whole number, or nothing."))
        self.data = int(text)


class AdoptionForm(FlaskForm):
    """One use: in which course and term, with whom, how."""

    course = StringField(
        _l("Course"),
        [DataRequired(_l("Enter the course.")), Length(max=adopting.COURSE_MOST)],
        filters=[adopting.one_line],
        render_kw={"maxlength": adopting.COURSE_MOST},
    )
    term = StringField(
        _l("Term"),
        [DataRequired(_l("Enter the term.")), Length(max=adopting.TERM_MOST)],
        filters=[adopting.one_line],
        render_kw={"maxlength": adopting.TERM_MOST},
    )
    students = Whole(
        _l("Number of students"),
        [Optional(), NumberRange(0, adopting.STUDENTS_MOST, _l("That is more than one course can have."))],
        render_kw={"inputmode": "numeric"},
    )
    changes = TextAreaField(_l("What you changed"), [Length(max=adopting.TEXT_MOST, message=LONG)], render_kw={"rows": 4})
    outcome = TextAreaField(_l("How it went"), [Length(max=adopting.TEXT_MOST, message=LONG)], render_kw={"rows": 4})
    visibility = SelectField(_l("Who sees it"))
    version = HiddenField()


def adoption_form(use: Use | None = None) -> AdoptionForm:
    """The form: empty, with what stands there, or with what was typed."""
    form = AdoptionForm(obj=use) if use is not None else AdoptionForm(visibility="public")
    form.visibility.choices = [(one, houses.visibility_name(one)) for one in adopting.VISIBILITIES]
    return form


def said(form: AdoptionForm) -> adopting.Words:
    """What a valid form says."""
    return adopting.words(
        course=form.course.data or "",
        term=form.term.data or "",
        students=form.students.data,
        changes=form.changes.data or "",
        outcome=form.outcome.data or "",
        visibility=form.visibility.data,
    )


@bp.route("/resources/<public_id>/adoptions/new", methods=["GET", "POST"])
@member_required("teacher")
def new(public_id: str) -> Response:
    """Say that one's institution uses it."""
    resource = resource_or_404(public_id)
    form = adoption_form()
    if not form.validate_on_submit():
        return form_page(form, resource, 422 if form.is_submitted() else 200)
    session = context.session()
    try:
        adopting.add(session, context.viewer(), resource.id, said(form))
    except adopting.Refused as refused:
        access.refuse(seen=refused.seen)
    except adopting.Twice as there:
        return form_page(form, resource, 422, twice=there.id)
    session.commit()
    flash(_("Thank you. It stands in the register of adoptions now."), "ok")
    return redirect(place(resource), 303)


@bp.route("/adoptions/<int:adoption_id>/edit", methods=["GET", "POST"])
def edit(adoption_id: int) -> Response:
    """Change an entry; when somebody has changed it meanwhile, both are shown and nothing is lost."""
    use, entry = entry_or_refuse(adoption_id)
    form, session = adoption_form(use), context.session()
    resource = bookmarking.target(session, use.public_id)
    if not form.validate_on_submit():
        return form_page(form, resource, 422 if form.is_submitted() else 200, use=use)
    try:
        typed = str(form.version.data or "")
        version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
        adopting.revise(session, context.viewer(), entry, said(form), version=version)
    except adopting.Refused as refused:
        access.refuse(seen=refused.seen)
    except adopting.Twice as there:
        return form_page(form, resource, 422, use=use, twice=there.id)
    except adopting.Stale:
        session.rollback()
        use, _entry = entry_or_refuse(adoption_id)
        return form_page(form, resource, 422, use=use, stale=True)
    session.commit()
    flash(_("Saved."), "ok")
    return redirect(place(resource), 303)


@bp.route("/adoptions/<int:adoption_id>/delete", methods=["GET", "POST"])
def delete(adoption_id: int) -> Response:
    """Ask once more, then take an entry away."""
    use, entry = entry_or_refuse(adoption_id)
    if request.method != "POST":
        return make_response(render_template("adoptions/delete.html", use=use))
    session = context.session()
    adopting.delete(session, context.viewer(), entry)
    session.commit()
    flash(_("The entry is deleted."), "ok")
    return redirect(url_for("adoptions.index"), 303)


@bp.get("/adoptions")
def index() -> str:
    """The register: all entries that this visitor sees, of an institution, with words."""
    ask, who = asking(), context.viewer()
    page = consulting.page(context.session(), who, ask)
    return render_template(
        "adoptions/index.html",
        page=page,
        ask=ask,
        institutions=consulting.institutions(context.session(), who),
        may_change=may_change,
        following=address(ask, after=page.following) if page.following else None,
        first=address(ask),
        table=address(ask, endpoint="adoptions.export"),
    )


@bp.get("/adoptions.csv")
def export() -> Response:
    """The same as a table for spreadsheets."""
    if (refused := allowances.count_file()) is not None:
        return refused
    ask = asking()
    names = (_("Resource"), _("Address"), _("Institution"), _("Course"), _("Term"))
    header = (*names, _("Students"), _("What was changed"), _("How it went"), _("Added"))
    return spreadsheets.answer(lambda session: spreadsheets.lines(header, cells(session, ask)), "adoptions")


def cells(session: Any, ask: consulting.Ask) -> Iterator[tuple[str, ...]]:
    """One row an entry."""
    site = context.site_address() or request.host_url.rstrip("/")
    for use in consulting.every(session, context.viewer(), ask):
        there = site + url_for("resources.show", name=f"{use.public_id}-{use.slug}".rstrip("-"))
        students = "" if use.students is None else str(use.students)
        day = use.created_at.date().isoformat()
        yield (use.title, there, houses.institution_name(use), use.course, use.term, students, use.changes, use.outcome, day)


def asking() -> consulting.Ask:
    """The question in the address. What cannot be meant is left out."""
    words = " ".join(UNSEEN.sub(" ", request.args.get("q", "")[:WORDS_MOST]).split())
    return consulting.Ask(request.args.get("institution", "")[:100], request.args.get("resource", "")[:16], words, places.read())


def address(ask: consulting.Ask, *, after: Place | None = None, endpoint: str = "adoptions.index") -> str:
    """The same question, from its beginning or after an entry."""
    pairs = [("q", ask.words), ("institution", ask.institution), ("resource", ask.resource)]
    pairs.append(("after", places.written(after)))
    question = urlencode([(name, value) for name, value in pairs if value])
    return url_for(endpoint) + (f"?{question}" if question else "")


def may_change(use: Use) -> bool:
    """Does this visitor change this entry?"""
    return adopting.may_change(context.viewer(), use.person_id, use.institution_id)


def resource_or_404(public_id: str) -> Any:
    """The resource, when it can be used anew: not a hidden one."""
    found = bookmarking.target(context.session(), public_id)
    return found if found is not None and not found.hidden else abort(404)


def entry_or_refuse(number: int) -> tuple[Use, Any]:
    """An entry that this visitor may change; 404 when they do not see it, 403 when they do."""
    session, who = context.session(), context.viewer()
    use = consulting.one(session, who, number)
    if use is None or not may_change(use):
        access.refuse(seen=use is not None)
    return use, adopting.entry(session, number)


def place(resource: Any) -> str:
    """Where an entry is read: on the page of its resource."""
    return url_for("resources.show", name=f"{resource.public_id}-{resource.slug}".rstrip("-"), _anchor="adoptions")


def form_page(form: AdoptionForm, resource: Any, status: int, *, use: Use | None = None, twice: int = 0, stale: bool = False) -> Response:
    """The form with what was typed."""
    page = render_template("adoptions/form.html", form=form, resource=resource, use=use, twice=twice, stale=stale)
    return make_response(page, status)
