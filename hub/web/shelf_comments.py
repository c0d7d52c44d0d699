"""What is said of a shelf."""

from __future__ import annotations

from flask import Blueprint, abort, flash, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import commenting, shelving
from hub.web import context
from hub.web.access import refuse, signed_in_required
from hub.web.messages import gettext as _
from hub.web.shelf_pages import shelf_or_404

bp = Blueprint("shelf_comments", __name__)


@bp.post("/shelves/<public_id>/comments")
@signed_in_required
def say(public_id: str) -> Response:
    """Say something, of the shelf or of one item."""
    shelf, session, who = shelf_or_404(public_id), context.session(), context.viewer()
    text, item = request.form.get("text", "").strip(), request.form.get("item", "")
    if not commenting.may_comment(who, changes=shelving.may_change(session, who, shelf)):
        refuse(seen=True)
    if not text:
        flash(_("Write something first."), "warn")
    elif len(text) > commenting.TEXT_MOST:
        flash(_("A comment has %(most)s characters at most: yours was too long, and was not kept.", most=commenting.TEXT_MOST), "warn")
    else:
        number = int(item) if item.isascii() and item.isdigit() and len(item) < 10 else None
        commenting.say(session, who, shelf, text, item_id=number)
        session.commit()
        flash(_("Thank you, your comment is there."), "ok")
    return redirect(url_for("shelves.show", public_id=public_id, _anchor="comments"), 303)


@bp.post("/shelves/<public_id>/comments/<int:comment_id>")
@signed_in_required
def change(public_id: str, comment_id: int) -> Response:
    """Delete one's own, hide one, show it again."""
    shelf, session, who = shelf_or_404(public_id), context.session(), context.viewer()
    said, do = commenting.find(session, shelf, comment_id), request.form.get("do", "")
    if said is None or (said.hidden_at is not None and not commenting.may_hide(who, shelf)):
        abort(404)
    try:
        if do == "delete":
            commenting.take_back(session, who, shelf, said)
        elif do in ("hide", "show"):
            commenting.hide(session, who, shelf, said, hidden=do == "hide")
        elif said.person_id == who.person_id or commenting.may_hide(who, shelf):
            abort(400)
        else:
            raise shelving.NotAllowed
    except shelving.NotAllowed:
        refuse(seen=True)
    session.commit()
    return redirect(url_for("shelves.show", public_id=public_id, _anchor="comments"), 303)
