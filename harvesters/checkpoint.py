"""The requests still to ask, as JSON: what a run stores with each page, and goes on from after a crash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harvesters.protocol import Request

AFTER = "walk:after"  # in the context of a list that is to be asked again: go on after the request with this `place`


def to_json(request: Request) -> dict[str, Any]:
    """Plain values; what is as by default is left out."""
    written = {
        "url": request.url,
        "method": request.method if request.method != "GET" else "",
        "headers": dict(request.headers),
        "body": request.body,
        "step": request.step,
        "context": dict(request.context),
        "crawl": request.crawl,
        "version": request.version,
        "robots": request.robots,
        "optional": request.optional,
        "otherwise": [to_json(other) for other in request.otherwise],
    }
    return {name: value for name, value in written.items() if name == "url" or (value is not None if name == "body" else value)}


def from_json(written: Mapping[str, Any]) -> Request:
    """The request that `to_json` wrote. Raises KeyError when there is no address."""
    return Request(
        url=written["url"],
        method=written.get("method", "GET"),
        headers=dict(written.get("headers", {})),
        body=written.get("body"),
        step=written.get("step", ""),
        context=dict(written.get("context", {})),
        crawl=written.get("crawl", False),
        version=written.get("version", ""),
        robots=written.get("robots", False),
        optional=written.get("optional", False),
        otherwise=tuple(from_json(other) for other in written.get("otherwise", ())),
    )


def fingerprint(request: Request) -> str:
    """The same for two requests that ask for the same thing: what is sent, and what the kind wants to know when the answer comes.

    A page of a site is the same whatever list named it, and whatever that list noted about it.
    """
    noted = None if request.crawl else sorted(request.context.items())
    return _digest([request.method, request.url, request.body, request.step, sorted(request.headers.items()), noted])


def place(request: Request) -> str:
    """Where in its list a request stands: the same when the list is read again later, and its notes (a date, a count) have changed."""
    return _digest([request.method, request.url, request.body, request.step])


def _digest(values: list[Any]) -> str:
    return hashlib.blake2b(json.dumps(values).encode(), digest_size=8).hexdigest()


def going_on(parent: Request, last: str) -> Request:
    """Ask this list again, and go on after the one of its requests that was asked last: a short form of all that follow it."""
    return replace(parent, context={**parent.context, AFTER: last})


def split(request: Request) -> tuple[Request, str | None]:
    """The request as its kind made it, and after which of its requests to go on."""
    if AFTER not in request.context:
        return request, None
    return replace(request, context={name: value for name, value in request.context.items() if name != AFTER}), request.context[AFTER]
