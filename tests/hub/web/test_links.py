"""Links as curators look after them, and as visitors are warned."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db, now
from hub.models import AuditEvent, Link, Resource

Csrf = Callable[[FlaskClient], str]
Look = Callable[..., str]


def listed(client: FlaskClient, query: str = "") -> list[str]:
    page = html.document_fromstring(client.get(f"/admin/links{query}").get_data(as_text=True))
    return [str(row.xpath("string(td[2])")).strip() for row in page.xpath("//table[.//th[text()='Address']]/tbody/tr")]


def test_links_by_state_host_and_source(admin: FlaskClient) -> None:
    assert [text.startswith("Broken") for text in listed(admin)] == [True, False]
    assert len(listed(admin, "?state=broken")) == 1
    assert len(listed(admin, "?host=courses.example")) == 2
    assert listed(admin, "?source=mooc") == []
    page = admin.get("/admin/links").get_data(as_text=True)
    assert "Hosts that do not want to be asked" in page


def test_only_curators_come_in(visitor: FlaskClient) -> None:
    assert visitor.get("/admin/links").status_code == 303
    assert visitor.post("/admin/links/1/fine").status_code in (303, 400)


def test_a_link_is_called_fine(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    answer = admin.post("/admin/links/1/fine", data={"csrf_token": csrf(admin), "state": "broken"})
    assert (answer.status_code, answer.location) == (303, "/admin/links?state=broken")
    with own_site.app_context():
        link = db.session.get_one(Link, 1)
        assert (link.state, link.waived) == ("ok", "missing 404")
        assert db.session.get_one(Resource, link.resource_id).links == "ok"
        assert db.session.scalars(select(AuditEvent.action)).all() == ["link.waived"]


def test_a_link_is_asked_now(own_site: Flask, admin: FlaskClient, csrf: Csrf) -> None:
    assert admin.post("/admin/links/2/check", data={"csrf_token": csrf(admin)}).status_code == 303
    with own_site.app_context():
        assert db.session.get_one(Link, 2).next_at < now()
        assert [task.name for task in own_site.extensions["hub"].huey.pending()] == ["check_links"]


def test_there_is_no_such_link(admin: FlaskClient, csrf: Csrf) -> None:
    for what in ("fine", "check"):
        assert admin.post(f"/admin/links/99/{what}", data={"csrf_token": csrf(admin)}).status_code == 404


def test_visitors_are_warned_on_the_page_and_in_results(own_site: Flask, look: Look) -> None:
    with own_site.app_context():
        broken = db.session.scalars(select(Resource).where(Resource.links == "broken")).one()
        address, title = f"/resources/{broken.public_id}", broken.title
    page = own_site.test_client().get(address, follow_redirects=True).get_data(as_text=True)
    assert "Link may be broken since" in page and "We know no other address of it." in page
    found = html.document_fromstring(look(f"/search?q={title}"))
    badges = [item.text_content() for item in found.xpath("//li[@class='result']") if title in item.text_content()]
    assert badges and "Link may be broken" in badges[0]


def test_another_offer_that_works_is_shown(own_site: Flask) -> None:
    with own_site.app_context():
        broken = db.session.scalars(select(Resource).where(Resource.links == "broken")).one()
        broken.links = "elsewhere"
        other = Link(resource_id=broken.id, url="https://other.academy/a", url_hash="x", host="other.academy", state="ok", failures=0)
        db.session.add(other)
        address = f"/resources/{broken.public_id}"
        db.session.commit()
    page = html.document_fromstring(own_site.test_client().get(address, follow_redirects=True).get_data(as_text=True))
    assert page.xpath("//div[contains(@class, 'notice')]//a/@href") == ["https://other.academy/a"]
