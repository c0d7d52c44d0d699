"""Lists of courses in CSV, TSV, XLSX or ODS: columns are found by their usual names in English and Chinese, or named by options."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from harvesters.clean import cells, charset, columns, fields, json, table, text, url, workbook
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw
from harvesters.sightings import csv as sighting

MEDIA_TYPE = "application/json"
MOST_COLUMNS = 500
_FIELD = 2_000_000  # characters of one cell


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    return (
        Request(
            url=address,
            step="list",
            headers={"Accept": f"text/csv, text/tab-separated-values, {', '.join(workbook.MEDIA_TYPES)}, */*;q=0.5"},
        ),
    )


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The whole list. A column that an option names and the list does not have is a SourceError; a row that cannot be read is a Failure."""
    where, body = response.url, response.body
    if workbook.is_old(body):
        raise SourceError(
            f"The workbook from {where} is of Excel 97, or encrypted: that is not read.", advice="Save it as XLSX, or as CSV."
        )
    if workbook.is_workbook(body):
        return _page(workbook.rows(body, options.get("sheet", ""), where), options, where)
    words = charset.decode(body, response.media_type, response.charset).replace("\x00", "").lstrip("\r\n")
    if not words.strip():
        raise SourceError(f"An empty answer came from {where}, not a list.", advice="Check the address.")
    json.refuse_html(words, "a CSV list", where)
    words, told = table.told(words)
    delimiter = table.delimiter(words, options.get("delimiter", ""), told)
    return _page(list(_rows(words, delimiter, where)), options, where, cut=_ends_inside_quotes(words, delimiter))


def _page(found: list[tuple[int, list[str]]], options: Mapping[str, str], where: str, *, cut: bool = False) -> Page:
    header, rows = table.headed(found, options.get("title", "").strip())
    names = _unique(header)
    mapping = _mapping(names, options, where)
    last = rows[-1][0] if rows and cut else 0
    items = tuple(_row(number, row, names, mapping, where, cut=number == last) for number, row in rows if any(cell.strip() for cell in row))
    return Page(items=items, total=len(items))


def _rows(words: str, delimiter: str, where: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the number of its first line. Cells may hold line breaks."""
    csv.field_size_limit(_FIELD)
    reader = csv.reader(io.StringIO(words, newline=""), delimiter=delimiter)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SourceError(
                f"The list from {where} cannot be read at line {reader.line_num}: {error}.",
                advice="Check the quotes and the delimiter of the file.",
            ) from None
        yield line, [cells.unquoted(cell) for cell in row]
        line = reader.line_num + 1


def _ends_inside_quotes(words: str, delimiter: str) -> bool:
    try:
        for _ in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _unique(header: list[str]) -> list[str]:
    """Column names; those without a name, and those of the same name, get one from their place."""
    found: list[str] = []
    for number, cell in enumerate(header[:MOST_COLUMNS], 1):
        name = text.line(cell) or f"column {number}"
        found.append(name if name not in found else f"{name} ({number})")
    return found


def _mapping(names: list[str], options: Mapping[str, str], where: str) -> dict[str, tuple[str, ...]]:
    """Our field -> the columns that it comes from."""
    known = columns.recognise(names)
    for field in fields.NAMES:
        said = options.get(field, "").strip()
        if said:
            known[field] = (said,) if said in names else tuple(part.strip() for part in re.split(r"[,，+]", said) if part.strip())
    missing = [column for wanted in known.values() for column in wanted if column not in names]
    if missing:
        raise SourceError(
            f'The list from {where} has no column "{missing[0]}". Its columns are: {", ".join(names[:50])}.',
            advice="Name an existing column in the source's options.",
        )
    if "title" not in known:
        raise SourceError(
            f"No column of the list from {where} is known to be the title. Its columns are: {', '.join(names[:50])}.",
            advice="Say which one it is, for example: --option title=" + (names[0] if names else "name"),
        )
    return known


def _row(number: int, row: list[str], names: list[str], mapping: Mapping[str, tuple[str, ...]], where: str, *, cut: bool) -> Item:
    said = row[: len(names)]
    kept: dict[str, object] = {"header": names, "row": said}
    if text.line(_fields(names, said, mapping).one("title")) is None:
        # The line helps to find the row; elsewhere it would make every row new when one is inserted above.
        kept["line"] = number
    if cut:
        kept.update(line=number, cut=True)
    return _item(kept, mapping, Raw(json.dump(kept), MEDIA_TYPE, where))


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored row with its header; the options say which columns are which."""
    try:
        kept = json.load(raw.body.decode())
        names = [str(name) for name in kept["header"]]  # type: ignore[index]
        return _item(kept, _mapping(names, options, raw.url), raw)  # type: ignore[arg-type]
    except (ValueError, KeyError, TypeError) as error:
        return Failure(reason=f"The stored row cannot be read: {error}.", raw=raw)
    except SourceError as error:
        return Failure(reason=str(error), raw=raw, advice=error.advice)


def _item(kept: Mapping[str, object], mapping: Mapping[str, tuple[str, ...]], raw: Raw) -> Item:
    names, said = kept.get("header"), kept.get("row")
    if not isinstance(names, list) or not isinstance(said, list):
        return Failure(reason="The stored row has no header or no cells.", raw=raw)
    row = _fields(names, said, mapping)
    if kept.get("cut") is True:
        return Failure(
            reason=f"The row at line {kept.get('line', '?')} has a quote that is never closed: the list is cut, or later rows are in it.",
            raw=raw,
            identifier=text.identifier(row.one("identifier")),
            advice="Close the quote; rows after it were not read.",
        )
    title, address = text.line(row.one("title")), url.absolute(row.one("url"), raw.url) if row.one("url") else None
    name = fields.name(row, title, address)
    if title is None:
        return Failure(
            reason=f"The row at line {kept.get('line', '?')} has no title.",
            raw=raw,
            identifier=name,
            advice=f'Fill in the column "{_column(mapping, "title")}".',
        )
    return fields.record(row, name or title, title, address, raw)


def _fields(names: list[str], row: list[str], mapping: Mapping[str, tuple[str, ...]]) -> fields.Fields:
    """One row, asked by our field names."""
    said = dict(zip(names, row, strict=False))
    values = {
        field: [cell for cell in map(said.get, wanted) if isinstance(cell, str) and cell.strip()] for field, wanted in mapping.items()
    }
    paid = columns.normal(_column(mapping, "free")) in columns.PAID  # "is_paid"
    return fields.Fields(values, cells=True, unit=columns.unit(_column(mapping, "duration")), paid=paid)


def _column(mapping: Mapping[str, tuple[str, ...]], field: str) -> str:
    return next(iter(mapping.get(field, ())), field)


HARVESTER = Harvester(
    kind="csv",
    aliases=("tsv", "csv-tsv", "xlsx", "ods", "excel", "spreadsheet"),
    title="CSV, TSV, XLSX or ODS list",
    start=start,
    parse=parse,
    read=read,
    recognise=sighting.recognise,
    options=(
        Option(name="delimiter", label="Delimiter", help="comma, tab, semicolon, pipe, or the character itself", default="auto"),
        Option(name="sheet", label="Sheet", help="Of a workbook: the sheet's name, or its number; else the first that holds something."),
        *(Option(name=field, label=f"Column: {field}", help="The name of the column; several with commas.") for field in fields.NAMES),
    ),
)
