"""Tables for spreadsheets as answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Response

from hub.exports.spreadsheet import lines, row
from hub.web import context

__all__ = ["answer", "lines", "row"]


def answer(lines: Iterator[str], name: str) -> Response:
    """The lines as a file to save, sent as they come."""
    response = context.streamed(lines, "text/csv; charset=utf-8")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}.csv"'
    return response
