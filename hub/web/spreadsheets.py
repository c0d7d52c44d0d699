"""Tables for spreadsheets as answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response

from hub.exports.spreadsheet import lines, row
from hub.web import context

__all__ = ["answer", "lines", "row"]


def answer(lines: Callable[[Any], Iterator[str]], name: str) -> Response:
    """The lines as a file to save, sent as they come: they are read with the session that they are given."""
    response = context.streamed(lines, "text/csv; charset=utf-8")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}.csv"'
    return response
