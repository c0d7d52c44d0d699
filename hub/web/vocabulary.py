"""The vocabulary, for admins: what concepts are called in both languages. Search widens by it, and resources get topics."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, abort, flash, make_response, render_template, request
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import InputRequired

from hub.services import arranging, relabelling
from hub.services.relabelling import ConceptState
from hub.web import context
from hub.web.access import admin_required
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.wording import language_name

bp = Blueprint("vocabulary", __name__, url_prefix="/admin/vocabulary")
TYPED_MOST = 100
SCHEMES = {"topic": _l("Topics"), "platform": _l("Platforms")}


class LabelForm(FlaskForm):
    """A new label."""

    text = StringField(
        _l("Label"),
        [InputRequired(_l("Enter a label."))],
        render_kw={"autocomplete": "off", "maxlength": relabelling.LONGEST},
    )
    language = SelectField(_l("Language"), validators=[InputRequired()])
    needs_context = BooleanField(_l("It has other meanings too"))
    search_only = BooleanField(_l("An everyday word, only for search"))
    preferred = BooleanField(_l("Pages show this name"))


class ConceptForm(FlaskForm):
    """A new concept."""

    scheme = SelectField(_l("Kind"))
    notation = StringField(
        _l("Code"), [InputRequired(_l("Enter a code."))], render_kw={"autocomplete": "off", "maxlength": arranging.LONGEST}
    )
    broader = SelectField(_l("Under"), validate_choice=False)
    english = StringField(_l("English name"), render_kw={"autocomplete": "off", "maxlength": relabelling.LONGEST})
    chinese = StringField(_l("Chinese name"), render_kw={"autocomplete": "off", "maxlength": relabelling.LONGEST})


@bp.get("")
@admin_required
def index() -> str:
    """Both trees, or what of them has the letters typed."""
    typed = request.args.get("find", "")[:TYPED_MOST].strip()
    found = {scheme: [c for c in relabelling.concepts(context.session(), scheme) if not typed or c.has(typed)] for scheme in SCHEMES}
    return render_template("vocabulary/index.html", typed=typed, schemes=SCHEMES, found=found)


@bp.get("/<scheme>/<notation>")
@admin_required
def show(scheme: str, notation: str) -> str:
    """One concept: its labels, and a form for another one."""
    return page(concept_or_404(scheme, notation), label_form())


@bp.post("/<scheme>/<notation>")
@admin_required
def add(scheme: str, notation: str) -> Response | tuple[str, int]:
    """Give the concept another label."""
    found, form = concept_or_404(scheme, notation), label_form()
    if not form.validate_on_submit():
        return page(found, form), 422
    try:
        written = relabelling.add(
            context.session(),
            scheme,
            notation,
            form.language.data,
            form.text.data,
            needs_context=form.needs_context.data,
            search_only=form.search_only.data,
            preferred=form.preferred.data,
            actor=context.actor(),
        )
    except relabelling.Refused as refused:
        form.text.errors = [reason(refused)]
        return page(found, form), 422
    context.session().commit()
    return done(found, _("“%(label)s” was added. Search uses it within seconds.", label=written or ""))


@bp.route("/new", methods=["GET", "POST"])
@admin_required
def new() -> Response:
    """Add a concept."""
    form = ConceptForm()
    form.scheme.choices = list(SCHEMES.items())
    form.broader.choices = [("", _("At the top")), *((c.notation, c.name(context.language())) for c in in_use("topic"))]
    if form.validate_on_submit():
        try:
            names = {"en": form.english.data or "", "zh-Hans": form.chinese.data or ""}
            notation = arranging.create(
                context.session(), context.actor(), form.scheme.data, form.notation.data, broader=form.broader.data or "", names=names
            )
        except (arranging.Refused, relabelling.Refused) as refused:
            context.session().rollback()
            said = reason(refused) if isinstance(refused, relabelling.Refused) else refusal(refused)
            (form.english if isinstance(refused, relabelling.Refused) or refused.why == "name" else form.notation).errors = [said]
        else:
            context.session().commit()
            flash(_("The concept was added. Resources get it when they are sorted next."), "ok")
            return redirect(f"{bp.url_prefix}/{form.scheme.data}/{quote(notation)}", 303)
    return make_response(render_template("vocabulary/new.html", form=form), 422 if form.errors else 200)


@bp.post("/<scheme>/<notation>/arrange")
@admin_required
def arrange(scheme: str, notation: str) -> Response:
    """Move the concept, retire it, or bring it back."""
    found, session, actor = concept_or_404(scheme, notation), context.session(), context.actor()
    try:
        match request.form.get("do"):
            case "move":
                done = arranging.move(session, actor, scheme, notation, request.form.get("broader", "")[:80])
            case "retire":
                done = arranging.retire(session, actor, scheme, notation)
            case "restore":
                done = arranging.bring_back(session, actor, scheme, notation)
            case _:
                abort(400)
    except arranging.Refused as refused:
        session.rollback()
        flash(refusal(refused), "warn")
    else:
        session.commit()
        flash(_("Done. The site shows it within seconds.") if done else _("It was so already."), "ok")
    return redirect(address(found), 303)


@bp.post("/<scheme>/<notation>/remove")
@admin_required
def remove(scheme: str, notation: str) -> Response:
    """Take a label away."""
    found, language, text = chosen(scheme, notation)
    try:
        gone = relabelling.remove(context.session(), scheme, notation, language, text, actor=context.actor())
    except relabelling.Refused as refused:
        flash(reason(refused), "warn")
        return redirect(address(found), 303)
    context.session().commit()
    return done(found, _("“%(label)s” was removed. To undo that, add it again.", label=text), there=gone)


@bp.post("/<scheme>/<notation>/prefer")
@admin_required
def prefer(scheme: str, notation: str) -> Response:
    """Make a label the name that pages show."""
    found, language, text = chosen(scheme, notation)
    named = relabelling.prefer(context.session(), scheme, notation, language, text, actor=context.actor())
    context.session().commit()
    return done(found, _("Pages show “%(label)s” from now on; the name before is a synonym.", label=text), there=named)


def label_form() -> LabelForm:
    """The form, with the languages by name."""
    form = LabelForm()
    form.language.choices = [(tag, language_name(tag)) for tag in relabelling.LANGUAGES]
    return form


def page(found: ConceptState, form: LabelForm) -> str:
    """The concept's page."""
    above = relabelling.concept(context.session(), found.scheme, found.broader) if found.broader else None
    return render_template(
        "vocabulary/show.html",
        concept=found,
        above=above,
        form=form,
        tags=relabelling.LANGUAGES,
        address=address(found),
        places=in_use(found.scheme),
    )


