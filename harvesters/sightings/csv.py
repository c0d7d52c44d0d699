"""Is an address a table of courses?"""

from __future__ import annotations

import csv
import io

from harvesters.clean import charset, columns, json, table, workbook
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting

_TABLES = {"text/csv", "text/tab-separated-values", "application/csv", "text/comma-separated-values", "application/vnd.ms-excel"}
_ROWS = 30


def recognise(request: Request, response: Response) -> Sighting | None:
    """A header that names a title and another column, and a row under it."""
    try:
        book = workbook.is_workbook(response.body)
        rows = workbook.rows(response.body) if book else _rows(response)
    except (SourceError, ValueError, csv.Error):
        return None
    header, under = table.headed(rows, "")
    known = columns.recognise(header)
    if "title" not in known or len(known) < 2 or not any(len(row) == len(header) for _, row in under):
        return None
    named = ", ".join(f"{known[field][0]} ({field})" for field in list(known)[:5])
    sure = book or response.media_type in _TABLES or "url" in known
    return Sighting(
        address=request.url, confidence=0.9 if sure else 0.75, reason=f"The answer is a table. Columns that are known: {named}."
    )


def _rows(response: Response) -> list[tuple[int, list[str]]]:
    words = charset.decode(response.body[:200_000], response.media_type, response.charset).replace("\x00", "").lstrip("\ufeff\r\n")
    if words.lstrip()[:1] in ("", "<", "{", "[") or json.looks_like_html(words) is not None:
        return [(1, [])]
    words, told = table.told(words)
    delimiter = table.delimiter(words, "", told)
    if delimiter not in words[:20_000]:
        return [(1, [])]
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)
    return [(number, row) for number, row in zip(range(1, _ROWS), reader, strict=False)]
