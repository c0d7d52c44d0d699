"""What stands on a shelf, and in which order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, make_response, render_template, request, url_for
from flask import session as cookie
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import displaying, reading, shelving, stocking, summarising
from hub.web import context, security
from hub.web.access import refuse, signed_in_required
from hub.web.listing import UNSEEN
from hub.web.messages import gettext as _
from hub.web.messages import ngettext
from hub.web.shelf_pages import changed_shelf, resource_number

bp = Blueprint("shelf_items", __name__)
WORDS_MOST = 200
UNDO_MOST = 400  # characters of a note that a cookie can keep for the way back


@bp.get("/resources/<public_id>/shelve")
@signed_in_required
def choose(public_id: str) -> str:
    """To which of one's shelves a resource goes, and on which it stands already."""
    resource = resource_or_404(public_id)
    typed = " ".join(UNSEEN.sub(" ", request.args.get("q", "")[:WORDS_MOST]).split())
    return render_template(
        "shelf_items/choose.html",
        resource=resource,
        choices=displaying.choices(context.session(), context.viewer(), resource.id, words=typed),
        typed=typed,
        next=security.own_path(request.args.get("next", "")),
    )


@bp.post("/resources/<public_id>/shelve")
@signed_in_required
def shelve(public_id: str) -> Response:
    """Put it on a shelf (`put`), or take it off (`take`)."""
    resource, session, who = resource_or_404(public_id), context.session(), context.viewer()
    name = request.form.get("put") or request.form.get("take") or ""
    shelf = changed_shelf(name)
    if request.form.get("put"):
        if fill(shelf, [resource.id]):
            flash(_("Put on “%(shelf)s”.", shelf=shelf.title), "ok")
    else:
        stocking.take(session, who, shelf, resource.id)
        flash(_("Taken off “%(shelf)s”.", shelf=shelf.title), "ok")
    session.commit()
    back = security.own_path(request.form.get("next", ""))
    return redirect(back if back != "/" else url_for("shelf_items.choose", public_id=public_id), 303)


def fill(shelf: Any, resource_ids: list[int]) -> bool:
    """Put something on a shelf; False, with a message, when there is no room."""
    try:
        stocking.add(context.session(), context.viewer(), shelf, resource_ids)
    except shelving.TooMany as error:
        context.session().rollback()
        flash(_("A shelf holds %(most)s resources at most.", most=error.most), "warn")
        return False
    return True


def resource_or_404(public_id: str) -> Any:
    """The resource as lists show it; one that was merged away stands for the one it is now."""
    session = context.session()
    number = resource_number(public_id)
    return summarising.summaries(session, [number] if number else []).get(number or 0) or abort(404)


@bp.post("/shelves/<public_id>/items")
@signed_in_required
def add(public_id: str) -> Response:
    """Put a resource on this shelf, by its public id or the address of its page."""
    shelf, session = changed_shelf(public_id), context.session()
    name = request.form.get("resource", "").strip()[:500].rstrip("/").rpartition("/")[2]
    number = resource_number(name)
    if number is None:
        flash(_("There is no such resource."), "warn")
    elif fill(shelf, [number]):
        session.commit()
        flash(_("Put on the shelf."), "ok")
    return redirect(
        url_for("shelves.show", public_id=public_id, find=request.form.get("find", "")[:WORDS_MOST] or None, _anchor="items"), 303
    )


@bp.post("/shelves/<public_id>/items/<int:item_id>/move")
@signed_in_required
def move(public_id: str, item_id: int) -> Response:
    """Up, down, or to a place."""
    shelf, session, who = changed_shelf(public_id), context.session(), context.viewer()
    where, place = request.form.get("to", ""), stocking.place_of(session, shelf, item_id)
    if place is None:
        return gone(public_id)
    if where not in ("up", "down") and not (where.isascii() and where.isdigit() and len(where) < 6):
        abort(400)
    to = place - 1 if where == "up" else place + 1 if where == "down" else int(where)
    there = stocking.move(session, who, shelf, item_id, to=to) or 1
    session.commit()
    page = 1 + (there - 1) // 50
    return redirect(
        url_for("shelves.show", public_id=public_id, moved=item_id, page=page if page > 1 else None, _anchor=f"item-{item_id}"), 303
    )


