"""Our static files under addresses that change with their content, so that they may be kept for ever."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, request, url_for
from werkzeug.wrappers import Response

FOREVER = "public, max-age=31536000, immutable"
VERSIONED = re.compile(r"-\d+\.\d+\.\d+[-.]")  # vendor/htmx-2.0.11.min.js


@lru_cache(maxsize=200)
def _digest(path: str, _changed: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


def digest(filename: str) -> str | None:
    """The first ten characters of a static file's SHA-256; None when there is no such file."""
    path = Path(current_app.static_folder or "") / filename
    try:
        return _digest(str(path), path.stat().st_mtime)
    except OSError:
        return None


def static_url(filename: str) -> str:
    """The address of a static file. A name that carries a version is enough; other names get their content's hash."""
    if VERSIONED.search(filename):
        return url_for("static", filename=filename)
    return url_for("static", filename=filename, v=digest(filename))


def keep(response: Response) -> Response:
    """After a request for a static file: say how long it may be kept."""
    if request.endpoint == "static" and response.status_code == 200:
        filename = (request.view_args or {}).get("filename", "")
        if VERSIONED.search(filename) or (request.args.get("v") and request.args["v"] == digest(filename)):
            response.headers["Cache-Control"] = FOREVER
        else:
            response.headers["Cache-Control"] = "public, max-age=300"
    return response


def register(app: Flask) -> None:
    """Give templates `static_url`."""
    app.jinja_env.globals["static_url"] = static_url
    app.after_request(keep)
