"""Test queries, for admins: add them, grade their results, see how well the search answers them."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from hub.services import judging, measuring
from hub.web import context, wording
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext

bp = Blueprint("judgements", __name__, url_prefix="/admin/search/queries")
REASONS = {
    "empty": _l("Enter the words of the query."),
    "twice": _l("There is a test query with these words in this language already."),
    "many": _l("There are as many test queries as can be compared at once. Remove one first."),
}


class QueryForm(FlaskForm):
    """A new test query."""

    words = StringField(_l("Query"), [InputRequired(REASONS["empty"]), Length(max=500)], render_kw={"maxlength": 500})
    language = SelectField(_l("Language of the person who asks"))
    intent = TextAreaField(_l("What this person wants"), [Length(max=judging.INTENT_MOST)], render_kw={"rows": 2})


def query_form() -> QueryForm:
    """The form, with what the address already says (a link from a list of searches)."""
    language = request.args.get("language", context.language())
    form = QueryForm(words=request.args.get("words", "")[:500], language=language if language in judging.LANGUAGES else "en")
    form.language.choices = [(tag, wording.language_name(tag)) for tag in judging.LANGUAGES]
    return form


@bp.get("")
@admin_required
def index() -> Response:
    """All test queries with their measures, and a form for a new one."""
    return page(query_form(), 200)


@bp.post("")
@admin_required
def add() -> Response:
    """Keep a new test query; the way goes on to its results."""
    form = query_form()
    if not form.validate_on_submit():
        return page(form, 422)
    try:
        query_id = judging.add(context.session(), form.words.data, form.language.data, form.intent.data or "")
    except judging.BadQuery as error:
        form.words.errors = [str(REASONS[error.reason])]
        return page(form, 422)
    context.session().commit()
    return redirect(url_for("judgements.show", query_id=query_id), 303)


def page(form: QueryForm, status: int) -> Response:
    """The list with the form."""
    rows, mean = measuring.measured(context.session(), context.index())
    return make_response(render_template("judgements/index.html", form=form, rows=rows, mean=mean), status)


@bp.get("/<int:query_id>")
@admin_required
def show(query_id: int) -> str:
    """The first results of a test query, each with its grade."""
    query = query_or_404(query_id)
    results = judging.results(context.session(), context.index(), query)
    return render_template("judgements/show.html", query=query, results=results)


@bp.post("/<int:query_id>")
@admin_required
def judge(query_id: int) -> Response:
    """Keep the grades as the form has them."""
    query_or_404(query_id)
    grades = {name.removeprefix("grade-"): grade(value) for name, value in request.form.items() if name.startswith("grade-")}
    changes = judging.judge(context.session(), query_id, dict(list(grades.items())[:500]))
    context.session().commit()
    flash(ngettext("%(num)s grade was changed.", "%(num)s grades were changed.", changes), "ok")
    return redirect(url_for("judgements.show", query_id=query_id), 303)


def grade(text: str) -> int | None:
    """`0` to `3`; anything else is no grade."""
    return int(text) if text in {"0", "1", "2", "3"} else None


@bp.route("/<int:query_id>/remove", methods=["GET", "POST"])
@admin_required
def remove(query_id: int) -> str | Response:
    """Ask first, for the grades go too."""
    query = query_or_404(query_id)
    if request.method != "POST":
        return render_template("judgements/remove.html", query=query)
    judging.remove(context.session(), query_id)
    context.session().commit()
    flash(_("The test query “%(words)s” was removed.", words=query.words), "ok")
    return redirect(url_for("judgements.index"), 303)


def query_or_404(query_id: int) -> judging.Judged:
    """The test query, or the page that says there is none."""
    return (judging.query(context.session(), query_id) if query_id < 2**31 else None) or abort(404)
