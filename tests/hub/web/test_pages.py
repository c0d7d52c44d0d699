"""Every page in both languages: sound HTML, within its budget, with few queries, safe whatever the sources wrote."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import event

from hub.db import db

PAGES = (
    "/",
    "/search",
    "/search?q=logistics",
    "/search?q=物流&topic=logistics",
    "/search?q=zzzz&type=course",
    "/search?q=跨境电商物流&less=logistics",
    "/search/help",
    "/search/facets/topic",
    "/search/facets/provider?order=name",
    "/topics",
    "/topics/logistics",
    "/topics/logistics.last-mile",
    "/providers",
    "/providers/open-course-platform",
    "/sources",
    "/sources/repository",
    "/sources/silent",
    "/institutions",
    "/institutions?kind=agency&q=nothing",
    "/institutions/harbour-school",
    "/institutions/harbour-school/partners",
    "/institutions/harbour-school/exemplars",
    "/about",
    "/paths",
    "/adoptions",
    "/login",
)
BUDGET = 61_000
MOST_QUERIES = 9
TRIED: set[str] = set()  # addresses that one test has asked need no other
Look = Callable[..., str]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_stands(look: Look, path: str, language: str) -> None:
    """One h1, one main, a language, no double ids, no inline style or script, the skip link first, within the budget."""
    text = look(path, language)
    page = html.document_fromstring(text)
    assert page.get("lang") == ("en" if language == "en" else "zh-Hans")
    assert len(page.xpath("//h1")) == 1
    assert len(page.xpath("//main")) == 1
    assert page.xpath("//body//a")[0].get("href") == "#main"
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert not page.xpath("//@style | //style | //script[not(@src) and not(@type='application/ld+json')] | //@*[starts-with(name(), 'on')]")
    assert len(text.encode()) <= BUDGET


@pytest.mark.parametrize("path", PAGES)
def test_every_link_within_the_site_leads_somewhere(look: Look, visitor: FlaskClient, path: str) -> None:
    page = html.document_fromstring(look(path))
    addresses = {link for link in page.xpath("//a/@href") if link.startswith("/") and "/facets/" not in link}
    for address in sorted(addresses - TRIED)[:25]:
        TRIED.add(address)
        assert visitor.get(address).status_code in {200, 301, 302, 303}, address


def test_chinese_pages_keep_no_english_of_ours(look: Look) -> None:
    """What the templates say is Chinese; what the sources wrote stays."""
    for path in ("/", "/search", "/sources", "/about", "/login"):
        page = html.document_fromstring(look(path, "zh-CN"))
        for phrase in ("Skip to", "Search", "Filters", "Sources", "Sign in", "Resources"):
            assert not [text for text in page.xpath("//nav//text() | //h1//text() | //h2//text() | //button//text()") if phrase in text]


@contextmanager
def counted(site: Flask) -> Iterator[list[str]]:
    """The statements that the database gets meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("PRAGMA"):
            seen.append(statement)

    with site.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "path", ["/", "/search", "/search?q=logistics", "/topics/logistics", "/sources/repository", "/search?q=zzzz&type=course"]
)
def test_the_number_of_queries_does_not_grow_with_the_page(site: Flask, visitor: FlaskClient, path: str) -> None:
    with counted(site) as queries:
        visitor.get(path)
    assert len(queries) <= MOST_QUERIES, "\n".join(queries)


def test_what_sources_write_stays_text(look: Look) -> None:
    """The hostile record has a script in every text, and script addresses in every link."""
    found = look("/search?q=hostile")
    address = re.search(r'href="(/resources/[^"]*hostile[^"]*)"', found)
    assert address is not None
    for text in (found, look(address[1]), look("/"), look("/providers"), look("/search/facets/institution")):
        page = html.document_fromstring(text)
        assert not page.xpath("//script[not(@src) and not(@type='application/ld+json')]")
        assert not page.xpath("//@onerror | //img")
        assert not [
            link for link in page.xpath("//@href | //@action | //@src") if re.match(r"\s*(?:javascript|data):", link, re.IGNORECASE)
        ]
        assert "<script>alert" not in text


def test_machines_find_their_way(visitor: FlaskClient) -> None:
    assert visitor.get("/healthz").json == {"status": "alive"}
    assert visitor.get("/readyz").json == {"status": "ready", "database": True, "index": True, "queue": True}
    robots = visitor.get("/robots.txt")
    assert robots.mimetype == "text/plain"
    assert "Sitemap: https://hub.example/sitemap.xml" in robots.get_data(as_text=True)
    assert "<loc>https://hub.example/sitemaps/resources-1.xml</loc>" in visitor.get("/sitemap.xml").get_data(as_text=True)


def test_about_explains_the_search_by_examples_that_work(look: Look) -> None:
    assert "shopify OR taobao" in look("/about")
    assert "mailto:hub@example.org" in look("/about")


@pytest.mark.parametrize(
    "path", ["/%09/evil.example?lang=en", "//evil.example?lang=en", "/%5Cevil.example?lang=en", "/a%0d%0aX?lang=en", "/x%3Fq=1?lang=en"]
)
def test_the_language_switch_leads_nowhere_else(visitor: FlaskClient, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code in (302, 308, 404)
    place = urlsplit(answer.headers.get("Location", "/"))
    assert place.netloc in ("", "hub.example") and not place.path.startswith("//")


def test_a_nul_is_not_found(visitor: FlaskClient) -> None:
    assert visitor.get("/resources/%00").status_code == 404 == visitor.get("/providers/%00").status_code
    assert visitor.post("/login", data={"email": "a\0@b.example"}).status_code == 400
