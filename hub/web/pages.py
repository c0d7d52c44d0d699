"""Pages that are the same for everybody, and what the machine that runs us asks."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from werkzeug.wrappers import Response

from hub.services import browsing
from hub.web import context

bp = Blueprint("pages", __name__)


@bp.get("/about")
def about() -> str:
    """What this is, how to search, where the data come from, whom to write to."""
    return render_template("pages/about.html", contact=context.setting("HUB_CONTACT") or "")


@bp.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return jsonify({"status": "alive"})


@bp.get("/readyz")
def ready() -> Response:
    """Database, index and queue answer too; 503 while one of them does not."""
    state = {
        "database": browsing.database_answers(context.session()),
        "index": browsing.index_answers(context.index()),
        "queue": context.jobs().answers(),
    }
    response = jsonify({"status": "ready" if all(state.values()) else "not ready", **state})
    response.status_code = 200 if all(state.values()) else 503
    return response


def address(path: str) -> str:
    """A path as the whole world writes it."""
    return (context.site_address() or request.host_url.rstrip("/")) + path
