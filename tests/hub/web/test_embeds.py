"""Widgets, oEmbed, and shelves as packages."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy import select

from hub.db import db, now
from hub.models import Person, Resource, Shelf, ShelfItem

BASE = "https://hub.example"


@pytest.fixture
def shelves(own_site: Flask) -> list[str]:
    """Public ids of resources on two shelves: `seen` is public, `kept` Ada's own."""
    with own_site.app_context():
        alive = (Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None))
        resources = list(db.session.scalars(select(Resource).where(*alive).order_by(Resource.id).limit(4)))
        ada = db.session.scalars(select(Person).where(Person.is_admin)).first()
        assert ada is not None
        for name, seen in (("seen", "public"), ("kept", "private")):
            shelf = Shelf(
                public_id=name, kind="shelf", title='A "shelf" <i>', person_id=ada.id, visibility=seen, created_at=now(), updated_at=now()
            )
            db.session.add(shelf)
            db.session.flush()
            for place, one in enumerate(resources, 1):
                item = {"shelf_id": shelf.id, "resource_id": one.id, "first_id": one.id, "position": place, "note": f"<u>Note</u> {place}"}
                db.session.add(ShelfItem(**item, created_at=now()))
        db.session.commit()
        return [one.public_id for one in resources]


@pytest.fixture
def anybody(own_site: Flask) -> FlaskClient:
    return own_site.test_client()


def test_widgets_may_stand_anywhere_and_set_nothing(anybody: FlaskClient, shelves: list[str]) -> None:
    for path in ("/embed/search", "/embed/shelves/seen", f"/embed/resources/{shelves[0]}", f"/embed/resources/{shelves[0]}-a-title"):
        answer = anybody.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert answer.status_code == 200 and policy.endswith("frame-ancestors *") and "script-src 'self'" in policy
        assert "X-Frame-Options" not in answer.headers and "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, max-age=300"
        page = html.document_fromstring(answer.get_data(as_text=True))
        assert len(page.xpath("//h1")) == 1 and not page.xpath("//script | //iframe")
        assert {link.get("target") for link in page.xpath("//a")} == {"_blank"}
        assert all("noopener" in link.get("rel") for link in page.xpath("//a"))


def test_every_other_page_stays_out_of_frames(anybody: FlaskClient, shelves: list[str]) -> None:
    for path in ("/", "/search", "/shelves/seen", "/login", "/admin/platforms", "/oembed"):
        answer = anybody.get(path)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"] and answer.headers["X-Frame-Options"] == "DENY"


def test_language_and_theme_stand_in_the_address(anybody: FlaskClient, shelves: list[str]) -> None:
    chinese = anybody.get("/embed/search?lang=zh-Hans&theme=dark", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="zh-Hans" data-theme="dark">' in chinese
    anybody.set_cookie("lang", "zh-Hans")
    english = anybody.get("/embed/shelves/seen?theme=%22%3E%3Cscript%3E", headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="en">' in english, "a cookie does not count"


@pytest.mark.parametrize("path", ["/embed/shelves/kept", "/embed/shelves/nothing", "/embed/resources/nothing", "/embed/resources/-"])
def test_what_is_not_public_has_no_widget(anybody: FlaskClient, admin: FlaskClient, shelves: list[str], path: str) -> None:
    for client in (anybody, admin):
        answer = client.get(path)
        assert answer.status_code == 404 and answer.headers["Content-Security-Policy"].endswith("frame-ancestors *")


def test_hidden_and_withdrawn_resources_have_none(own_site: Flask, anybody: FlaskClient, shelves: list[str]) -> None:
    for column in ("hidden_at", "withdrawn_at"):
        one = shelves.pop()
        with own_site.app_context():
            setattr(db.session.scalars(select(Resource).where(Resource.public_id == one)).one(), column, now())
            db.session.commit()
        assert anybody.get(f"/embed/resources/{one}").status_code == 404
        assert anybody.get("/oembed", query_string={"url": f"{BASE}/resources/{one}"}).status_code == 404
        assert anybody.get("/embed/shelves/seen").status_code == 200


def discovered(client: FlaskClient, path: str) -> str:
    """The address that a page names for its widget."""
    page = html.document_fromstring(client.get(path, follow_redirects=True).get_data(as_text=True))
    (address,) = page.xpath("//link[@type='application/json+oembed']/@href")
    (other,) = page.xpath("//link[@type='text/xml+oembed']/@href")
    assert other == address.replace("format=json", "format=xml")
    return str(address)


def test_a_page_leads_to_its_widget(anybody: FlaskClient, shelves: list[str]) -> None:
    for path, height in ((f"/resources/{shelves[0]}", 320), ("/shelves/seen", 480)):
        address = urlsplit(discovered(anybody, path))
        assert f"{address.scheme}://{address.netloc}" == BASE and parse_qs(address.query)["url"] == [BASE + path]
        answer = anybody.get(f"{address.path}?{address.query}")
        told = answer.get_json()
        assert (told["type"], told["version"], told["width"], told["height"]) == ("rich", "1.0", 600, height)
        frame = html.fragment_fromstring(told["html"])
        assert frame.tag == "iframe" and frame.get("title") == told["title"] and frame.get("src").startswith(f"{BASE}/embed/")
        assert anybody.get(urlsplit(frame.get("src")).path).status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_oembed_as_xml_and_smaller(anybody: FlaskClient, shelves: list[str]) -> None:
    answer = anybody.get("/oembed", query_string={"url": f"{BASE}/shelves/seen", "format": "xml", "maxwidth": "300", "maxheight": "1"})
    root = etree.fromstring(answer.get_data())
    assert answer.mimetype == "text/xml" and root.tag == "oembed" and root.findtext("title") == 'A "shelf" <i>'
    assert (root.findtext("width"), root.findtext("height")) == ("300", "120") and 'width="300"' in (root.findtext("html") or "")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"url": f"{BASE}/shelves/nothing"}, 404), ({"url": f"{BASE}/about"}, 404), ({"url": "https://evil.example/shelves/seen"}, 404),
        ({"url": f"{BASE}:444/shelves/seen"}, 404), ({"url": "https://[/shelves/seen"}, 404), ({"url": "javascript:alert(1)"}, 404),
        ({"url": f"{BASE}/shelves/kept"}, 404), ({}, 400), ({"url": f"{BASE}/shelves/seen", "maxwidth": "wide"}, 400),
        ({"url": f"{BASE}/shelves/seen", "maxheight": "-1"}, 400), ({"url": f"{BASE}/shelves/seen", "format": "yaml"}, 501),
        ({"url": "x" * 90_000}, 404), ({"url": f"{BASE}/shelves/seen/edit"}, 404), ({"url": f"{BASE}/shelves/"}, 404),
    ],
)  # fmt: skip
def test_oembed_says_no_as_the_specification_does(anybody: FlaskClient, shelves: list[str], asked: dict[str, str], status: int) -> None:
    assert anybody.get("/oembed", query_string=asked).status_code == status


