"""Pages in other sites' frames: a plain template, no cookie read or set, and a policy that says which sites may show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from hub.services import acting, displaying, reading, shelving, stocking, summarising
from hub.web import context, security

ANYWHERE = "*"
SHOWN = 50  # items of a shelf
THEMES = ("light", "dark")


def page(template: str, ancestors: str, *, status: int = 200, forms: str = "'self'", **values: Any) -> Response:
    """A page that sites may show in a frame. `ancestors`, `forms`: sources as the policy writes them."""
    theme = request.values.get("theme", "")
    text = render_template(f"frames/{template}.html", frame_theme=theme if theme in THEMES else "", **values)
    response = make_response(text, status)
    response.headers[security.CONTENT] = security.policy(ancestors=ancestors, forms=forms)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def address(path: str) -> str:
    """A path of ours as the whole world writes it."""
    return (context.site_address() or request.host_url.rstrip("/")) + path


def sites(origins: Sequence[str]) -> str:
    """Origins as the policy writes them; nobody when there are none."""
    return " ".join(origins) or security.NOWHERE


def resource(public_id: str, ancestors: str) -> Response | None:
    """A resource as everybody may see it; None when there is none."""
    found = reading.page(context.session(), public_id, language=context.language())
    if isinstance(found, reading.Moved):
        found = reading.page(context.session(), found.public_id, language=context.language())
    if not isinstance(found, reading.ResourcePage) or found.hidden_at or found.withdrawn_at:
        return None
    return page("resource", ancestors, page=found, resource=found.summary)


def shelf(public_id: str, ancestors: str) -> Response | None:
    """A public shelf; None when there is none."""
    session = context.session()
    kept = shelving.get(session, acting.ANYBODY, public_id)
    if kept is None:
        return None
    items = stocking.items(session, kept.id, offset=0, limit=SHOWN)
    return page(
        "shelf",
        ancestors,
        shelf=displaying.described(session, [kept.id])[0],
        items=items,
        size=stocking.size(session, kept.id),
        summaries=summarising.summaries(session, [item.resource_id for item in items]),
    )


def search(ancestors: str, words: str = "") -> Response:
    """A box whose results open on the hub."""
    return page("search", ancestors, typed=words[:200])