def in_use(scheme: str) -> list[ConceptState]:
    """The concepts of a scheme that are in use."""
    return [concept for concept in relabelling.concepts(context.session(), scheme) if not concept.retired]


def done(found: ConceptState, message: str, *, there: bool = True) -> Response:
    """Back to the concept, with what happened."""
    flash(message if there else _("Somebody removed that label meanwhile."), "ok" if there else "warn")
    return redirect(address(found), 303)


def chosen(scheme: str, notation: str) -> tuple[ConceptState, str, str]:
    """The concept, and the label that a form names."""
    return concept_or_404(scheme, notation), request.form.get("language", "")[:20], request.form.get("text", "")[:200]


def concept_or_404(scheme: str, notation: str) -> ConceptState:
    """The concept, or the page that says there is none."""
    return (relabelling.concept(context.session(), scheme, notation) if scheme in SCHEMES else None) or abort(404)


def address(found: ConceptState) -> str:
    """The concept's page."""
    return f"{bp.url_prefix}/{found.scheme}/{quote(found.notation)}"


def reason(refused: relabelling.Refused) -> str:
    """Why a label was refused, and what to do."""
    name = refused.other[1] if refused.other else ""
    return {
        "empty": _("A label needs letters, digits or Chinese characters."),
        "long": _("A label has at most %(most)s characters.", most=relabelling.LONGEST),
        "here": _("This concept has that label already."),
        "elsewhere": _(
            "“%(concept)s” has that label already. A label must mean one thing: remove it there first, or choose another.", concept=name
        ),
        "named": _("Pages show this name. Choose another name first, then remove this one."),
    }[refused.why]


def refusal(refused: arranging.Refused) -> str:
    """Why an arrangement was refused, and what to do."""
    return {
        "notation": _("A code has lower-case letters, digits, hyphens and points, such as logistics.drones."),
        "taken": _("There is a concept with this code already."),
        "name": _("Give it a name in one language at least."),
        "under-itself": _("A concept cannot stand under itself."),
        "narrower": _("Narrower concepts are still in use. Move or retire them first."),
        "gone": _("There is no such concept."),
    }[refused.why]