def test_who_sees_a_private_shelf_is_told_that_it_is_private(admin: FlaskClient, shelves: list[str]) -> None:
    assert admin.get("/oembed", query_string={"url": f"{BASE}/shelves/kept"}).status_code == 401


def test_the_code_to_copy(anybody: FlaskClient, admin: FlaskClient, shelves: list[str]) -> None:
    page = html.document_fromstring(anybody.get("/shelves/seen").get_data(as_text=True))
    frame = html.fragment_fromstring(page.xpath("string(//pre[@id='embed-code'])"))
    assert frame.get("src") == f"{BASE}/embed/shelves/seen?lang=en" and frame.get("title") == 'A "shelf" <i>'
    assert 'id="embed-code"' not in admin.get("/shelves/kept").get_data(as_text=True)


def package(client: FlaskClient, path: str) -> dict[str, str]:
    answer = client.get(path)
    assert answer.status_code == 200 and 'filename="shelf-' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as found:
        return {name: found.read(name).decode() for name in found.namelist()}


@pytest.mark.parametrize(("name", "version"), [("cartridge", "1.3.0"), ("cartridge-1.1", "1.1.0")])
def test_a_shelf_as_a_package(anybody: FlaskClient, shelves: list[str], name: str, version: str) -> None:
    files = package(anybody, f"/shelves/seen/{name}.imscc")
    assert f"<schemaversion>{version}</schemaversion>" in files["imsmanifest.xml"]
    links = [etree.fromstring(text.encode()).find("{*}url").get("href") for path, text in files.items() if path.startswith("links/")]  # type: ignore[union-attr]
    assert len(links) == 4 and all(address.startswith("https://") for address in links), "what no browser should open is our page instead"
    page = html.document_fromstring(files["attribution.html"])
    assert "<u>Note</u> 1" in page.xpath("string(//dl)") and not page.xpath("//script | //u | //i")
    assert len(page.xpath("//ul[1]/li")) == 4 and page.xpath("//h1/text()") == ['A "shelf" <i>']
    shown = html.document_fromstring(anybody.get("/shelves/seen").get_data(as_text=True))
    assert f"/shelves/seen/{name}.imscc" in shown.xpath("//a/@href")


def test_what_is_gone_is_in_no_package_and_a_long_shelf_is_in_it_whole(own_site: Flask, anybody: FlaskClient, shelves: list[str]) -> None:
    with own_site.app_context():
        kept = db.session.scalars(select(Shelf).where(Shelf.public_id == "seen")).one()
        gone = list(db.session.scalars(select(Resource).where(Resource.public_id.in_(shelves[:2])).order_by(Resource.id)))
        gone[0].withdrawn_at, gone[1].hidden_at = now(), now()
        first = gone[0].id
        for place in range(5, 501):
            one = Resource(public_id=f"long{place:06}", title=f"Work & <b> {place} 海关", url=f"https://a.example/?a={place}&b=2")
            one.created_at = one.updated_at = now()
            db.session.add(one)
            db.session.flush()
            item = {"shelf_id": kept.id, "resource_id": one.id, "first_id": first, "position": place, "note": "", "created_at": now()}
            db.session.add(ShelfItem(**item))
        db.session.commit()
    files = package(anybody, "/shelves/seen/cartridge-1.1.imscc")
    assert len(files) == 500 - 2 + 2 and shelves[0] not in "".join(files) and "Work &amp; &lt;b&gt; 500 海关" in files["imsmanifest.xml"]
    assert "https://a.example/?a=500&amp;b=2" in next(text for name, text in files.items() if name.endswith("long000500.xml"))


def test_packages_are_for_who_sees_the_shelf(anybody: FlaskClient, admin: FlaskClient, shelves: list[str]) -> None:
    assert anybody.get("/shelves/kept/cartridge.imscc").status_code == 404
    assert package(admin, "/shelves/kept/cartridge.imscc")
    assert anybody.get("/shelves/seen/cartridge-9.imscc").status_code == 404


def test_the_same_shelf_is_the_same_package(anybody: FlaskClient, shelves: list[str]) -> None:
    one, other = (anybody.get("/shelves/seen/cartridge.imscc").get_data() for _ in range(2))
    assert one == other
