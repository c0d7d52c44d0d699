# ruff: noqa: E501, RUF043  (an example a line)
"""Workbooks: values as written, the right sheet, and files that would fill memory or disk."""

import io
import struct
import zipfile
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import registry
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response
from harvesters.record import Failure, Record

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def archive(parts: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def cell(place: str, value: object) -> str:
    if isinstance(value, tuple):  # a date, as a number with the style of dates
        return f'<c r="{place}" s="1"><v>{value[0]}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def sheet(rows: list[list[object]]) -> str:
    lines = "".join(
        f'<row r="{number}">' + "".join(cell(f"{chr(64 + column)}{number}", value) for column, value in enumerate(row, 1)) + "</row>"
        for number, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{MAIN}"><sheetData>{lines}</sheetData></worksheet>'


def xlsx(sheets: dict[str, str]) -> bytes:
    numbered = list(enumerate(sheets.items(), 1))
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="rId{n}"/>' for n, (name, _) in numbered)
    links = "".join(f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered)
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return archive(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "_rels/.rels": f'<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{names}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{links}</Relationships>',
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
            **{f"xl/worksheets/sheet{n}.xml": content for n, (_, content) in numbered},
        }
    )


def ods(table: str) -> bytes:
    return archive(
        {
            "mimetype": TYPE,
            "content.xml": '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
            ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="S">'
            + table
            + "</table:table></office:spreadsheet></office:body></office:document-content>",
            "META-INF/manifest.xml": "<manifest/>",
        }
    )


COURSES: list[list[object]] = [
    ["课程名称", "课程链接", "开课时间", "价格", "免费", "编号"],
    ["电子商务概论", "https://e.org/1", (46082,), 99, False, 7.0],
    ["Live commerce", "/c/2", "2026年3月1日", 12.5, True, "x"],
    [None or "", "https://e.org/3"],
]


def test_values_are_as_written(ask):
    items = ask("csv", xlsx({"课程": sheet(COURSES)})).items
    first, second, third = items
    assert isinstance(first, Record) and (first.title, first.url, first.identifier) == ("电子商务概论", "https://e.org/1", "7")
    assert first.offerings[0].start == datetime(2026, 3, 1, tzinfo=UTC) and first.free is False
    assert (first.offerings[0].price, second.offerings[0].price) == (Decimal("99.00"), Decimal("12.50"))
    assert second.url == "https://site.example.org/c/2" and second.free is True and second.identifier == "x"
    assert isinstance(third, Failure) and third.reason == "The row at line 4 has no title."


def test_the_sheet_is_the_first_with_something_or_the_one_that_is_named(ask):
    book = xlsx({"Notes": sheet([]), "A": sheet([["title"], ["one"]]), "B": sheet([["title"], ["two"]])})
    assert [item.title for item in ask("csv", book).items] == ["one"]
    assert [item.title for item in ask("csv", book, options={"sheet": "B"}).items] == ["two"]
    assert [item.title for item in ask("csv", book, options={"sheet": "2"}).items] == ["one"]
    with pytest.raises(SourceError, match='has no sheet "C". Its sheets are: Notes, A, B'):
        ask("csv", book, options={"sheet": "C"})


def test_open_document_with_the_empty_rest_of_its_sheet(ask):
    row = "<table:table-row>{}</table:table-row>"
    words = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rest = '<table:table-cell table:number-columns-repeated="16382"/>'
    end = f'<table:table-row table:number-rows-repeated="1048574">{rest}</table:table-row>'
    date = '<table:table-cell office:value-type="date" office:date-value="2026-03-01"/>'
    table = row.format(words.format("title") + words.format("start") + rest) + row.format(words.format("A") + date + rest) + end
    (item,) = ask("csv", ods(table)).items
    assert item.title == "A" and item.offerings[0].start == datetime(2026, 3, 1, tzinfo=UTC)


def test_two_cells_in_opposite_corners_do_not_fill_the_memory(ask):
    far = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    with pytest.raises(SourceError, match="reaches to row 1,048,576 and column 16,384"):
        ask("csv", xlsx({"S": far}))
    unplaced = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1000000">{"<c><v>1</v></c>" * 600}</row></sheetData></worksheet>'
    with pytest.raises(SourceError, match="reaches to row 1,000,000 and column 600"):
        ask("csv", xlsx({"S": unplaced}))
    wide = '<table:table-row><table:table-cell table:number-columns-repeated="400"/></table:table-row>'
    with pytest.raises(SourceError, match="reaches to row"):
        ask("csv", ods(wide + "<table:table-row><table:table-cell/></table:table-row>" * 20_000))


def test_a_bomb_is_refused_before_it_is_unpacked(ask):
    with pytest.raises(SourceError, match=r"its [\d,]+ bytes would become 300,0"):
        ask("csv", archive({"xl/workbook.xml": b" " * 300_000_000}))
    with pytest.raises(SourceError, match="would become"):
        ask("csv", archive({f"p{number}.xml": "" for number in range(3_000)}))


def test_a_part_that_says_less_than_it_holds(ask):
    body = bytearray(archive({"xl/workbook.xml": b" " * 1_000_000}))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = body.find(mark) + place
        body[at : at + 4] = struct.pack("<I", 10)
    with pytest.raises(SourceError, match="is damaged"):
        ask("csv", bytes(body))


def test_what_is_no_workbook_is_told(ask):
    with pytest.raises(SourceError, match="Excel 97, or encrypted"):
        ask("csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(SourceError, match="cannot be read"):
        ask("csv", archive({"word/document.xml": "<w/>"}))
    with pytest.raises(SourceError, match="is empty"):
        ask("csv", xlsx({"S": sheet([])}))


BOOK = xlsx({"S": sheet(COURSES)})
PARTS = {name: zipfile.ZipFile(io.BytesIO(BOOK)).read(name) for name in zipfile.ZipFile(io.BytesIO(BOOK)).namelist()}


@given(place=st.floats(0, 1), length=st.integers(0, 40), piece=st.binary(max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_wound_of_the_archive(place, length, piece):
    start = int(len(BOOK) * place)
    answered(BOOK[:start] + piece + BOOK[start + length :])


@given(name=st.sampled_from(sorted(PARTS)), place=st.floats(0, 1), length=st.integers(0, 40), piece=st.binary(max_size=20))
@settings(max_examples=150, deadline=None)
def test_any_wound_of_a_part(name, place, length, piece):
    start = int(len(PARTS[name]) * place)
    answered(archive({**PARTS, name: PARTS[name][:start] + piece + PARTS[name][start + length :]}))


def answered(body: bytes) -> None:
    harvester = registry.kind("csv")
    try:
        page = harvester.parse(Request(url="https://e.org/x", step="list"), Response(url="https://e.org/x", body=body), {})
    except SourceError as error:
        assert str(error)
    else:
        assert all(harvester.read(item.raw, {}) == item for item in page.items)
