"""Lists of courses in CSV or TSV: columns are found by their usual names in English and Chinese, or named by options."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping

from harvesters.clean import (
    attendance,
    charset,
    columns,
    dates,
    duration,
    html,
    identifier,
    json,
    language,
    level,
    licence,
    money,
    table,
    text,
    url,
    workload,
)
from harvesters.clean.resource_type import resource_type
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Agent, Failure, Item, Offering, Raw, Record

MEDIA_TYPE = "application/json"
MOST_COLUMNS = 500
_FIELD = 2_000_000  # characters of one cell
_SEPARATORS = ";；|、/"
_YES = {"yes", "y", "true", "1", "是", "有", "x", "✓"}
_NO = {"no", "n", "false", "0", "否", "无"}


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    return (Request(url=address, step="list", headers={"Accept": "text/csv, text/tab-separated-values, */*;q=0.5"}),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The whole list. A column that an option names and the list does not have is a SourceError; a row that cannot be read is a Failure."""
    words = charset.decode(response.body, response.media_type, response.charset).replace("\x00", "").lstrip("\r\n")
    if not words.strip():
        raise SourceError(f"An empty answer came from {response.url}, not a list.", advice="Check the address.")
    json.refuse_html(words, "a CSV list", response.url)
    words, told = table.told(words)
    delimiter = table.delimiter(words, options.get("delimiter", ""), told)
    header, rows = table.headed(list(_rows(words, delimiter, response.url)), options.get("title", "").strip())
    names = _unique(header)
    mapping = _mapping(names, options, response.url)
    cut = rows[-1][0] if rows and _ends_inside_quotes(words, delimiter) else 0
    items = tuple(
        _row(number, row, names, mapping, response.url, cut=number == cut) for number, row in rows if any(cell.strip() for cell in row)
    )
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
        yield line, row
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
    for field in columns.FIELDS:
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
    cells = row[: len(names)]
    kept: dict[str, object] = {"header": names, "row": cells}
    titled = Row(dict(zip(names, cells, strict=False)), mapping).one("title")
    if text.line(titled) is None:  # the line helps to find the row; elsewhere it would make every row new when one is inserted above
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
    names, cells = kept.get("header"), kept.get("row")
    if not isinstance(names, list) or not isinstance(cells, list):
        return Failure(reason="The stored row has no header or no cells.", raw=raw)
    row = Row(dict(zip(names, cells, strict=False)), mapping)
    if kept.get("cut") is True:
        return Failure(
            reason=f"The row at line {kept.get('line', '?')} has a quote that is never closed: the list is cut, or later rows are in it.",
            raw=raw,
            identifier=text.identifier(row.one("identifier")),
            advice="Close the quote; rows after it were not read.",
        )
    title, address = text.line(row.one("title")), url.absolute(row.one("url"), raw.url) if row.one("url") else None
    name = text.identifier(row.one("identifier")) or _named(title, address, row)
    if title is None:
        return Failure(
            reason=f"The row at line {kept.get('line', '?')} has no title.",
            raw=raw,
            identifier=name,
            advice=f'Fill in the column "{row.column("title")}".',
        )
    return _record(row, name or title, title, address, raw)


class Row:
    """One row, asked by our field names."""

    def __init__(self, cells: Mapping[str, str], mapping: Mapping[str, tuple[str, ...]]) -> None:
        self._cells, self._mapping = cells, mapping

    def column(self, field: str) -> str:
        return next(iter(self._mapping.get(field, ())), field)

    def many(self, field: str) -> list[str]:
        cells = (self._cells.get(column) for column in self._mapping.get(field, ()))
        return [cell for cell in cells if isinstance(cell, str) and cell.strip()]

    def one(self, field: str) -> str | None:
        return next(iter(self.many(field)), None)

    def split(self, field: str, separators: str = _SEPARATORS) -> tuple[str, ...]:
        """The values in the cells; two spaces separate as well, as some lists were made by taking line breaks out."""
        cells = (re.sub(r"(?<=\S) {2,20}(?=\S)", separators[0], cell) for cell in self.many(field))
        return text.lines(part for cell in cells for part in text.split(cell, separators))


