"""Where a list goes on: opaque to programs, signed by us, good for the very question for which it was made."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from flask import current_app, request
from itsdangerous import BadData, URLSafeSerializer

from hub.web.problems import Problem

MOST = 1_000  # letters
FREE = ("cursor", "limit", "facets")  # parameters that may be others on the next page


def question() -> str:
    """A mark of what was asked: address and parameters, but for the place."""
    pairs = sorted((name, value) for name, value in request.args.items(multi=True) if name not in FREE)
    return hashlib.sha256(json.dumps([request.path, pairs]).encode()).hexdigest()[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="api-cursor")


def write(*place: Any) -> str:
    """A cursor for what comes after this place."""
    text = _signer().dumps([question(), *(part.isoformat() if isinstance(part, datetime) else part for part in place)])
    return text if isinstance(text, str) else text.decode()


def read(text: str | None, *shape: type) -> tuple[Any, ...] | None:
    """The place that a cursor names, of these types; None for the beginning. Raises Problem (422) for one that was altered or made for
    another list.
    """
    if not text:
        return None
    try:
        found = _signer().loads(text[:MOST])
    except BadData:
        found = None
    kept = [str if one is datetime else one for one in shape]
    if not isinstance(found, list) or found[0] != question() or [type(part) for part in found[1:]] != kept:
        told = "was not made by this hub for this question: begin again without it"
        raise Problem(422, "This cursor cannot be used.", errors=[{"parameter": "cursor", "detail": told}])
    return tuple(datetime.fromisoformat(part) if one is datetime else part for part, one in zip(found[1:], shape, strict=True))
