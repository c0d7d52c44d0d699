"""Pages for those who tune the search: who may see them, what they count, grade, try, apply and restore."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import Adjustment, Demand, JudgedQuery, Judgement

Csrf = Callable[[FlaskClient], str]
PAGES = ("/admin/search", "/admin/search/queries", "/admin/search/tuning")
ROBOT = {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}


def text(client: FlaskClient, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def counted(site: Flask) -> dict[str, tuple[int, int]]:
    """Words -> times, times without result: what is in the database now."""
    site.extensions["hub"].observer.hand_over()
    with site.app_context():
        return {row.words: (row.times, row.fruitless) for row in db.session.scalars(select(Demand))}


@pytest.mark.parametrize("path", [*PAGES, "/admin/search/queries/1"])
def test_only_admins_see_them(own_site: Flask, path: str, csrf: Csrf, courses: object) -> None:
    visitor = own_site.test_client()
    assert visitor.get(path).headers["Location"].startswith("/login")
    visitor.post("/login", data={"csrf_token": csrf(visitor), "email": "reader@example.org", "password": courses.PASSWORD})  # type: ignore[attr-defined]
    assert visitor.get(path).status_code == 403
    assert visitor.post("/admin/search/tuning", data={"csrf_token": csrf(visitor), "title": "1"}).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_in_both_languages(admin: FlaskClient, path: str, language: str) -> None:
    page = html.document_fromstring(text(admin, path, language))
    assert len(page.xpath("//h1")) == 1 and len(page.xpath("//main")) == 1
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert not page.xpath("//@style | //style | //script[not(@src)]")
    assert page.xpath("//nav[contains(@class, 'subnav')]//a[@aria-current='page']/@href") == [path]


def test_the_menu_leads_there(admin: FlaskClient) -> None:
    assert text(admin, "/").count('href="/admin/search"') == 2


def test_people_are_counted_programs_and_further_looks_are_not(own_site: Flask) -> None:
    person = own_site.test_client()
    for _ in range(2):
        person.get("/search?q=Logistics")
    person.get("/search?q=zzzz")
    for address in (
        "/search?q=logistics&type=course",
        "/search?q=logistics&page=2",
        "/search?q=logistics&sort=title",
        "/search",
        "/suggest?q=log",
    ):
        person.get(address)
    person.get("/search?q=logistics", headers=ROBOT)
    person.get("/search?q=logistics", headers={"User-Agent": ""})
    person.get("/search?q=logistics", headers={"Sec-Purpose": "prefetch;prerender"})
    for private in ("anna@example.org", "13800138000"):
        person.get("/search", query_string={"q": private})
    assert counted(own_site) == {"logistics": (2, 0), "zzzz": (1, 1)}


def test_a_search_writes_nothing_while_somebody_waits(own_site: Flask) -> None:
    own_site.test_client().get("/search?q=logistics")
    with own_site.app_context():
        assert db.session.scalars(select(Demand)).all() == []


def test_the_list_shows_what_finds_nothing_with_what_to_do(own_site: Flask, admin: FlaskClient) -> None:
    for _ in range(3):
        admin.get("/search?q=zz+%26+qq")
    admin.get("/search?q=only+once")
    counted(own_site)
    page = html.document_fromstring(text(admin, "/admin/search"))
    links = page.xpath("//section[@aria-labelledby='h-nothing']//tbody//a/@href")
    assert links == [
        "/search?q=zz+%26+qq",
        "/admin/search/queries?words=zz+%26+qq&language=en#words",
        "/admin/vocabulary?find=zz+%26+qq",
    ]
    assert "only once" not in page.text_content()
    assert page.xpath("string(//dl[@class='stats']/div[4]/dd)") == "1"
    form = html.document_fromstring(text(admin, links[1].partition("#")[0]))
    assert form.xpath("//input[@name='words']/@value") == ["zz & qq"]


def new_query(admin: FlaskClient, csrf: Csrf, words: str = "logistics") -> str:
    answer = admin.post("/admin/search/queries", data={"csrf_token": csrf(admin), "words": words, "language": "en", "intent": "a course"})
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_query_is_added_graded_and_measured(admin: FlaskClient, csrf: Csrf, own_site: Flask) -> None:
    address = new_query(admin, csrf)
    page = html.document_fromstring(text(admin, address))
    names = page.xpath("//li[@class='judged']//input[@value='3']/@name")
    assert len(names) == 20
    assert admin.post(address, data={"csrf_token": csrf(admin), names[1]: "3", names[2]: "", names[3]: "9"}).status_code == 303
    page = html.document_fromstring(text(admin, address))
    assert page.xpath("//input[@checked and @value='3']/@name") == [names[1]]
    row = html.document_fromstring(text(admin, "/admin/search/queries")).xpath("//tbody/tr")[0]
    assert row.xpath("string(td[5])") == "0.500" and row.xpath("string(td[4])") == "0.631"
    with own_site.app_context():
        assert [one.grade for one in db.session.scalars(select(Judgement))] == [3]


@pytest.mark.parametrize(
    ("words", "said"), [("  ", "Enter the words of the query."), ("logistics", "There is a test query with these words")]
)
def test_a_query_that_cannot_be_added_says_why(admin: FlaskClient, csrf: Csrf, words: str, said: str) -> None:
    new_query(admin, csrf)
    answer = admin.post("/admin/search/queries", data={"csrf_token": csrf(admin), "words": words, "language": "en", "intent": "kept"})
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert said in page.xpath("string(//div[@role='alert'])") and "Error:" in page.xpath("string(//title)")
    assert "kept" in page.xpath("string(//textarea)")


def test_a_query_is_removed_after_a_question(admin: FlaskClient, csrf: Csrf, own_site: Flask) -> None:
    address = new_query(admin, csrf)
    assert "logistics" in text(admin, f"{address}/remove")
    with own_site.app_context():
        assert db.session.scalars(select(JudgedQuery)).all() != []
    assert admin.post(f"{address}/remove", data={"csrf_token": csrf(admin)}).status_code == 303
    assert admin.get(address).status_code == 404
    assert admin.get("/admin/search/queries/99999999999999").status_code == 404


def test_a_grade_for_what_no_resource_can_be_called_is_a_bad_form(admin: FlaskClient, csrf: Csrf) -> None:
    address = new_query(admin, csrf)
    assert admin.post(address, data={"csrf_token": csrf(admin), "grade-a\0": "3"}).status_code == 400


def numbers(admin: FlaskClient, csrf: Csrf, **changed: str) -> dict[str, str]:
    """The form of the weights as it stands, with these fields changed."""
    form = html.document_fromstring(text(admin, "/admin/search/tuning")).xpath("//form[@action='/admin/search/tuning']")[0]
    fields = {field.get("name"): field.get("value") or "" for field in form.xpath(".//input")}
    return {**fields, "csrf_token": csrf(admin), **changed}


def test_trying_compares_and_changes_nothing(admin: FlaskClient, csrf: Csrf, own_site: Flask) -> None:
    new_query(admin, csrf)
    answer = admin.post("/admin/search/tuning", data=numbers(admin, csrf, title="0.5", do="try"))
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 200
    assert "Title 5 → 0.5" in page.xpath("string(//section[@id='trial'])")
    assert len(page.xpath("//section[@id='trial']//tbody/tr")) == 2
    assert page.xpath("//input[@name='title']/@value") == ["0.5"]
    with own_site.app_context():
        assert db.session.scalars(select(Adjustment)).all() == []


def test_applying_is_kept_with_who_and_why_and_can_be_taken_back(admin: FlaskClient, csrf: Csrf) -> None:
    answer = admin.post("/admin/search/tuning", data=numbers(admin, csrf, title="6,5", freshness="0", do="apply", note="titles"))
    assert answer.status_code == 303
    page = html.document_fromstring(text(admin, "/admin/search/tuning"))
    row = page.xpath("//section[@aria-labelledby='h-history']//tbody/tr")[0]
    assert "Ada" in row.text_content() and "titles" in row.text_content() and "Title 5 → 6.5" in row.text_content()
    assert page.xpath("//input[@name='title']/@value") == ["6.5"]
    assert admin.post("/admin/search/tuning/restore", data={"csrf_token": csrf(admin), "id": "0"}).status_code == 303
    assert html.document_fromstring(text(admin, "/admin/search/tuning")).xpath("//input[@name='title']/@value") == ["5"]
    for id, status in (("77", 404), ("x", 400), ("", 400)):
        assert admin.post("/admin/search/tuning/restore", data={"csrf_token": csrf(admin), "id": id}).status_code == status


@pytest.mark.parametrize("typed", ["", "many", "-1", "20.01", "nan", "inf", "1e400"])
def test_numbers_that_cannot_be_meant_come_back_with_a_sentence(admin: FlaskClient, csrf: Csrf, own_site: Flask, typed: str) -> None:
    answer = admin.post("/admin/search/tuning", data=numbers(admin, csrf, title=typed, b="0.4", do="apply"))
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert page.xpath("string(//div[@role='alert']//li)") == "Title: enter a number from 0 to 20."
    assert page.xpath("//input[@name='title'][@aria-invalid='true']/@value") == [typed]
    assert page.xpath("//input[@name='b']/@value") == ["0.4"]
    with own_site.app_context():
        assert db.session.scalars(select(Adjustment)).all() == []


def test_at_least_one_place_must_count(admin: FlaskClient, csrf: Csrf) -> None:
    nothing = dict.fromkeys(("title", "alternative", "keywords", "people", "description"), "0")
    answer = admin.post("/admin/search/tuning", data=numbers(admin, csrf, do="apply", **nothing))
    assert answer.status_code == 422 and "At least one place of words" in answer.get_data(as_text=True)


def test_two_admins_do_not_overwrite_each_other(admin: FlaskClient, csrf: Csrf) -> None:
    opened = numbers(admin, csrf, title="9", do="apply")
    admin.post("/admin/search/tuning", data=numbers(admin, csrf, title="2", do="apply"))
    answer = admin.post("/admin/search/tuning", data=opened)
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 409
    assert "Title: 2 (yours: 9)" in page.xpath("string(//div[@role='alert'])")
    assert page.xpath("//input[@name='title']/@value") == ["9"]
    seen = page.xpath("//input[@name='seen']/@value")[0]
    for nonsense in ("-1", "²", "9" * 5000):
        assert admin.post("/admin/search/tuning", data={**opened, "csrf_token": csrf(admin), "seen": nonsense}).status_code == 409
    assert admin.post("/admin/search/tuning", data={**opened, "csrf_token": csrf(admin), "seen": seen}).status_code == 303


def test_forms_need_their_token(admin: FlaskClient) -> None:
    for path in ("/admin/search/queries", "/admin/search/tuning", "/admin/search/tuning/restore"):
        assert admin.post(path, data={"id": "0"}).status_code == 400


def test_words_of_visitors_stay_text(own_site: Flask, admin: FlaskClient) -> None:
    for _ in range(3):
        admin.get("/search", query_string={"q": "<script>alert(1)</script>"})
    counted(own_site)
    page = html.document_fromstring(text(admin, "/admin/search"))
    assert "<script>" in page.xpath("string(//tbody)") and not page.xpath("//tbody//script")
    assert re.search(r"no-cache|no-store", admin.get("/admin/search").headers["Cache-Control"])


def first_titles(admin: FlaskClient) -> list[str]:
    return html.document_fromstring(text(admin, "/search?q=logistics")).xpath("//article/h3/a/text()")  # type: ignore[no-any-return]


def test_the_order_follows_the_weights_without_a_rebuild(admin: FlaskClient, csrf: Csrf) -> None:
    before = first_titles(admin)
    weights = {"title": "0", "alternative": "0", "keywords": "0", "description": "9", "b": "1"}
    admin.post("/admin/search/tuning", data=numbers(admin, csrf, do="apply", **weights))
    assert first_titles(admin) != before
    admin.post("/admin/search/tuning/restore", data={"csrf_token": csrf(admin), "id": "0"})
    assert first_titles(admin) == before
