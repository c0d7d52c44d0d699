"""Pages for what went wrong: what happened, and what to do."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from hub.services.browsing import DatabaseUnavailable
from hub.services.finding import SearchUnavailable
from hub.web import problems
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l

log = logging.getLogger(__name__)
RETRY = "30"  # seconds
TEXTS = {  # status -> title and advice
    400: (_l("We could not read that request"), _l("Please go back and try again.")),
    403: (_l("Your account may not do this"), _l("You are signed in, but this needs more rights than you have. Ask an admin of this hub.")),
    404: (_l("There is no such page"), _l("The address may be mistyped, or the page may have moved. Search for what you wanted:")),
    405: (_l("That cannot be done here"), _l("Please go back and try again.")),
    410: (_l("This page is gone"), _l("It was taken away and will not come back. Search for something like it:")),
    413: (_l("That is too large"), _l("Please send less at once.")),
    429: (_l("Too many requests"), _l("Please wait a minute, then try again.")),
}
SEARCHABLE = (404, 410)


def register(app: Flask) -> None:
    """Pages for every error of the application."""
    app.register_error_handler(HTTPException, show)
    app.register_error_handler(SecurityError, other_host)
    app.register_error_handler(CSRFError, outdated)
    app.register_error_handler(SearchUnavailable, no_search)
    app.register_error_handler(DatabaseUnavailable, busy)
    app.register_error_handler(500, broken)


def show(error: HTTPException) -> Response | tuple[str, int]:
    """An HTTP error as a page in the visitor's language, for programs as a problem. Redirects and ready answers pass."""
    if problems.is_api():
        return problems.of_error(error)
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    if error.code >= 500:
        return static_page(503 if error.code == 503 else 500)
    title, message = TEXTS.get(error.code, TEXTS[400])
    page, status = render(error.code, str(title), str(message))
    response = current_app.make_response((page, status))
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after"}:
            response.headers[name] = value
    return response


def render(status: int, title: str, message: str) -> tuple[str, int]:
    """The error page."""
    page = render_template("errors/error.html", code_number=status, title=title, message=message, searchable=status in SEARCHABLE)
    return page, status


def other_host(error: SecurityError) -> Response:
    """A host that is not ours: no page, because none of its addresses could be made."""
    return Response("This server does not answer for that host.\n", 400, mimetype="text/plain")


def outdated(error: CSRFError) -> tuple[str, int]:
    """A form without its token, or with an old one."""
    return render(
        400,
        _("This form is too old"),
        _("For your safety a form works for an hour only. Please go back, reload the page and send it again."),
    )


def no_search(error: SearchUnavailable) -> Response:
    """The index cannot be read; everything else works."""
    log.warning("search is unavailable: %s", error)
    if problems.is_api():
        return problems.plain(503, {"Retry-After": RETRY})
    response = current_app.make_response((render_template("search/unavailable.html"), 503))
    response.headers["Retry-After"] = RETRY
    return response


def busy(error: Exception) -> Response:
    """The database does not answer in time."""
    log.error("the database is unavailable at %s: %s", request.path, type(error).__name__)
    if problems.is_api():
        return problems.plain(503, {"Retry-After": RETRY})
    response = current_app.make_response(static_page(503))
    response.headers["Retry-After"] = RETRY
    return response


def broken(error: Exception) -> Response | tuple[str, int]:
    """A fault of ours. Flask has written it to the log."""
    if problems.is_api():
        return problems.plain(500)
    return static_page(500)


def static_page(status: int) -> tuple[str, int]:
    """A page that needs neither database nor language."""
    folder = Path(current_app.root_path) / (current_app.template_folder or "templates")
    return (folder / "errors" / f"{status}.html").read_text(encoding="utf-8"), status
