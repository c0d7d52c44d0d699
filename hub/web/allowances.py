"""How often a program may ask over HTTP: by the token that it brings, else by its network."""

from __future__ import annotations

import ipaddress

from flask import Flask, current_app, request
from werkzeug.wrappers import Response

from hub.services.rationing import Allowance

NAME = "hub_allowance"


def network(address: str) -> str:
    """From where somebody asks: an IPv4 address, the /64 of an IPv6 one, which one house has."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "nowhere"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def register(app: Flask) -> None:
    """As the settings say."""
    app.extensions[NAME] = Allowance(str(app.config.get("HUB_API_RATE") or ""), str(app.config.get("QUEUE_URL") or ""))


def count_file() -> Response | None:
    """Before a file or a feed: one request of those that a network has for them beside the API, whoever asks; 429 when none is left."""
    left = allowance().take(f"files {network(request.remote_addr or '')}")
    if left.allowed:
        return None
    words = f"More than {left.most} files and feeds: wait {left.reset} seconds.\n"
    return Response(words, 429, {**left.headers(), "Cache-Control": "no-store"}, content_type="text/plain; charset=utf-8")


def allowance() -> Allowance:
    """Of the application that answers."""
    found: Allowance = current_app.extensions[NAME]
    return found
