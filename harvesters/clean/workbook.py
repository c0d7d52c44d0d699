"""The rows of a workbook (XLSX, ODS) as texts, within bounds.

The file is a zip archive of XML. It is measured before it is opened, and what is opened is what was measured: its parts are unpacked here,
counted, and handed on unpacked. A sheet whose cells lie so far apart that its table would fill the memory is refused before it is laid out.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from python_calamine import CalamineWorkbook

from harvesters.errors import SourceError

Rows = list[tuple[int, list[str]]]
MEDIA_TYPES = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.oasis.opendocument.spreadsheet")
MOST_ROWS = 100_000
MOST_COLUMNS = 500
MOST_CELLS = 5_000_000
LONGEST = 100_000  # characters of one cell
_MOST_PARTS = 2_000
_LARGEST = 200_000_000  # bytes, unpacked
_RATIO = 250  # unpacked to packed; what XML reaches at the most when it was not made to be large
_SMALL = 5_000_000  # bytes that may be packed as tightly as they like
_MEDIA = (".png", ".jpg", ".jpeg", ".gif", ".emf", ".wmf", ".bin", ".svg", ".bmp", ".tif", ".tiff", ".webp")  # not needed for the cells
_PLACE = re.compile(rb"""[\s:]r\s{0,5}=\s{0,5}["']\s{0,5}\$?([A-Za-z]{0,10})\$?(\d{0,20})""")
_ROW, _CELL = re.compile(rb"<(?:[\w.-]{1,40}:)?row(?=[\s>/])"), re.compile(rb"<(?:[\w.-]{1,40}:)?c(?=[\s>/])")
_REPEATED = re.compile(rb"""(number-(?:columns|rows)-repeated\s{0,5}=\s{0,5}["'])\s{0,5}(\d{1,30})""")
_BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, KeyError, zlib.error)
_ADVICE = "Save the table again, or as CSV, and check the address."


def is_workbook(body: bytes) -> bool:
    """A zip archive: what both formats are."""
    return body.startswith(b"PK\x03\x04")


def is_old(body: bytes) -> bool:
    """Excel's format before 2007, which we do not read; encrypted workbooks are wrapped in it as well."""
    return body.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def rows(body: bytes, sheet: str = "", url: str = "") -> Rows:
    """Each row of the sheet (its name, or its number from 1; else the first that holds something) with its number, cells as texts.

    SourceError says what is wrong with the file, and which sheets there are when the one asked for is not.
    """
    where = f" from {url}" if url else ""
    measured = _measured(body, where)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(measured)) as book:
            return _read(book, sheet.strip(), where)
    except SourceError:
        raise
    except BaseException as error:  # the reader is not Python: what it did not think of comes as a panic, which is no Exception
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise SourceError(f"The workbook{where} cannot be read: {str(error)[:200]}.", advice=_ADVICE) from None


def _read(book: CalamineWorkbook, sheet: str, where: str) -> Rows:
    names = book.sheet_names
    if sheet and sheet not in names and not (sheet.isdecimal() and 0 < int(sheet[:9]) <= len(names)):
        raise SourceError(
            f'The workbook{where} has no sheet "{sheet[:100]}". Its sheets are: {", ".join(names[:50])}.',
            advice="Name one of them in the option sheet.",
        )
    wanted = names if not sheet else [sheet] if sheet in names else [names[int(sheet) - 1]]
    for name in wanted:
        table = book.get_sheet_by_name(name)
        first = table.start[0] if table.start else 0
        found = [(first + number, _cells(row)) for number, row in enumerate(table.to_python(nrows=MOST_ROWS), 1)]
        if any(any(cells) for _, cells in found):
            return found
    raise SourceError(f"The workbook{where} is empty.", advice=_ADVICE)


def _cells(row: Sequence[object]) -> list[str]:
    return [_written(cell)[:LONGEST] for cell in row[:MOST_COLUMNS]]


