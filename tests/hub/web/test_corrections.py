"""A resource's edit page and the queue of corrections: who may, what a form does, and that nobody's work is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db, now
from hub.models import Curation, Resource, SourceRecord
from hub.services import cataloguing, classifying, joining

Csrf = Callable[[FlaskClient], str]
TITLE = "Cross-border e-commerce logistics"


def public_id(site: Flask, title: str = TITLE) -> str:
    with site.app_context():
        found = db.session.scalar(select(Resource.public_id).where(Resource.title.startswith(title)))
        assert found is not None
        return found


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def typed(client: FlaskClient, path: str) -> dict[str, str | list[str]]:
    """The form as a browser would send it back."""
    form = html.document_fromstring(text(client, path)).xpath("//form[substring(@action, string-length(@action) - 4) = '/edit']")[0]
    return {name: value if isinstance(value, str) else list(value) for name, value in form.fields.items() if value is not None} | {
        "levels": form.xpath(".//input[@name='levels'][@checked]/@value")
    }


@pytest.fixture
def curator(own_site: Flask, courses: ModuleType, csrf: Csrf) -> FlaskClient:
    """Cora, who is no admin."""
    with own_site.app_context():
        joining.add(db.session(), "cora@example.org", courses.PASSWORD, name="Cora", curator=True)
        db.session.commit()
    client = own_site.test_client()
    sent = {"csrf_token": csrf(client), "email": "cora@example.org", "password": courses.PASSWORD}
    assert client.post("/login", data=sent).status_code == 303
    return client


@pytest.fixture
def path(own_site: Flask) -> str:
    return f"/resources/{public_id(own_site)}/edit"


def test_visitors_sign_in_and_readers_may_not(own_site: Flask, path: str, csrf: Csrf, courses: ModuleType) -> None:
    client = own_site.test_client()
    assert client.get(path).headers["Location"].startswith("/login?next=")
    client.post("/login", data={"csrf_token": csrf(client), "email": "reader@example.org", "password": courses.PASSWORD})
    for address in (
        path,
        path.replace("/edit", "/history"),
        "/admin/corrections",
        "/admin/resources",
        "/admin/topics",
        "/admin/resources/bulk",
    ):
        assert client.get(address).status_code == 403, address
    assert client.post(path, data={"csrf_token": csrf(client)}).status_code == 403


def test_a_curator_is_led_to_the_page(curator: FlaskClient, own_site: Flask, path: str) -> None:
    page = curator.get(path.removesuffix("/edit"), follow_redirects=True).get_data(as_text=True)
    assert f'href="{path}"' in page
    assert path not in own_site.test_client().get(path.removesuffix("/edit"), follow_redirects=True).get_data(as_text=True)


def test_a_form_sent_back_as_it_came_changes_nothing(curator: FlaskClient, own_site: Flask, path: str) -> None:
    assert curator.post(path, data=typed(curator, path)).status_code == 303
    assert "Nothing was changed." in text(curator, path)
    with own_site.app_context():
        assert db.session.scalars(select(Curation)).all() == []


def test_a_correction_shows_everywhere_and_is_released_again(curator: FlaskClient, own_site: Flask, path: str) -> None:
    form = typed(curator, path) | {"title": "Corrected title", "levels": ["advanced", "professional"], "note": "A slip"}
    assert curator.post(path, data=form).status_code == 303
    page = html.document_fromstring(text(curator, path))
    assert page.xpath("string(//input[@id='title']/@value)") == "Corrected title"
    assert "by Cora" in page.xpath("string(//main)") and "A slip" in page.xpath("string(//main)")
    assert page.xpath("//input[@name='lock-title']") and not page.xpath("//input[@name='lock-summary']")
    shown = own_site.test_client().get(path.removesuffix("/edit"), follow_redirects=True).get_data(as_text=True)
    words = html.document_fromstring(shown).xpath("string(//*[@id='record'])")
    assert "Corrected title" in shown and "corrected by a curator on" in words and "from Example repository" in words
    assert "Cora" not in shown, "visitors are not told who"
    assert curator.post(path, data=typed(curator, path) | {"lock-title": "release"}).status_code == 303
    assert html.document_fromstring(text(curator, path)).xpath("string(//input[@id='title']/@value)").startswith(TITLE)


def test_what_is_wrong_is_said_at_the_field_and_nothing_is_saved(curator: FlaskClient, own_site: Flask, path: str) -> None:
    answer = curator.post(path, data=typed(curator, path) | {"title": " ", "url": "javascript:alert(1)", "summary": "Kept as typed"})
    assert answer.status_code == 422
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert page.xpath("string(//title)").startswith("Error:")
    assert page.xpath("//div[@id='errors']//a/@href") == ["#title", "#url"]
    assert "not a web address" in page.xpath("string(//p[@id='url-error'])")
    assert page.xpath("string(//textarea[@id='summary'])").strip() == "Kept as typed"
    with own_site.app_context():
        assert db.session.scalars(select(Curation)).all() == []


def test_two_curators_at_once_both_see_both_values(curator: FlaskClient, admin: FlaskClient, path: str) -> None:
    hers, his = typed(curator, path), typed(admin, path)
    curator.post(path, data=hers | {"title": "Cora's title"})
    answer = admin.post(path, data=his | {"title": "Ada's title"})
    assert answer.status_code == 422
    page = html.document_fromstring(answer.get_data(as_text=True))
    assert "Cora's title" in page.xpath("string(//div[@id='errors'])")
    assert page.xpath("string(//input[@id='title']/@value)") == "Ada's title"
    form = page.xpath("//form[substring(@action, string-length(@action) - 4) = '/edit']")[0]
    again = {name: value for name, value in form.fields.items() if isinstance(value, str)} | {"levels": ["undergraduate"]}
    assert admin.post(path, data=again).status_code == 303, "having seen it, the second one decides"
    assert html.document_fromstring(text(curator, path)).xpath("string(//input[@id='title']/@value)") == "Ada's title"


def test_a_source_that_disagrees_is_shown_and_settled(curator: FlaskClient, own_site: Flask, path: str, csrf: Csrf) -> None:
    curator.post(path, data=typed(curator, path) | {"title": "Mine", "code": "M1"})
    assert "Nothing to settle" in text(curator, "/admin/corrections?show=disagreeing")
    source_says(own_site, "Another title", "Z9")
    page = text(curator, "/admin/corrections?show=disagreeing")
    assert "Another title" in page and "Keep mine" in page and "Mine" in page
    assert "The source says something else now" in text(curator, path)
    sent = {"csrf_token": csrf(curator), "resource": path.split("/")[2], "show": "disagreeing"}
    assert curator.post("/admin/corrections", data=sent | {"field": "title", "do": "keep"}).status_code == 303
    assert curator.post("/admin/corrections", data=sent | {"field": "code", "do": "release"}).status_code == 303
    assert "Nothing to settle" in text(curator, "/admin/corrections?show=disagreeing")
    form = typed(curator, path)
    assert (form["title"], form["code"]) == ("Mine", "Z9")
    assert curator.post("/admin/corrections", data=sent | {"field": "id", "do": "keep"}).status_code == 400
    curator.post("/admin/corrections", data=sent | {"field": "code", "do": "release"})
    assert "Somebody has settled that meanwhile." in text(curator, "/admin/corrections")


def source_says(site: Flask, title: str, code: str) -> None:
    """The source's record changes, and is merged again."""
    with site.app_context():
        session = db.session()
        resource = session.scalars(select(Resource).where(Resource.title == "Mine")).one()
        record = session.scalars(select(SourceRecord).where(SourceRecord.resource_id == resource.id)).one()
        record.values = {**record.values, "title": title, "code": code}
        session.flush()
        cataloguing.refresh(session, [resource.id], classifier=classifying.load(session), at=now())
        session.commit()


