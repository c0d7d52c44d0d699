"""What the API says of itself: as OpenAPI, and as a page made of that."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from hub.web import context
from hub.web.api import addresses, openapi
from hub.web.api.operations import ROOT

METHODS = ("get", "put", "post", "patch", "delete")


@lru_cache(maxsize=8)
def written(title: str, server: str, contact: str) -> str:
    """The document as text; it changes with the program alone."""
    whole = openapi.document(title=title, version=version("open-commerce-hub"), server=server, contact=contact)
    return json.dumps(whole, ensure_ascii=False)


def here() -> str:
    """The document of this hub."""
    return written(str(context.setting("SITE_NAME") or "Open Commerce Hub"), addresses.site(), str(context.setting("HUB_CONTACT") or ""))


def show() -> Response:
    """The OpenAPI document."""
    text = here()
    response = make_response(text + "\n")
    response.mimetype = "application/json"
    response.set_etag(hashlib.sha256(text.encode()).hexdigest()[:20])
    response.headers["Cache-Control"] = "public, max-age=300"
    return response.make_conditional(request)


def page() -> Response:
    """All operations, to be read."""
    whole = json.loads(here())
    text = render_template("api/index.html", document=whole, groups=groups(whole), root=addresses.absolute(ROOT), curl=curl)
    response = make_response(text)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def groups(whole: dict[str, Any]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """(tag, what it is, its operations with method and path)."""
    found: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in whole["tags"]}
    for path, methods in whole["paths"].items():
        for method in METHODS:
            if method in methods:
                found[methods[method]["tags"][0]].append({**methods[method], "method": method.upper(), "path": path})
    return [(tag["name"], tag["description"], found[tag["name"]]) for tag in whole["tags"]]


def curl(root: str, one: dict[str, Any]) -> str:
    """How to call it from a command line."""
    query = "&".join(f"{p['name']}={p['example']}" for p in one["parameters"] if "example" in p)
    parts = ["curl"]
    if one["method"] != "GET":
        parts.append(f"-X {one['method']}")
    if one["security"] == [{"bearer": []}]:
        parts.append('-H "Authorization: Bearer $TOKEN"')
    if "requestBody" in one:
        sent = json.dumps(one["requestBody"]["content"]["application/json"].get("example", {}), ensure_ascii=False)
        parts.append("-H 'Content-Type: application/json' -d '" + sent.replace("'", "'\\''") + "'")
    return " ".join([*parts, f"'{root}{one['path']}{'?' + query if query else ''}'"])
