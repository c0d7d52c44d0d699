"""Text answers leave compressed when the visitor's browser takes it."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, request
from werkzeug.wrappers import Response

LEAST = 1024  # bytes; below, the headers cost more than is gained
TEXT = (
    *("text/", "application/javascript", "application/json", "application/ld+json", "application/problem+json"),
    *("image/svg+xml", "application/xml"),
)
LEVEL = 5


@lru_cache(maxsize=64)
def _packed_once(body: bytes) -> bytes:
    """Static files are the same every time."""
    return gzip.compress(body, 9, mtime=0)


def compress(response: Response) -> Response:
    """After a request. Streams are left alone, and so is what is compressed already."""
    if not (response.mimetype or "").startswith(TEXT) or "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code != 200 and response.status_code < 400:
        return response
    if not request.accept_encodings.quality("gzip") or (response.is_streamed and request.endpoint != "static"):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= LEAST:
        still = request.endpoint == "static"
        response.set_data(_packed_once(body) if still else gzip.compress(body, LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        if (etag := response.get_etag()[0]) is not None:
            response.set_etag(f"{etag}-gzip")
    return response


def register(app: Flask) -> None:
    """Compress every answer of the application."""
    app.after_request(compress)
