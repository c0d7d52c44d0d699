"""The hub as a tool of learning platforms (LTI 1.3): logins, launches, our public keys, what to register."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, jsonify, make_response, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.services import claiming, keying, launching, unlocking
from hub.web import context, frames
from hub.web.picks import picker

bp = Blueprint("launches", __name__)
log = logging.getLogger(__name__)
FIELDS = {"issuer": "iss", "login_hint": "login_hint", "target": "target_link_uri", "client_id": "client_id"}
FIELDS |= {"deployment_id": "lti_deployment_id", "message_hint": "lti_message_hint"}
MOST = 8_000  # characters of a field


@bp.route("/lti/login", methods=["GET", "POST"])
def login() -> Response:
    """A platform begins (LTI Security 1.0, section 5.1.1): on to its authorisation endpoint. Writes nothing, by GET as by POST."""
    try:
        asked = {name: field(sent) for name, sent in FIELDS.items()}
        target_path(asked["target"])
        begun = launching.begin(
            context.session(), secret(), launching.Login(**asked), redirect_uri=frames.address(url_for("launches.launch"))
        )
    except claiming.Refused as refused:
        return refusal(refused)
    response = redirect(begun.address, 302)
    safe = request.is_secure or bool(context.setting("HUB_SECURE"))
    response.set_cookie(
        begun.cookie, begun.value, max_age=launching.SECONDS, path="/lti/launch", httponly=True, secure=safe,
        samesite="None" if safe else "Lax", partitioned=safe,  # CHIPS: kept in the frames of this platform where others are blocked
    )  # fmt: skip
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/lti/launch")
def launch() -> Response:
    """The platform's signed message: a page of ours in the course, or the picker."""
    session = context.session()
    try:
        if request.form.get("error"):  # OpenID Connect Core 1.0, section 3.1.2.6
            raise claiming.Refused(code(field("error")), "The platform has ended the login.")
        found = launching.receive(
            session,
            context.keyring(),
            secret(),
            state=field("state"),
            token=field("id_token", claiming.LONGEST),
            cookies=dict(request.cookies),
        )
        where = target_path(found.told.target)
    except claiming.Refused as refused:
        session.commit()  # the state is used up
        return refusal(refused)
    except unlocking.Unreachable as fault:
        session.commit()
        log.warning("lti: the keys of a platform cannot be had: %s", fault)
        return refusal(claiming.Refused("temporarily_unavailable", "The platform’s public keys cannot be fetched now.", 503))
    session.commit()
    if found.told.settings is not None:
        return picker(found, launching.origins(found))
    return shown(where)


def shown(where: str) -> Response:
    """The page that a course links to; the search box for any other place of ours. Any site may show it, for it shows no more than the
    widgets do: above a course there may be sites that its platform never names (Open edX and its frontends), and browsers ask for all."""
    parts = urlsplit(where)
    kind, _, rest = parts.path.removeprefix("/embed").strip("/").partition("/")
    name = rest.partition("/")[0]
    if kind == "resources" and name:
        return frames.resource(name.partition("-")[0], frames.ANYWHERE) or frames.page("gone", frames.ANYWHERE, status=404)
    if kind == "shelves" and name:
        return frames.shelf(name, frames.ANYWHERE) or frames.page("gone", frames.ANYWHERE, status=404)
    return frames.search(frames.ANYWHERE, (parse_qs(parts.query[:MOST]).get("q") or [""])[0])


def target_path(target: str) -> str:
    """Path and question of a page of ours; "/" where none is named. Raises Refused for a place that is not ours: we lead nowhere else."""
    if not target:
        return "/"
    origin = claiming.origins((target,))
    if not origin or origin != claiming.origins((frames.address("/"),)):
        raise claiming.Refused("invalid_request", "target_link_uri is not an address of this hub.")
    parts = urlsplit(target)
    return f"{parts.path}?{parts.query}"


def field(name: str, most: int = MOST) -> str:
    """A parameter of the request. Raises Refused when it is too long or comes more than once (RFC 6749, section 3.1)."""
    found = request.values.getlist(name)
    if len(found) > 1 or (found and len(found[0]) > most):
        raise claiming.Refused("invalid_request", f"{name} is too long, or comes more than once.")
    return found[0] if found else ""


def code(text: str) -> str:
    """A standard error as the platform names it."""
    return text[:60] if text.replace("_", "").isalnum() and text.isascii() else "invalid_request"


def secret() -> str:
    """What seals."""
    return str(context.setting("SECRET_KEY"))


def refusal(refused: claiming.Refused) -> Response:
    """A page with the standard's own error. Nobody shows it but who sees it anyway, so any site may frame it."""
    log.info("lti: %s", refused)
    response = frames.page("refused", frames.ANYWHERE, status=refused.status, error=refused.error, why=refused.why)
    response.headers["Cache-Control"] = "no-store"
    if refused.status == 503:
        response.headers["Retry-After"] = "60"
    return response


@bp.get("/lti/jwks.json")
def keys() -> Response:
    """Our public keys (RFC 7517), by which platforms check what we send."""
    response = jsonify(keying.published(context.session()))
    response.headers["Cache-Control"] = "public, max-age=600"
    return response


@bp.get("/lti/config.json")
def configuration() -> Response:
    """What to register, as Canvas takes it ("Enter URL"). Moodle takes the same addresses by hand: docs/lms.md."""
    title, target = str(context.setting("SITE_NAME") or "Open Commerce Hub"), frames.address(url_for("launches.launch"))
    placed = [
        {"placement": name, "message_type": claiming.DEEP_LINKING, "target_link_uri": target, "text": title, **SIZE}
        for name in ("link_selection", "editor_button", "assignment_selection", "module_index_menu_modal")
    ]
    shown = {"placement": "course_navigation", "message_type": claiming.RESOURCE_LINK, "target_link_uri": target, "text": title}
    placed.append({**shown, "default": "disabled"})  # in no course's menu until its teacher wants it there
    host = urlsplit(target).hostname or ""
    extension = {
        "platform": "canvas.instructure.com", "domain": host, "privacy_level": "anonymous",
        "settings": {"text": title, "placements": placed},
    }  # fmt: skip
    told: dict[str, Any] = {
        "title": title,
        "description": "Open courses and teaching resources about e-commerce, to be put into a course.",
        "oidc_initiation_url": frames.address(url_for("launches.login")),
        "target_link_uri": target,
        "redirect_uris": [target],
        "public_jwk_url": frames.address(url_for("launches.keys")),
        "scopes": [],
        "extensions": [extension],
    }
    return make_response(jsonify(told))


SIZE = {"selection_width": 800, "selection_height": 700}
