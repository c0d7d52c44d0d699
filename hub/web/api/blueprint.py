"""The API under /api/v1: its routes are made of the operations, and so is what is said of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, request
from pydantic import BaseModel
from werkzeug.wrappers import Response

from hub.web import allowances
from hub.web.api import (
    adoptions,
    authority,
    bookmarks,
    documents,
    reading,
    resources,
    reviews,
    runs,
    searches,
    shelves,
    sources,
    tags,
    vocabulary,
)
from hub.web.api.operations import OPERATIONS, ROOT, Answer, Call, Operation
from hub.web.problems import Problem

bp = Blueprint("api", __name__, url_prefix=ROOT)
MODULES = (searches, resources, vocabulary, shelves, bookmarks, tags, reviews, adoptions, sources, runs)  # their operations are listed
CACHED = "public, max-age=60"
OWN = "private, no-cache"
EXPOSED = "ETag, Link, Location, RateLimit, RateLimit-Limit, RateLimit-Policy, RateLimit-Remaining, RateLimit-Reset, Retry-After"


@bp.before_request
def count() -> None:
    """Whoever asks is known and counted before anything else is done; a token that is none counts for the network it comes from."""
    if request.method == "OPTIONS":
        return
    try:
        g.api_caller = authority.caller()
    except Problem:
        take(None)
        raise
    take(g.api_caller.token_id)


def take(token_id: int | None) -> None:
    """One request of an allowance. Raises Problem (429)."""
    who = f"token {token_id}" if token_id is not None else f"network {allowances.network(request.remote_addr or '')}"
    left = allowances.allowance().take(who)
    g.api_allowance = left.headers()
    if not left.allowed:
        raise Problem(429, str(left), headers=left.headers())


@bp.after_request
def finish(response: Response) -> Response:
    """What every answer says: how many requests are left, who may read it where."""
    for name, value in g.get("api_allowance", {}).items():
        response.headers[name] = value
    response.headers.setdefault("Cache-Control", "no-store")
    response.vary.add("Authorization")
    if request.method in ("GET", "HEAD", "OPTIONS"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def view_of(operation: Operation) -> Callable[..., Response]:
    """The view of an operation: who may, what was sent, what is answered."""

    def view(**path: Any) -> Response:
        calls = g.api_caller
        authority.need(operation, calls)
        query = reading.parameters(operation)
        body = reading.body(operation)
        conditions = (reading.tags("If-Match"), reading.tags("If-None-Match")) if operation.writes else ()
        authority.note(calls)
        call = Call(authority.sees(operation, calls), calls.scopes, path, query, body, *conditions)
        return respond(operation, operation.view(call))

    return view


def respond(operation: Operation, answer: Answer) -> Response:
    """An answer as it leaves."""
    if answer.value is None:
        return Response(status=answer.status, headers=dict(answer.headers))
    text = answer.value.model_dump_json() if isinstance(answer.value, BaseModel) else str(answer.value)
    response = Response(text + "\n", answer.status, dict(answer.headers), mimetype="application/json")
    mark = hashlib.sha256(text.encode()).hexdigest()[:20]
    response.set_etag(mark if answer.version is None else f"{answer.version}-{mark}")
    if operation.writes:
        return response
    response.headers["Cache-Control"] = OWN if operation.personal and g.api_caller.token_id is not None else CACHED
    return unchanged(response)


def unchanged(response: Response) -> Response:
    """304 without a body for who has this very answer, as it was sent compressed too. Raises Problem (412) for who wants another one alone
    (RFC 9110, section 13.2.2)."""
    etag = response.get_etag()[0] or ""
    wanted, known = request.if_match, request.if_none_match
    if wanted and not (wanted.contains(etag) or wanted.contains(f"{etag}-gzip")):
        raise Problem(412, "It is not as you saw it: read it again.")
    plain = known.contains_weak(etag)
    if known and (plain or known.contains_weak(f"{etag}-gzip")):
        response.status_code = 304
        response.set_etag(etag if plain else f"{etag}-gzip")
        response.vary.add("Accept-Encoding")
        response.set_data(b"")
        response.headers.pop("Content-Type", None)
        response.headers.pop("Content-Length", None)
    return response


def preflight(methods: str) -> Callable[..., Response]:
    """What a browser may send from other sites: reads, with or without a token; never a write."""

    def view(**path: Any) -> Response:
        response = Response(status=204)
        response.headers["Allow"] = f"{methods}, OPTIONS"
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, If-None-Match, Accept"
        response.headers["Access-Control-Max-Age"] = "86400"
        return response

    return view


def rule(path: str) -> str:
    """A path as Flask writes it: {id} and {item:int}."""
    return re.sub(r"\{(\w+)(?::(\w+))?\}", lambda found: f"<{found[2]}:{found[1]}>" if found[2] else f"<{found[1]}>", path)


def register() -> None:
    """Every operation's route; and OPTIONS of each address."""
    methods: dict[str, list[str]] = {}
    for one in OPERATIONS:
        bp.add_url_rule(rule(one.path), one.view.__name__, view_of(one), methods=[one.method], provide_automatic_options=False)
        methods.setdefault(rule(one.path), []).append(one.method)
    for path, names in methods.items():
        said = ", ".join(sorted({*names, *(["HEAD"] if "GET" in names else [])}))
        name = "options_" + re.sub(r"\W+", "_", path)
        bp.add_url_rule(path, name, preflight(said), methods=["OPTIONS"], provide_automatic_options=False)


register()
bp.add_url_rule("/openapi.json", "document", documents.show, methods=["GET"])
bp.add_url_rule("/", "index", documents.page, methods=["GET"])
