"""What every answer says to the browser about safety, and which hosts we answer for."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter
from werkzeug.wrappers import Response

CONTENT, FRAME = "Content-Security-Policy", "X-Frame-Options"
NOWHERE = "'none'"


def policy(*, ancestors: str = NOWHERE, forms: str = "'self'") -> str:
    """What a page may load, who may show it in a frame, where its forms may go: sources as Content Security Policy Level 3 writes them."""
    kinds = ("default", "script", "style", "img", "font", "connect")
    own = [f"{kind}-src 'self'" for kind in kinds]
    return "; ".join((*own, "object-src 'none'", "base-uri 'none'", f"form-action {forms}", f"frame-ancestors {ancestors}"))


POLICY = policy()
HEADERS = {
    CONTENT: POLICY,
    "X-Content-Type-Options": "nosniff",
    FRAME: "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
YEAR = 31_536_000


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: a larger number than a row of either database can have is not there."""

    regex = "[0-9]{1,9}"


def protect(response: Response) -> Response:
    """After a request: the headers, unless the view set its own."""
    framed = f"frame-ancestors {NOWHERE}" not in response.headers.get(CONTENT, POLICY)
    for name, value in HEADERS.items():
        if not (framed and name == FRAME):  # it knows no list of sites: the policy alone says which
            response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    return response


def register(app: Flask) -> None:
    """Headers, hosts, proxies and cookies, as the settings say."""
    app.after_request(protect)
    app.before_request(refuse_nul)
    app.url_map.converters["int"] = RowNumber
    hosts = list(app.config.get("HUB_ALLOWED_HOSTS") or ())
    if hosts:
        app.config["TRUSTED_HOSTS"] = [*hosts, "127.0.0.1", "localhost", "[::1]"]  # the machine's own health checks
    proxies = int(app.config.get("HUB_TRUSTED_PROXIES") or 0)
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_SECURE"] = bool(app.config.get("HUB_SECURE"))


def own_path(address: str | None) -> str:
    """A path of our own site to go to; the home page for anything else. Browsers read `\\` as `/`, and drop tabs and line ends."""
    if not address or not address.startswith("/") or any(ord(c) < 33 or c == "\\" for c in address):
        return "/"
    parts = urlsplit(address)
    return "/" if parts.scheme or parts.netloc or address.startswith("//") else address


FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def refuse_nul() -> None:
    """No text of ours has a NUL, and PostgreSQL takes none: such an address is not there, such a form is a bad one."""
    if "\0" in request.path:
        abort(404)
    if request.mimetype not in FORMS:
        return  # and leave the body alone: whoever reads it says how much it may hold
    if any("\0" in text for name, values in request.form.lists() for text in (name, *values)):
        abort(400)