def _named(title: str | None, address: str | None, row: Row) -> str | None:
    """A name that stays the same while the address does, or, without one, title and provider."""
    place = url.canonical(address) if address else None
    basis = place or "\n".join(filter(None, (title, row.one("institution"), row.one("provider"))))
    return hashlib.sha256(basis.encode("utf-8", "replace")).hexdigest()[:20] if basis else None


def _record(row: Row, name: str, title: str, address: str | None, raw: Raw) -> Record:
    known = licence.licence(row.one("licence"))
    price = money.money(row.one("price"), row.one("currency"))
    load = workload.workload(row.one("workload"), weekly=True)
    offering = Offering(
        pace=attendance.pace(row.one("pace") or ""),
        mode=attendance.mode(row.one("mode") or ""),
        start=dates.moment(row.one("start")),
        end=dates.moment(row.one("end")),
        enrolment_end=dates.moment(row.one("enrolment_end")),
        price=price.amount if price else None,
        currency=price.currency if price else None,
    )
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=dates.moment(row.one("modified")),
        url=address,
        resource_type=resource_type(row.split("type")) or "course",
        alternative_titles=tuple(other for other in text.lines(row.many("alternative_title")) if other != title),
        summary=html.plain(row.one("summary"), text.SUMMARY),
        description=html.rich(row.one("description")) or html.rich(row.one("summary")),
        languages=language.tags(row.many("language")),
        subtitle_languages=language.tags(row.many("subtitle_language")),
        agents=tuple(Agent(name=person, role="instructor") for person in row.split("instructor", ";；|、/,，"))
        + tuple(Agent(name=person) for person in row.split("creator", ";；|")),
        provider=text.line(row.one("provider")),
        institution=text.line(row.one("institution")),
        code=text.line(row.one("code")),
        identifiers=identifier.identifiers([*row.many("doi"), *row.many("isbn"), *row.many("identifier")]),
        licence=known,
        licence_url=url.absolute(row.one("licence")) or licence.url(known),
        rights=text.line(row.one("licence")),
        free=_free(row),
        certificate=_truth(row.one("certificate")),
        offerings=(offering,) if offering != Offering() else (),
        duration=duration.duration(row.one("duration"), columns.unit(row.column("duration"))),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels(row.many("level")),
        subjects=row.split("subject"),
        keywords=row.split("keyword", ";；|、/,，"),
        teaches=row.split("teaches", ";；|\n"),
        prerequisites=text.lines(row.many("prerequisite")),
        audience=row.split("audience"),
        image=url.absolute(row.one("image"), raw.url) if row.one("image") else None,
        published=dates.moment(row.one("published")),
        modified=dates.moment(row.one("modified")),
    )


def _free(row: Row) -> bool | None:
    """A column may ask the question the other way round: "is_paid"."""
    said = _truth(row.one("free"))
    return not said if said is not None and columns.normal(row.column("free")) in columns.PAID else said


def _truth(value: str | None) -> bool | None:
    said = (value or "").strip().lower()
    return True if said in _YES or said in ("free", "免费") else False if said in _NO or said in ("paid", "付费", "收费") else None


HARVESTER = Harvester(
    kind="csv",
    aliases=("tsv", "csv-tsv"),
    title="CSV or TSV list",
    start=start,
    parse=parse,
    read=read,
    options=(
        Option(name="delimiter", label="Delimiter", help="comma, tab, semicolon, pipe, or the character itself", default="auto"),
        *(
            Option(
                name=field, label=f"Column: {field}", help=f"The column (or several, with commas) that holds the {field.replace('_', ' ')}."
            )
            for field in columns.FIELDS
        ),
    ),
)
