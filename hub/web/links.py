"""Links of resources, for curators: which are broken, which hosts want no robots; ask again, or call one fine."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, flash, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import mending, watching
from hub.web import context
from hub.web.access import curator_required
from hub.web.listing import page_number, pages_around
from hub.web.messages import gettext as _

bp = Blueprint("links", __name__, url_prefix="/admin/links")


@bp.get("")
@curator_required
def index() -> str:
    """Links, those that fail first; narrowed by state, host and source."""
    asked = narrowing(request.args)
    number = page_number(request.args.get("page", ""))
    page = mending.links(context.session(), state=asked["state"], host=asked["host"], source=asked["source"], page=number)
    return render_template(
        "links/index.html",
        page=page,
        asked=asked,
        counts=mending.counts(context.session()),
        hosts=mending.unwelcoming(context.session()),
        sources=watching.source_names(context.session()),
        number=number,
        numbers=pages_around(number, page.pages),
        address=lambda n: listed_at(asked, page=n),
    )


@bp.post("/<int:link_id>/check")
@curator_required
def check(link_id: int) -> Response:
    """Ask a link before all others."""
    if not mending.check_now(context.session(), link_id, context.actor()):
        abort(404)
    context.session().commit()
    context.jobs().check_links()
    flash(_("The link is asked as soon as a worker has time."), "ok")
    return back()


@bp.post("/<int:link_id>/fine")
@curator_required
def fine(link_id: int) -> Response:
    """A person has looked: the link works."""
    if not mending.waive(context.session(), link_id, context.actor()):
        abort(404)
    context.session().commit()
    flash(_("The link counts as working until it answers in another way."), "ok")
    return back()


def narrowing(values: Mapping[str, str]) -> dict[str, str]:
    """By what the list is narrowed."""
    return {name: values.get(name, "")[:255] for name in ("state", "host", "source")}


def listed_at(asked: Mapping[str, str], *, page: int | None = None) -> str:
    """The address of the list, so narrowed."""
    return url_for("links.index", state=asked["state"] or None, host=asked["host"] or None, source=asked["source"] or None, page=page)


def back() -> Response:
    """To the list as it was."""
    return redirect(listed_at(narrowing(request.form)), 303)
