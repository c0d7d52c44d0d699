"""Tags on all results of a search, for teachers: choose, look again, do, take back."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import sprinkling, sweeping, tagging
from hub.services.sprinkling import Sprinkled
from hub.web import access, context, listing
from hub.web.access import member_required
from hub.web.messages import gettext as _
from hub.web.messages import ngettext
from hub.web.tag_words import numbers, reason, too_many

bp = Blueprint("sprinkles", __name__, url_prefix="/search/tag")
TYPED_MOST = 2_000  # characters


@bp.get("")
@member_required("teacher")
def choose() -> Response:
    """The results of the question in the address, and a field for tags."""
    return choice(200)


@bp.post("")
@member_required("teacher")
def confirm() -> Response:
    """How many and which they are, and which tags they get, before they do."""
    session = context.session()
    try:
        names = tagging.split(typed())
        ids = sweeping.ids_of(session, context.index(), listing.read(request.args))
    except tagging.BadTag as error:
        return choice(422, error=reason(error))
    except sweeping.TooMany:
        return choice(422, error=too_many())
    if len(names) > tagging.EACH_MOST:
        return choice(422, error=reason(tagging.BadTag("many")))
    if not ids:
        return choice(422, error=_("There is nothing to tag: change the search."))
    first, back = sweeping.first(session, ids), request.full_path.rstrip("?")
    return make_response(render_template("sprinkles/confirm.html", names=names, ids=ids, first=first, back=back), 200)


@bp.post("/do")
@member_required("teacher")
def do() -> Response:
    """Do it, a batch a transaction."""
    session = context.session()
    done: list[tuple[int, int]] = []
    try:
        for step in sprinkling.sprinkle(session, context.viewer(), numbers(request.form.get("ids", "")), tagging.split(typed())):
            session.commit()
            done.append(step)
    except sprinkling.TooMany:
        abort(400)
    except tagging.BadTag as error:
        session.rollback()
        flash(reason(error), "warn")
    put = sum(count for _number, count in done)
    if done:
        flash(ngettext("%(num)s tag was put on.", "%(num)s tags were put on.", put), "ok")
    return redirect(url_for("sprinkles.show", number=done[0][0]) if done else url_for("search.show"), 303)


@bp.get("/<int:number>")
@member_required("teacher")
def show(number: int) -> str:
    """What was done, and a button that takes it back."""
    sprinkled = own_or_404(number)
    return render_template("sprinkles/show.html", done=sprinkled, may_undo=sprinkling.may_undo(context.viewer(), sprinkled))


@bp.post("/<int:number>/undo")
@member_required("teacher")
def undo(number: int) -> Response:
    """Take exactly these tags off again."""
    sprinkled, session, off = own_or_404(number), context.session(), 0
    try:
        for count in sprinkling.undo(session, context.viewer(), sprinkled) if not sprinkled.undone else ():
            session.commit()
            off += count
    except tagging.NotAllowed:
        access.refuse(seen=True)
    flash(ngettext("%(num)s tag was taken off.", "%(num)s tags were taken off.", off), "ok")
    return redirect(url_for("sprinkles.show", number=number), 303)


def choice(status: int, *, error: str = "") -> Response:
    """The page on which tags are typed."""
    found = listing.answer()
    too = too_many() if found.page.total > sweeping.MOST else ""
    return make_response(render_template("sprinkles/choose.html", listing=found, too_many=too, error=error, typed=typed()), status)


def typed() -> str:
    """What stands in the field."""
    return request.form.get("tags", "")[:TYPED_MOST]


def own_or_404(number: int) -> Sprinkled:
    """An edit of an institution where this visitor teaches; to others it is not there."""
    found = sprinkling.get(context.session(), number)
    return found if found is not None and context.viewer().may(found.institution_id, "teacher") else abort(404)