@bp.post("/shelves/<public_id>/items/<int:item_id>/remove")
@signed_in_required
def remove(public_id: str, item_id: int) -> Response:
    """Take it off; the next page offers to put it back. With a long note, which that could not keep, it asks first."""
    shelf, session, who = changed_shelf(public_id), context.session(), context.viewer()
    item = stocking.find(session, shelf, item_id)
    if item is None:
        return gone(public_id)
    if len(item.note) > UNDO_MOST and request.form.get("sure") != "yes":
        title = reading.facts(session, item.resource_id).title
        return make_response(render_template("shelf_items/remove.html", shelf=shelf, item=item, title=title))
    number = item.resource_id
    kept = stocking.take(session, who, shelf, number)
    session.commit()
    if kept:
        cookie["taken"] = [public_id, number, kept[0], kept[1]] if len(kept[0]) <= UNDO_MOST else None
    flash(_("Taken off the shelf."), "ok")
    return redirect(url_for("shelves.show", public_id=public_id, _anchor="items"), 303)


@bp.post("/shelves/<public_id>/items/undo")
@signed_in_required
def undo(public_id: str) -> Response:
    """Put back what was taken off last."""
    shelf, session, who = changed_shelf(public_id), context.session(), context.viewer()
    taken = cookie.pop("taken", None)
    if taken and taken[0] == public_id:
        try:
            stocking.put_back(session, who, shelf, taken[1], note=taken[2], position=taken[3])
        except shelving.TooMany as error:
            session.rollback()
            flash(_("A shelf holds %(most)s resources at most.", most=error.most), "warn")
        else:
            session.commit()
            flash(_("It stands where it stood."), "ok")
    return redirect(url_for("shelves.show", public_id=public_id, _anchor="items"), 303)


@bp.route("/shelves/<public_id>/items/<int:item_id>/note", methods=["GET", "POST"])
@signed_in_required
def note(public_id: str, item_id: int) -> Response:
    """Why it stands there, and how to use it."""
    shelf, session, who = changed_shelf(public_id), context.session(), context.viewer()
    item = stocking.find(session, shelf, item_id)
    if item is None:
        return gone(public_id)
    if request.method != "POST":
        return note_page(shelf, item, 200, typed=item.note)
    typed, version = request.form.get("note", "").strip(), request.form.get("version", "")
    if len(typed) > stocking.NOTE_MOST:
        return note_page(
            shelf,
            item,
            422,
            typed=typed,
            wrong=ngettext("Write at most %(num)s character.", "Write at most %(num)s characters.", stocking.NOTE_MOST),
        )
    try:
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        stocking.note(session, who, shelf, item_id, typed, version=number)
    except shelving.NotAllowed:
        refuse(seen=True)
    except shelving.Stale:
        session.rollback()
        return note_page(shelf, stocking.find(session, shelf, item_id), 422, typed=typed, stale=True)
    session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for("shelves.show", public_id=public_id, _anchor=f"item-{item_id}"), 303)


def note_page(shelf: Any, item: Any, status: int, *, typed: str, wrong: str = "", stale: bool = False) -> Response:
    """The form of a note."""
    title = reading.facts(context.session(), item.resource_id).title
    values = {"shelf": shelf, "item": item, "title": title, "typed": typed, "wrong": wrong, "stale": stale, "most": stocking.NOTE_MOST}
    return make_response(render_template("shelf_items/note.html", **values), status)


def gone(public_id: str) -> Response:
    """Somebody else took it off meanwhile."""
    flash(_("That is not on the shelf any more: somebody has taken it off."), "warn")
    return redirect(url_for("shelves.show", public_id=public_id, _anchor="items"), 303)
