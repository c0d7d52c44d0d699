"""What went wrong, as programs read it: RFC 9457, for everything under /api/."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
KEPT = frozenset({"allow", "retry-after"})  # headers of an error that stay with its problem
DETAILS = {
    400: "The request could not be read.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is too large.",
    415: "Send JSON: Content-Type: application/json.",
    500: "Something went wrong on our side. It is in the log.",
    503: "The hub cannot answer this just now. Try again in a moment.",
}


class Problem(HTTPException):
    """Ends a request with a problem. `errors` says which parts of the request are meant: {pointer or parameter, detail}."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str = "",
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        body = {"detail": detail, **({"code": code} if code else {}), **({"errors": list(errors)} if errors else {}), **more}
        super().__init__(description=detail, response=answer(status, body, headers))
        self.code = status


def is_api() -> bool:
    """Does a program ask? Pages and programs are answered differently."""
    return request.path.startswith(PREFIX) or request.path == PREFIX.rstrip("/")


def answer(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A problem with this status; its type is `about:blank`, its title the status's name (RFC 9457, section 4.2.1)."""
    whole = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, **body}
    response = Response(json.dumps(whole, ensure_ascii=False) + "\n", status, mimetype=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(dict(headers or {}))
    return response


def of_error(error: HTTPException) -> Response:
    """An HTTP error as a problem; the answer that it brings along as it is."""
    if error.response is not None and (error.code is None or error.code < 400 or isinstance(error, Problem)):
        return error.get_response()
    return plain(error.code or 500, {name: value for name, value in error.get_headers() if name.lower() in KEPT})


def plain(status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A problem of which only the status is known."""
    return answer(status, {"detail": DETAILS.get(status, HTTPStatus(status).description or HTTPStatus(status).phrase)}, headers)
