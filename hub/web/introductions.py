"""Learning platforms that register themselves with a link that an admin has given them (LTI Dynamic Registration 1.0).

The pages stand in a frame or a window of the platform and know no session: the link is the authority. Whoever has none can show nobody
such a page, so any site may frame it.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from hub.services import claiming, introducing
from hub.web import context, frames

bp = Blueprint("introductions", __name__)
log = logging.getLogger(__name__)


@bp.get("/lti/register/<link>")
def show(link: str) -> Response:
    """Who wants to be registered, and a button: to look changes nothing, and asks nobody."""
    try:
        introducing.host(context.session(), secret(), link)
        asked = visit()
    except claiming.Refused as refused:
        return refusal(refused)
    return sheet("introduction", visit=asked, site=asked.site)


@bp.post("/lti/register/<link>")
def register(link: str) -> Response:
    """Register here and there; the page then tells the platform to go on (section 3.7)."""
    try:
        platform = introducing.register(context.session(), context.platforms(), secret(), link, visit(), tool())
    except claiming.Refused as refused:
        log.warning("lti: a registration was refused: %s (%s)", refused, refused.__cause__ or "-")
        context.session().rollback()
        return refusal(refused)
    return sheet("introduced", platform=platform)


def visit() -> introducing.Visit:
    """What the platform brings. Raises Refused."""
    return introducing.visit(request.values.get("openid_configuration", ""), request.values.get("registration_token", ""))


def tool() -> introducing.Tool:
    """The hub, as platforms take it."""
    return introducing.Tool(
        title=str(context.setting("SITE_NAME") or "Open Commerce Hub"),
        description="Open courses and teaching resources about e-commerce, to be put into a course.",
        launch=frames.address(url_for("launches.launch")),
        login=frames.address(url_for("launches.login")),
        keys=frames.address(url_for("launches.keys")),
        home=frames.address("/"),
    )


def secret() -> str:
    """What seals."""
    return str(context.setting("SECRET_KEY"))


def refusal(refused: claiming.Refused) -> Response:
    """A page that says why."""
    return sheet("unregistered", status=refused.status, error=refused.error, why=refused.why)


def sheet(name: str, status: int = 200, **values: Any) -> Response:
    """A page of these. It may have been opened in a window, whose opener it has to reach."""
    response = frames.page(name, frames.ANYWHERE, status=status, **values)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"  # the address holds the link
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response
