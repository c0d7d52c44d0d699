"""Widgets for other sites' pages: a search box, a shelf, a resource; shown in any frame, without cookies."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from hub.web import frames

bp = Blueprint("embeds", __name__)


@bp.get("/embed/search")
def search() -> Response:
    """A box whose results open on the hub."""
    return kept(frames.search(frames.ANYWHERE, request.args.get("q", "")))


@bp.get("/embed/shelves/<public_id>")
def shelf(public_id: str) -> Response:
    """A public shelf."""
    return kept(frames.shelf(public_id, frames.ANYWHERE))


@bp.get("/embed/resources/<name>")
def resource(name: str) -> Response:
    """A resource."""
    return kept(frames.resource(name.partition("-")[0], frames.ANYWHERE))


def kept(response: Response | None) -> Response:
    """The widget, which caches may keep for five minutes, for it is the same for everybody; a small page where there is none any more."""
    if response is None:
        return frames.page("gone", frames.ANYWHERE, status=404)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