def _written(cell: object) -> str:
    """Numbers as they are written, dates as dates (ISO 8601)."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat()
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return f"{cell.total_seconds() / 60:g} minutes"
    return str(cell).replace("\x00", "")


def _measured(body: bytes, where: str) -> bytes:
    """The same archive with its parts unpacked, so that nothing is opened that was not counted."""
    made = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as plain:
            for name, part in _parts(packed, len(body), where):
                plain.writestr(name, _bounded(part, where))
    except _BROKEN as error:
        raise SourceError(f"The workbook{where} is damaged: {str(error)[:200]}.", advice=_ADVICE) from None
    return made.getvalue()


def _parts(packed: zipfile.ZipFile, size: int, where: str) -> Iterator[tuple[str, bytes]]:
    members = packed.infolist()
    said = sum(member.file_size for member in members)
    if len(members) > _MOST_PARTS or said > _LARGEST or said > max(_SMALL, size * _RATIO):
        raise SourceError(
            f"The workbook{where} is refused: its {size:,} bytes would become {said:,} in {len(members):,} parts.",
            advice="Ask the source's owner for a smaller table, or for CSV.",
        )
    left = _LARGEST
    for member in members:
        if member.is_dir() or PurePosixPath(member.filename).suffix.lower() in _MEDIA:
            continue
        with packed.open(member) as part:
            content = part.read(left + 1)  # at most what the archive says of it; a part that says less than it holds fails its checksum
        left -= len(content)
        if left < 0:
            raise SourceError(
                f"The workbook{where} is refused: it is larger than {_LARGEST // 1_000_000} MB when unpacked.", advice=_ADVICE
            )
        yield member.filename, content


def _bounded(content: bytes, where: str) -> bytes:
    """Refuses a sheet that reaches too far; a place that is only repeated, as ODS writes the empty rest of a sheet, is cut short."""
    if b"<!DOCTYPE" in content[:5_000] or b"<!ENTITY" in content[:5_000] or b"\x00" in content[:200]:
        raise SourceError(f"The workbook{where} holds what no workbook needs: a document type, or text that is not UTF-8.", advice=_ADVICE)
    if b"-repeated" in content:
        content = _REPEATED.sub(_shorter, content)
    last_row, last_column = (_open_document if b"table-row" in content else _reach)(content)
    if last_row * max(last_column, 1) > MOST_CELLS:
        raise SourceError(
            f"The workbook{where} is refused: a sheet reaches to row {last_row:,} and column {last_column:,}.",
            advice="Delete the empty rows and columns around the table, and save it again.",
        )
    return content


def _shorter(found: re.Match[bytes]) -> bytes:
    times, most = int(found[2]), MOST_COLUMNS if b"columns" in found[1] else 1_000
    return found[1] + str(times if times <= most else 1).encode()


def _reach(content: bytes) -> tuple[int, int]:
    """The last row and column that an XLSX sheet may name, or count; its table is laid out as a rectangle up to there."""
    last_row = last_column = numbered = placed = 0
    for found in _PLACE.finditer(content):
        last_row, last_column = max(last_row, int(found[2] or 0)), max(last_column, _column(found[1].upper()))
        numbered += not found[1]
        placed += bool(found[1])
    rows_ = _ROW.findall(content)
    cells = [len(_CELL.findall(part)) for part in _ROW.split(content)] if rows_ else [0]
    if len(rows_) > numbered:  # rows and cells that do not say where they are follow those before them
        last_row += len(rows_)
    if sum(cells) > placed:
        last_column += max(cells)
    return last_row, last_column


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _open_document(content: bytes) -> tuple[int, int]:
    """The same for an ODS table, whose rows and cells may be repeated."""
    parts = content.split(b"<table:table-row")
    rows_ = columns = 0
    for part in parts:
        cells = part.count(b"table-cell")
        for name, times in _REPEATED.findall(part):
            if b"columns" in name:
                cells += int(times)
            else:
                rows_ += int(times)
        columns = max(columns, cells)
    return rows_ + len(parts), columns
