"""The quality of a source's records, as everybody reads it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from flask.testing import FlaskClient
from lxml import html

Look = Callable[..., str]


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_a_report_names_what_is_missing_and_where_it_goes(look: Look) -> None:
    page = html.document_fromstring(look("/sources/repository/report"))
    article = page.xpath("//article[.//h3[@id='m-licence']]")[0].text_content()
    assert "It goes into dc:rights." in article and "example" in article
    assert "no element for it" in page.xpath("//article[.//h3[@id='m-duration']]")[0].text_content()
    assert not page.xpath("//*[@style]") and not page.xpath("//script[not(@src) and not(@type)]")
    assert "A record with a title only" in page.text_content()


def test_hostile_records_stay_text(look: Look) -> None:
    text = look("/sources/repository/report")
    assert "onerror=alert" not in text.replace("onerror=alert(1)&gt;", "")
    assert not html.document_fromstring(text).xpath("//img | //a[starts-with(@href, 'javascript')]")


def test_a_source_that_was_never_harvested(look: Look) -> None:
    assert "No report yet" in look("/sources/silent/report")
    assert "还没有报告" in look("/sources/silent/report", "zh-CN")


def test_visitors_see_nothing_of_the_admins(look: Look, admin: FlaskClient) -> None:
    assert "/admin/records/" not in look("/sources/repository/report")
    assert "/admin/records/" in admin.get("/sources/repository/report").get_data(as_text=True)


def test_the_same_for_programs(visitor: FlaskClient) -> None:
    found = visitor.get("/sources/repository/report.json").get_json()
    assert found["name"] == "repository" and found["records"]["active"] > 40
    assert {"field", "count", "share", "examples"} == set(found["missing"][0])


def test_every_problem_as_a_table_that_calculates_nothing(visitor: FlaskClient) -> None:
    answer = visitor.get("/sources/repository/problems.csv")
    assert answer.mimetype == "text/csv"
    head, *problems = rows(answer.get_data(as_text=True))
    assert head[:4] == ["identifier", "title", "address", "problem"]
    bare = next(row for row in problems if row[0] == "bare")
    assert bare[3] == "missing" and "licence" in bare[4] and "dc:rights" in bare[5]
    assert not [cell for row in problems for cell in row if cell[:1] in "=+-@" and cell]


def test_sizes_as_a_table(visitor: FlaskClient) -> None:
    head, *days = rows(visitor.get("/sources/repository/records.csv").get_data(as_text=True))
    assert head == ["day", "records"] and len(days) == 90 and days[-1][1] == "40"


def test_there_is_no_such_source(visitor: FlaskClient) -> None:
    for path in ("report", "report.json", "problems.csv", "records.csv"):
        assert visitor.get(f"/sources/nobody/{path}").status_code == 404


def test_the_source_leads_to_its_report(look: Look) -> None:
    assert html.document_fromstring(look("/sources/repository")).xpath("//a[@href='/sources/repository/report']")
