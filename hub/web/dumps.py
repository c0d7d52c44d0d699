"""The nightly dumps: a list, and their files."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, abort, render_template, send_file
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.exports import dump
from hub.web import context

bp = Blueprint("dumps", __name__, url_prefix="/dumps")
TYPES = {".gz": "application/gzip", ".json": "application/json", "": "text/plain"}
LATEST = "latest"


def folder() -> Path:
    """Where they lie."""
    return Path(context.setting("HUB_DATA")) / "dumps"


@bp.get("/")
def index() -> str:
    """All dumps that are there, the newest first."""
    return render_template("dumps/index.html", dumps=dump.whole(folder()), extra=(dump.MANIFEST, dump.SUMS))


@bp.get("/<name>/<file>")
def member(name: str, file: str) -> Response:
    """A file of a dump, also a part of it (Range); `latest` leads to the newest."""
    found = dump.whole(folder())
    chosen = next((one for one in found if name in (one.name, LATEST)), None)
    if chosen is None or file not in (*chosen.files, dump.MANIFEST, dump.SUMS):
        abort(404)
    if name == LATEST:
        return redirect(f"/dumps/{chosen.name}/{file}", 302)
    path = folder() / chosen.name / file
    if not path.is_file():  # it was removed just now
        abort(404)
    return send_file(path, mimetype=TYPES[path.suffix], as_attachment=path.suffix == ".gz", max_age=86_400)
