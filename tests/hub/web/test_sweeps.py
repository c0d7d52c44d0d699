"""One change to many results: chosen, looked at again, done, taken back; without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import func, select

from hub.db import db
from hub.models import Resource
from hub.services import indexing

Csrf = Callable[[FlaskClient], str]
BULK = "/admin/resources/bulk"


def sent(client: FlaskClient, csrf: Csrf, question: str, **fields: object) -> tuple[int, html.HtmlElement]:
    answer = client.post(f"{BULK}?{question}", data={"csrf_token": csrf(client), **fields})
    return answer.status_code, html.document_fromstring(answer.get_data(as_text=True))


def do(client: FlaskClient, page: html.HtmlElement) -> str:
    """Send the confirm page's form; the address of the edit that was done."""
    form = page.xpath("//form[substring(@action, string-length(@action) - 2) = '/do']")[0]
    answer = client.post(f"{BULK}/do", data=dict(form.fields))
    assert answer.status_code == 303
    return answer.headers["Location"]


def shown(client: FlaskClient, site: Flask, question: str) -> int:
    with site.app_context():
        indexing.drain(db.session(), site.extensions["hub"].index)
    page = html.document_fromstring(client.get(f"/search?{question}").get_data(as_text=True))
    return int(page.xpath("string(//p[@role='status']/strong)").replace(",", ""))


def test_a_curator_finds_the_way_from_a_search(admin: FlaskClient, visitor: FlaskClient) -> None:
    page = html.document_fromstring(admin.get("/search?q=payment&type=course").get_data(as_text=True))
    (link,) = page.xpath(f"//a[starts-with(@href, '{BULK}')]/@href")
    assert link == f"{BULK}?q=payment&type=course" and admin.get(link).status_code == 200
    assert BULK not in visitor.get("/search?q=payment").get_data(as_text=True)


def test_all_results_and_back(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    before = shown(admin, own_site, "type=case")
    status, page = sent(admin, csrf, "type=case", which="all", verb="type", type="article")
    assert status == 200 and f"{before} resources will be changed" in page.xpath("string(//main)")
    done = do(admin, page)
    assert "Set the type to “Article”" in admin.get(done).get_data(as_text=True)
    assert shown(admin, own_site, "type=article") >= before
    assert admin.post(f"{done}/undo", data={"csrf_token": csrf(admin)}).status_code == 303
    assert "This edit was taken back." in admin.get(done).get_data(as_text=True)
    assert shown(admin, own_site, "type=case") == before
    admin.post(f"{done}/undo", data={"csrf_token": csrf(admin)})
    assert "0 resources are as they were" in admin.get(done).get_data(as_text=True)


def test_some_results_are_hidden_and_come_back(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    page = html.document_fromstring(admin.get(f"{BULK}?type=case").get_data(as_text=True))
    some = page.xpath("//input[@name='resource']/@value")[:2]
    before = shown(admin, own_site, "type=case")
    status, page = sent(admin, csrf, "type=case", which="ticked", resource=some, verb="hide", reason="Not for us")
    assert status == 200
    done = do(admin, page)
    assert shown(admin, own_site, "type=case") == before - 2
    assert admin.get("/admin/resources").get_data(as_text=True).count("Not for us") == 2
    admin.post(f"{done}/undo", data={"csrf_token": csrf(admin)})
    assert shown(admin, own_site, "type=case") == before


def test_topics(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    before, cases = shown(admin, own_site, "topic=rural-sme"), shown(admin, own_site, "type=case")
    _, page = sent(admin, csrf, "type=case", which="all", verb="add-topic", topic="rural-sme")
    do(admin, page)
    assert shown(admin, own_site, "topic=rural-sme") == before + cases


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"which": "ticked", "verb": "level", "level": "advanced"}, "Choose at least one"),
        ({"which": "all"}, "Choose what to do"),
        ({"which": "all", "verb": "hide", "reason": " "}, "Say why"),
        ({"which": "all", "verb": "language", "language": "Klingonian"}, "cannot be set"),
        ({"which": "all", "verb": "add-topic", "topic": "nothing"}, "Choose a topic"),
    ],
)
def test_what_is_refused(admin: FlaskClient, csrf: Csrf, fields: dict[str, str], said: str) -> None:
    status, page = sent(admin, csrf, "type=case", **fields)
    assert status == 422 and said in page.xpath("string(//div[@id='errors'])")
    assert page.xpath("string(//title)").startswith("Error:")


def test_bad_addresses(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    assert admin.get(f"{BULK}/99999").status_code == 404
    assert admin.post(f"{BULK}/do", data={"csrf_token": csrf(admin), "verb": "level", "level": "x", "ids": "1"}).status_code == 400
    with own_site.app_context():
        count = db.session.scalar(select(func.count()).select_from(Resource).where(Resource.levels == ["advanced"]))
    assert not count
