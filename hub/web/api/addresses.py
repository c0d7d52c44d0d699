"""Addresses of things as the whole world writes them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from flask import request

from hub.web import context
from hub.web.api.operations import ROOT


def site() -> str:
    """Where this hub is, without a final slash."""
    return context.site_address() or request.host_url.rstrip("/")


def absolute(path: str) -> str:
    """A path of the site."""
    return site() + path


def page_of(public_id: str, slug: str) -> str:
    """The page of a resource."""
    return absolute("/resources/" + quote(f"{public_id}-{slug}".rstrip("-")))


def in_api(path: str) -> str:
    """A path of the API."""
    return absolute(ROOT + path)


def following(cursor: str) -> str:
    """The address of this list's next page."""
    pairs: list[tuple[str, Any]] = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    return absolute(request.path) + "?" + urlencode([*pairs, ("cursor", cursor)])


def links(cursor: str | None) -> dict[str, str]:
    """The Link header of a list (RFC 8288)."""
    return {"Link": f'<{following(cursor)}>; rel="next"'} if cursor else {}
