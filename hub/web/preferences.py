"""The visitor's language and theme: in a cookie, without an account."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from flask import Blueprint, Flask, abort, current_app, request
from flask_babel import Babel
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from hub.web import context, messages, problems, security

LANGUAGES = {"en": "English", "zh-Hans": "简体中文"}  # each in its own words
LOCALES = {"en": "en_GB", "zh-Hans": "zh_Hans"}
THEMES = ("auto", "light", "dark")
YEAR = 31_536_000
FRAMED = ("embeds", "launches", "picks")  # blueprints of pages in other sites' frames: no cookie is read or set
bp = Blueprint("preferences", __name__)


@bp.before_app_request
def choose_language() -> Response | None:
    """Before every request: `?lang=` is remembered and leaves the address; else the cookie, else what the browser prefers."""
    asked = request.values.get("lang") if request.blueprint in FRAMED else request.args.get("lang")
    if request.blueprint in FRAMED:
        context.remember_language(asked if asked in LANGUAGES else preferred(None))
        return None
    if asked in LANGUAGES and request.method in {"GET", "HEAD"} and not problems.is_api():
        left = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
        response = redirect(security.own_path(quote(request.path) + ("?" + urlencode(left) if left else "")), 302)
        keep(response, "lang", asked)
        return response
    context.remember_language(preferred(request.cookies.get("lang")))
    return None


def preferred(kept: str | None) -> str:
    """The language to answer in: the one that was kept, or else what the browser asks for."""
    if kept in LANGUAGES:
        return str(kept)
    for tag, _ in request.accept_languages:
        primary = tag.lower().partition("-")[0]
        if primary in {"zh", "en"}:
            return "zh-Hans" if primary == "zh" else "en"
    return "en"


def locale() -> str:
    """Babel's name of the language of this answer."""
    return LOCALES[context.language()]


def theme() -> str | None:
    """`light` or `dark` when the visitor chose one; None follows the system."""
    kept = request.cookies.get("theme")
    return kept if kept in {"light", "dark"} else None


@bp.post("/preferences/theme")
def set_theme() -> Response:
    """Keep the theme and go back to where the visitor was."""
    chosen = request.form.get("theme", "")
    if chosen not in THEMES:
        abort(400)
    response = redirect(back(), 303)
    keep(response, "theme", chosen)
    return response


def back() -> str:
    """The page of ours that the form stood on; the home page when the browser does not say."""
    return security.own_path(request.form.get("next", ""))


def keep(response: Response, name: str, value: str) -> None:
    """A cookie of ours for a year; nothing in it is secret."""
    secure = bool(current_app.config.get("HUB_SECURE")) or request.is_secure
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=secure, path="/")


@bp.after_app_request
def vary(response: Response) -> Response:
    """Pages differ by language and by visitor; static files and what programs read do not."""
    if request.endpoint != "static" and not problems.is_api():
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", context.language())
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def init_babel(app: Flask) -> None:
    """Flask-Babel over the catalogues in hub/translations. Templates look the catalogue up once a request, not once a message."""
    Babel(app, default_locale="en_GB", default_translation_directories="translations", default_timezone="UTC", locale_selector=locale)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: messages.catalogue().ugettext(message),
        ngettext=lambda one, many, number: messages.catalogue().ungettext(one, many, number),
        newstyle=True,
    )