def test_topics_of_one_resource(curator: FlaskClient, path: str, csrf: Csrf) -> None:
    topics = path.replace("/edit", "/topics")
    sent = {"csrf_token": csrf(curator), "topic": "topic:law"}
    assert curator.post(topics, data=sent | {"do": "accept"}).status_code == 303
    assert "The topic was added." in text(curator, path)
    curator.post(topics, data=sent | {"do": "reject"})
    assert "No rule will bring it back." in text(curator, path) and "Never again" in text(curator, path)
    curator.post(topics, data=sent | {"topic": "topic:nothing", "do": "accept"})
    assert "There is no such topic." in text(curator, path)
    assert curator.post(topics, data=sent | {"do": "x"}).status_code == 400


def test_hidden_from_visitors_and_shown_again(curator: FlaskClient, own_site: Flask, path: str, csrf: Csrf) -> None:
    visitor, here = own_site.test_client(), path.removesuffix("/edit")
    curator.post(f"{here}/hide", data={"csrf_token": csrf(curator), "reason": ""})
    assert "Nothing was hidden." in text(curator, path)
    curator.post(f"{here}/hide", data={"csrf_token": csrf(curator), "reason": "A double <b>"})
    assert visitor.get(here, follow_redirects=True).status_code == 404
    assert here.split("/")[-1] not in visitor.get("/sitemap.xml").get_data(as_text=True)
    shown = curator.get(here, follow_redirects=True).get_data(as_text=True)
    assert "only curators see it" in shown and "A double &lt;b&gt;" in shown
    assert "A double &lt;b&gt;" in text(curator, "/admin/resources")
    curator.post(f"{here}/restore", data={"csrf_token": csrf(curator)})
    assert visitor.get(here, follow_redirects=True).status_code == 200


def test_history_and_revert(curator: FlaskClient, path: str, csrf: Csrf) -> None:
    here = path.removesuffix("/edit")
    assert "No curator has changed anything here." in text(curator, f"{here}/history")
    curator.post(path, data=typed(curator, path) | {"title": "Mine <yours>", "note": "A slip"})
    page = text(curator, f"{here}/history")
    for said in ("Cora", "Corrected", "Mine &lt;yours&gt;", "A slip", "first seen"):
        assert said in page, said
    event = re.search(r"/history/(\d+)/revert", page)
    assert event is not None
    assert curator.post(f"{here}/history/{event[1]}/revert", data={"csrf_token": csrf(curator)}).status_code == 303
    assert str(typed(curator, path)["title"]).startswith(TITLE)
    curator.post(f"{here}/history/{event[1]}/revert", data={"csrf_token": csrf(curator)})
    assert "It was so already." in text(curator, f"{here}/history")
    assert curator.post(f"{here}/history/99999/revert", data={"csrf_token": csrf(curator)}).status_code == 404


@pytest.mark.parametrize("verb", ["edit", "topics", "hide", "restore", "withdraw", "history/1/revert"])
def test_unknown_resources_and_missing_tokens(curator: FlaskClient, path: str, csrf: Csrf, verb: str) -> None:
    assert curator.post(f"{path.removesuffix('/edit')}/{verb}").status_code == 400
    assert curator.post(f"/resources/zzzzzzzzzz/{verb}", data={"csrf_token": csrf(curator), "do": "accept"}).status_code in (303, 404)
