"""Adding a resource by hand: warned of doubles, refused with reasons, edited and withdrawn like others."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from lxml import html

Csrf = Callable[[FlaskClient], str]
NEW = "/admin/resources/new"


def test_add_edit_withdraw_and_bring_back(admin: FlaskClient, own_site: Flask, csrf: Csrf) -> None:
    answer = admin.post(NEW, data={"csrf_token": csrf(admin), "title": "Dropshipping ethics", "levels": ["advanced"], "free": "yes"})
    assert answer.status_code == 303
    here = answer.headers["Location"]
    page = own_site.test_client().get(here, follow_redirects=True).get_data(as_text=True)
    assert "Dropshipping ethics" in page and "Added by curators" in page
    assert "Dropshipping ethics" in admin.get("/admin/resources").get_data(as_text=True)
    assert "Withdraw what was added by hand" in admin.get(f"{here}/edit").get_data(as_text=True)
    assert admin.post(f"{here}/withdraw", data={"csrf_token": csrf(admin)}).headers["Location"] == f"{here}/history"
    assert own_site.test_client().get(here, follow_redirects=True).status_code == 410
    assert "Withdrawn" in admin.get(f"{here}/history").get_data(as_text=True)


def test_doubles_are_shown_once_before_they_are_added(admin: FlaskClient, csrf: Csrf) -> None:
    sent = {"csrf_token": csrf(admin), "title": "introduction to LIVE commerce", "url": "https://courses.example/cross-border-logistics"}
    answer = admin.post(NEW, data=sent)
    assert answer.status_code == 422
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert "Perhaps it is here already" in page.xpath("string(//div[@id='errors'])")
    assert page.xpath("string(//input[@id='title']/@value)") == sent["title"]
    known = page.xpath("string(//input[@name='known']/@value)")
    assert admin.post(NEW, data=sent | {"known": known}).status_code == 303


def test_bad_fields_are_refused_with_what_was_typed(admin: FlaskClient, csrf: Csrf) -> None:
    answer = admin.post(NEW, data={"csrf_token": csrf(admin), "title": "", "languages": "Klingonian", "free": "perhaps"})
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert page.xpath("//div[@id='errors']//a/@href") == ["#title", "#languages", "#free"]
    assert page.xpath("string(//textarea[@id='languages'])").strip() == "Klingonian"


def test_the_own_source_is_no_choice_for_a_harvest(admin: FlaskClient, csrf: Csrf) -> None:
    admin.post(NEW, data={"csrf_token": csrf(admin), "title": "Dropshipping ethics"})
    assert "by-hand" not in admin.get("/admin/runs").get_data(as_text=True)
    assert admin.post("/admin/runs", data={"csrf_token": csrf(admin), "source": "by-hand"}).status_code == 404
    assert "Added by curators" in admin.get("/sources").get_data(as_text=True)
    assert admin.get("/sources/by-hand").status_code == 200
