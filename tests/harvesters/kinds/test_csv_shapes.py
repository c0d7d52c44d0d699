"""Lists as spreadsheets and collectors of courses write them: the columns are theirs, the words are invented."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from harvesters.errors import SourceError
from harvesters.record import Record


@pytest.fixture
def only(ask):
    def build(text: str | bytes, **options: str) -> Record:
        (item,) = ask("csv", text, options=options).items
        assert isinstance(item, Record)
        return item

    return build


def test_a_list_of_lessons_for_sale(only):
    head = "course_id,course_title,url,is_paid,price,level,content_duration,published_timestamp,subject\n"
    record = only(head + "7,Selling,https://shop.example.org/7,True,20,All Levels,1.5,2017-01-18T20:58:58Z,Trade\n")
    assert (record.identifier, record.duration, record.free) == ("7", "PT1H30M", False)
    assert record.published == datetime(2017, 1, 18, 20, 58, 58, tzinfo=UTC) and record.offerings[0].price == Decimal(20)
    assert only(head + "8,Given,https://shop.example.org/8,False,Free,,0.5,,\n").free is True


def test_a_list_of_certificates(only):
    record = only(
        ",course_title,course_organization,course_Certificate_type,course_difficulty\n1,Trade,North University,SPECIALIZATION,Beginner\n"
    )
    assert (record.title, record.institution, record.resource_type) == ("Trade", "North University", "programme")
    assert record.levels == ("introductory",)


def test_a_list_with_effort_and_length(only):
    record = only(
        "title,pacing,subtitles,course_effort,course_length,price,Skills,mode\n"
        "Trade,Self-paced,English,2–3 hours per week,2 Weeks,FREE-Add a Verified Certificate for $49 USD,Selling  Buying,Online\n"
    )
    assert (record.workload_min, record.workload_max, record.duration) == (2.0, 3.0, "P2W")
    assert (record.offerings[0].price, record.offerings[0].pace, record.offerings[0].mode) == (Decimal(0), "self", "online")
    assert (record.subtitle_languages, record.teaches) == (("en",), ("Selling", "Buying"))


@pytest.mark.parametrize(
    "above",
    [
        "",
        ",,,\n",
        "Catalogue 2026,,,\n,,,\n",
        "\n\n",
        "Catalogue 2026\n\n",
    ],
)
def test_what_stands_above_the_header(only, above):
    record = only(above + 'Title,URL,Language,Tags\nTrade,https://a.example.org/1,en,"x,y"\n')
    assert (record.title, record.url, record.keywords) == ("Trade", "https://a.example.org/1", ("x", "y"))


def test_the_line_of_excel(only):
    for line in ("sep=;\r\n", '"sep=;"\n', "SEP=;\n"):
        record = only(f"{line}Titel;Preis;Sprache\r\nHandel, Teil 1;1.299,00 €;Deutsch\r\n")
        assert (record.title, record.offerings[0].price, record.languages) == ("Handel, Teil 1", Decimal("1299.00"), ("de",))
    assert only("title\nTrade, part 1\n").title == "Trade"


def test_a_column_that_an_option_names_shows_the_header(only, ask):
    assert only("A list\nWhat,Where\nTrade,https://a.example.org/1\n", title="What", url="Where", delimiter="comma").title == "Trade"
    with pytest.raises(SourceError, match="A list"):
        ask("csv", "A list,,\nWhat,Where,Who\n")


@pytest.mark.parametrize("encoding", ["big5", "utf-8-sig", "utf-16", "utf-16-le"])
def test_names_in_traditional_characters(only, encoding):
    body = "課程名稱,授課教師,學校,課程連結,開課時間\n電子商務概論,王大明,國立大學,http://a.example.tw/1,2026/09/01\n"
    record = only(body.encode(encoding))
    assert (record.title, record.institution, record.url) == ("電子商務概論", "國立大學", "http://a.example.tw/1")
    assert record.agents[0].name == "王大明" and record.offerings[0].start == datetime(2026, 9, 1, tzinfo=UTC)


def test_a_bare_number_counts_what_its_column_says(only):
    for column, length in (("Duration (weeks)", "P6W"), ("duration_hours", "PT6H"), ("Duration in minutes", "PT6M"), ("Duration", "P6W")):
        assert only(f"title,{column}\nTrade,6\n").duration == length
