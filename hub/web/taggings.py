"""Tags put on one resource, and taken off again."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import bookmarking, tagging
from hub.web import access, context
from hub.web.access import member_required, signed_in_required
from hub.web.messages import gettext as _
from hub.web.tag_words import number, reason

bp = Blueprint("taggings", __name__)
KEPT_MOST = 1_000  # characters of what was typed that come back


@bp.post("/resources/<public_id>/tags")
@signed_in_required
def change(public_id: str) -> Response:
    """Put some on, or (with `remove`) take one off."""
    session, who = context.session(), context.viewer()
    resource = bookmarking.target(session, public_id)
    if resource is None or (resource.hidden and not who.is_curator):
        access.refuse(seen=False)
    typed, remove = request.form.get("tags", ""), request.form.get("remove", "")
    try:
        if remove:
            gone = tagging.take(session, who, number(remove), resource.id)
            said = _("The tag is taken off.") if gone else _("That tag is not there any more.")
        else:
            tagging.need_teacher(who)
            put = tagging.put(session, who, [resource.id], tagging.split(typed))
            said = _("Tagged. Search finds it within seconds.") if put else _("It has these tags already.")
    except tagging.NotAllowed:
        session.rollback()
        access.refuse(seen=True)
    except tagging.BadTag as error:
        session.rollback()
        flash(reason(error), "warn")
        return back(resource, typed[:KEPT_MOST])
    session.commit()
    flash(said, "ok")
    return back(resource)


def back(resource: bookmarking.Target, typed: str = "") -> Response:
    """To the tags of the resource, with what was typed when it could not be kept."""
    name = f"{resource.public_id}-{resource.slug}".rstrip("-")
    return redirect(url_for("resources.show", name=name, typed=typed or None, _anchor="tags"), 303)


@bp.get("/tags/suggest")
@member_required("teacher")
def suggest() -> str:
    """The institution's tags that have what is typed, as choices of the field."""
    typed = request.args.get("tags", "")[-500:]
    before = typed[: len(typed) - len(tagging.SEPARATORS.split(typed)[-1])]
    found = tagging.suggestions(context.session(), context.viewer(), typed)
    return render_template("tags/suggest.html", before=before + " " if before.endswith((",", ";")) else before, found=found)
