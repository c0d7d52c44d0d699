"""One change to all results of a search, or to some, for curators: choose, look again, do, take back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import labelling, sweeping
from hub.services.sweeping import Change
from hub.web import context, listing
from hub.web.access import curator_required
from hub.web.messages import gettext as _
from hub.web.messages import ngettext
from hub.web.wording import level_name, type_name

bp = Blueprint("sweeps", __name__, url_prefix="/admin/resources/bulk")
VALUES = {"add-topic": "topic", "remove-topic": "topic", "level": "level", "language": "language", "type": "type", "hide": "reason"}


@bp.get("")
@curator_required
def choose() -> Response:
    """The results of the question in the address, and what can be done with them."""
    return choice(200)


@bp.post("")
@curator_required
def confirm() -> Response:
    """How many and which they are, and what will be done, before it is."""
    session = context.session()
    try:
        change = sweeping.check(session, wanted())
        ids = chosen()
    except sweeping.BadChange as error:
        return choice(422, error=reason(error))
    except sweeping.TooMany:
        return choice(422, error=too_many())
    if not ids:
        return choice(422, error=_("Choose at least one resource."))
    first = sweeping.first(session, ids)
    back = request.full_path.rstrip("?")
    text = render_template("sweeps/confirm.html", change=change, words_of=described(change), ids=ids, first=first, back=back)
    return make_response(text, 200)


@bp.post("/do")
@curator_required
def do() -> Response:
    """Do it, a batch a transaction."""
    session = context.session()
    done: list[tuple[int, int]] = []
    try:
        for step in sweeping.sweep(session, context.actor(), numbers(request.form.get("ids", "")), wanted()):
            session.commit()
            done.append(step)
    except (sweeping.BadChange, sweeping.TooMany):
        abort(400)
    changed = sum(count for _number, count in done)
    flash(ngettext("%(num)s resource was changed.", "%(num)s resources were changed.", changed), "ok")
    return redirect(url_for("sweeps.show", number=done[0][0]) if done else url_for("additions.index"), 303)


@bp.get("/<int:number>")
@curator_required
def show(number: int) -> str:
    """An edit that was done, and a button that takes it back."""
    sweep = sweeping.get(context.session(), number) or abort(404)
    return render_template("sweeps/show.html", sweep=sweep, words_of=described(sweep.change))


@bp.post("/<int:number>/undo")
@curator_required
def undo(number: int) -> Response:
    """Take an edit back, but where somebody has changed the same since."""
    sweep = sweeping.get(context.session(), number) or abort(404)
    done = left = 0
    for undone in sweeping.undo(context.session(), context.actor(), number) if not sweep.undone else ():
        context.session().commit()
        done, left = done + undone.done, left + undone.left
    flash(ngettext("%(num)s resource is as it was before.", "%(num)s resources are as they were before.", done), "ok")
    if left:
        said = ngettext("%(num)s was left: somebody has changed it since.", "%(num)s were left: somebody has changed them since.", left)
        flash(said, "warn")
    return redirect(url_for("sweeps.show", number=number), 303)


def choice(status: int, *, error: str = "") -> Response:
    """The page on which results and change are chosen."""
    found = listing.answer()
    vocabulary = labelling.vocabulary(context.session(), context.language())
    levels, types = sweeping.choices()
    text = render_template(
        "sweeps/choose.html",
        listing=found,
        too_many=too_many() if found.page.total > sweeping.MOST else "",
        error=error,
        form=request.form,
        ticked=set(request.form.getlist("resource")),
        topics=list(vocabulary.topics.by_notation.values()),
        levels=[(code, level_name(code)) for code in levels],
        types=[(code, type_name(code)) for code in types],
    )
    return make_response(text, status)


def wanted() -> Change:
    """The change that a form names."""
    verb = request.form.get("verb", "")
    return Change(verb, request.form.get(VALUES.get(verb, "value"), "")[:1000])


def chosen() -> list[int]:
    """The resources that a form names: the ticked ones, or all results of the question. Raises TooMany."""
    if request.form.get("which") == "all":
        return sweeping.ids_of(context.session(), context.index(), listing.read(request.args))
    return sweeping.known(context.session(), request.form.getlist("resource"))


def numbers(text: str) -> list[int]:
    """ "3 4 5" -> the numbers."""
    return [int(part) for part in text.split() if part.isascii() and part.isdigit() and len(part) < 10]


def too_many() -> str:
    """Why there is no edit of all results."""
    return _("One edit changes at most %(most)s resources: narrow the search, or tick some.", most=sweeping.MOST)


def described(change: Change) -> str:
    """A change in words."""
    topics = labelling.vocabulary(context.session(), context.language()).topics
    return {
        "add-topic": lambda: _("Add the topic “%(value)s”", value=topics.label(change.value)),
        "remove-topic": lambda: _("Take the topic “%(value)s” away", value=topics.label(change.value)),
        "level": lambda: _("Set the level to “%(value)s”", value=level_name(change.value)),
        "language": lambda: _("Set the language to “%(value)s”", value=change.value),
        "type": lambda: _("Set the type to “%(value)s”", value=type_name(change.value)),
        "hide": lambda: _("Hide, because: %(value)s", value=change.value),
        "restore": lambda: _("Show again"),
    }[change.verb]()


def reason(error: sweeping.BadChange) -> str:
    """Why a change was refused."""
    return {
        "verb": _("Choose what to do."),
        "topic": _("Choose a topic of the vocabulary."),
        "value": _("“%(part)s” cannot be set. Choose one value.", part=error.part[:60]),
        "reason": _("Say why they are hidden, so that others know."),
    }[error.why]
