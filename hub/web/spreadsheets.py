"""Tables for spreadsheets: CSV that calculates nothing."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """CSV with a header and a byte order mark, without which spreadsheets misread Chinese."""
    yield "\ufeff" + row(header)
    for cells in rows:
        yield row(cells)


def row(cells: Iterable[str]) -> str:
    """One line. A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
    return out.getvalue()


def answer(lines: Iterator[str], name: str) -> Response:
    """The lines as a file to save, sent as they come."""
    response = Response(stream_with_context(lines), mimetype="text/csv")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name)
    response.headers["Content-Disposition"] = f'attachment; filename="{plain}.csv"'
    return response
