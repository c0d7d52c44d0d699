"""The sitemap, robots.txt and OpenSearch; and the whole site harvested by our own kinds, from its root."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from sqlalchemy import select

from harvesters.clean import text
from harvesters.kinds import csv as csv_kind
from harvesters.kinds import jsonld as kind
from harvesters.protocol import Request, Response
from harvesters.record import Failure, Record
from hub.db import db
from hub.models import Resource
from hub.services import mapping

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
HUB = "https://hub.example"
OPENSEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
ALIVE = (Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None), Resource.merged_into_id.is_(None))


def titles(site: Flask) -> list[str]:
    """As a harvest keeps them: markup in a title is not text."""
    with site.app_context():
        return sorted(text.line(title) or "" for title in db.session.scalars(select(Resource.title).where(*ALIVE)))


def ask(visitor: FlaskClient, request: Request) -> Response:
    """What the site answers."""
    parts = urlsplit(request.url)
    answer = visitor.get(parts.path + (f"?{parts.query}" if parts.query else ""), headers=dict(request.headers), follow_redirects=True)
    assert answer.status_code == 200, request.url
    return Response(url=request.url, body=answer.data, media_type=answer.mimetype, charset="utf-8", headers={})


def test_the_index_names_parts_and_each_address_answers(visitor: FlaskClient) -> None:
    index = etree.fromstring(visitor.get("/sitemap.xml").data)
    parts = index.xpath("s:sitemap/s:loc/text()", namespaces=NS)
    assert parts == [f"{HUB}/sitemaps/pages.xml", f"{HUB}/sitemaps/resources-1.xml"]
    assert index.xpath("s:sitemap[2]/s:lastmod/text()", namespaces=NS)
    for part in parts:
        places = etree.fromstring(visitor.get(part.removeprefix(HUB)).data).xpath("s:url/s:loc/text()", namespaces=NS)
        assert len(places) == len(set(places)) > 10
        for place in places[:40]:
            assert visitor.get(place.removeprefix(HUB)).status_code == 200, place
    assert visitor.get("/sitemaps/resources-2.xml").status_code == 404
    assert visitor.get("/sitemaps/resources-0.xml").status_code == 404


def test_a_part_is_not_sent_again(visitor: FlaskClient) -> None:
    first = visitor.get("/sitemaps/resources-1.xml")
    assert first.is_streamed
    assert visitor.get("/sitemaps/resources-1.xml", headers={"If-Modified-Since": first.headers["Last-Modified"]}).status_code == 304


def test_parts_have_all_and_none_twice(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "PART", 7)
    monkeypatch.setattr(mapping, "AT_ONCE", 3)
    with site.app_context():
        numbers = [part.number for part in mapping.parts(db.session())]
        found = [public_id for number in numbers for public_id, _, _ in mapping.resources(db.session(), number)]
        assert len(numbers) > 3
        assert sorted(found) == sorted(db.session.scalars(select(Resource.public_id).where(*ALIVE)))


def test_the_site_is_harvested_from_its_root(site: Flask, visitor: FlaskClient) -> None:
    """robots.txt leads to the sitemap, the sitemap to the pages, each page says what it is about."""
    waiting, records = list(kind.start(f"{HUB}/", {"include": "/resources/"}, None)), list[Record]()
    while waiting:
        request = waiting.pop()
        page = kind.parse(request, ask(visitor, request), {"include": "/resources/"})
        waiting += page.follow
        assert not any(isinstance(item, Failure) for item in page.items)
        records += [item for item in page.items if isinstance(item, Record)]
    assert sorted(record.title for record in records) == titles(site)
    assert len({record.identifier for record in records}) == len(records)
    assert all(record.identifier.startswith(f"{HUB}/resources/") for record in records)


def test_the_table_is_harvested(site: Flask, visitor: FlaskClient) -> None:
    request = csv_kind.start(f"{HUB}/search.csv", {}, None)[0]
    items = csv_kind.parse(request, ask(visitor, request), {}).items
    assert sorted(item.title for item in items if isinstance(item, Record)) == titles(site)


def test_robots_are_told_where_not_to_go(visitor: FlaskClient) -> None:
    lines = visitor.get("/robots.txt").text.splitlines()
    assert lines[0] == "User-agent: *" and lines[-1] == f"Sitemap: {HUB}/sitemap.xml"
    assert {"Disallow: /admin/", "Disallow: /me/", "Disallow: /search.", "Disallow: /*?*"} <= set(lines)


def test_a_browser_can_add_the_hub(visitor: FlaskClient) -> None:
    assert '<link rel="search" type="application/opensearchdescription+xml"' in visitor.get("/").text
    answer = visitor.get("/opensearch.xml")
    assert answer.mimetype == "application/opensearchdescription+xml"
    root = etree.fromstring(answer.data)
    assert 0 < len(root.findtext("o:ShortName", namespaces=OPENSEARCH)) <= 16
    templates = {url.get("type"): url.get("template") for url in root.findall("o:Url", OPENSEARCH)}
    for media_type, template in templates.items():
        place = template.removeprefix(HUB).replace("{searchTerms}", "logistics").replace("{startPage?}", "1")
        assert visitor.get(place).mimetype == media_type, template


def test_suggestions_come_as_browsers_want_them(visitor: FlaskClient) -> None:
    typed, texts, remarks, addresses = visitor.get("/suggest.json?q=logist").json or ()
    assert typed == "logist" and texts and len(texts) == len(remarks) == len(addresses)
    assert all(address.startswith(HUB) for address in addresses)
    assert visitor.get("/suggest.json").json == ["", [], [], []]
