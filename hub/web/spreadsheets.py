"""Tables for spreadsheets as answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Response, stream_with_context

from hub.exports.spreadsheet import lines, row

__all__ = ["answer", "lines", "row"]


def answer(lines: Iterator[str], name: str) -> Response:
    """The lines as a file to save, sent as they come."""
    response = Response(stream_with_context(lines), mimetype="text/csv")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}.csv"'
    return response
