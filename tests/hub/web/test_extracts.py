"""Lists as files and feeds: the same questions as the page, all of the answers, and nothing that an argument can break."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import bibtexparser
import feedparser
import pytest
import rispy
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import delete, func, select

from hub.db import db
from hub.models import Institution, InstitutionName, Resource, Source, SourceRecord
from hub.services import extracting, phrasing
from hub.web import allowances

FILES = ("csv", "jsonl", "ris", "bib", "csl.json")
FEEDS = ("atom", "rss", "feed.json")


def titles(suffix: str, text: str) -> list[str]:
    """The titles in a file."""
    if suffix == "csv":
        return [row["title"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))]
    if suffix == "jsonl":
        return [json.loads(line)["title"] for line in text.splitlines()]
    if suffix == "ris":
        return [entry["title"] for entry in rispy.loads(text)]
    if suffix == "bib":
        return [entry.fields_dict["title"].value for entry in bibtexparser.parse_string(text).entries]
    return [item["title"] for item in json.loads(text)]


@pytest.mark.parametrize("query", ["", "q=logistics", "topic=logistics&sort=title", "q=物流&language=zh-Hans", "q=nothingatall"])
def test_every_file_has_all_results_in_their_order(site: Flask, visitor: FlaskClient, query: str) -> None:
    with site.app_context():
        found = extracting.extract(db.session(), site.extensions["hub"].index, phrasing.parse(query))
        titled = {id: title for id, title in db.session.execute(select(Resource.id, Resource.title))}
        wanted = [titled[id] for id in found.ids]
    assert found.total == len(wanted)
    for suffix in FILES:
        answer = visitor.get(f"/search.{suffix}?{query}")
        assert answer.status_code == 200
        assert answer.headers["X-Total-Count"] == str(len(wanted))
        assert f'filename="resources.{suffix}"' in answer.headers["Content-Disposition"]
        read = titles(suffix, answer.text)
        assert len(read) == len(wanted)
        if suffix in ("jsonl", "csl.json"):
            assert read == wanted


def test_a_file_has_a_bound_and_says_so(site: Flask, visitor: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with site.app_context():
        found = extracting.extract(db.session(), site.extensions["hub"].index, phrasing.parse(""), limit=3)
    assert len(found.ids) == 3 and found.total > 3
    answer = visitor.get("/search.csv")
    assert answer.headers["X-Result-Limit"] == "10000"
    assert answer.is_streamed


@pytest.mark.parametrize("suffix", FEEDS)
def test_any_search_is_a_feed(visitor: FlaskClient, suffix: str) -> None:
    answer = visitor.get(f"/search.{suffix}?q=logistics")
    assert answer.status_code == 200 and "public" in answer.headers["Cache-Control"]
    if suffix == "feed.json":
        made = answer.json
        assert made["feed_url"] == "https://hub.example/search.feed.json?q=logistics"
        assert made["home_page_url"] == "https://hub.example/search?q=logistics"
        links = [one["url"] for one in made["items"]]
    else:
        read = feedparser.parse(answer.data)
        assert read.bozo == 0 and read.feed.title == "Search: logistics"
        links = [one.link for one in read.entries]
    assert links and all(visitor.get(link.removeprefix("https://hub.example")).status_code == 200 for link in links)
    for header in ({"If-None-Match": answer.headers["ETag"]}, {"If-Modified-Since": answer.headers["Last-Modified"]}):
        assert visitor.get(f"/search.{suffix}?q=logistics", headers=header).status_code == 304


@pytest.mark.parametrize("place", ["/feeds/topics/logistics", "/feeds/providers/example-academy"])
def test_news_come_in_three_forms(site: Flask, visitor: FlaskClient, place: str) -> None:
    if "providers" in place:
        with site.app_context():
            place = f"/feeds/providers/{db.session.scalar(select(Resource.provider_slug).where(Resource.provider_slug.is_not(None)))}"
    entries = [feedparser.parse(visitor.get(f"{place}.{suffix}").data).entries for suffix in ("atom", "rss")]
    items = visitor.get(f"{place}.json").json["items"]
    assert [one.id for one in entries[0]] == [one.id for one in entries[1]] == [one["id"] for one in items]


def test_files_that_are_sent_as_they_come_give_their_connections_back(site: Flask) -> None:
    for path in ("/search.csv", "/search.jsonl?q=logistics", "/sitemaps/resources-1.xml"):
        for _ in range(4):
            assert site.test_client().get(path).data
        cut = site.test_client().get(path)
        next(iter(cut.response))
        cut.close()
        site.test_client().head(path).close()
        with site.app_context():
            assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_pages_lead_to_their_files_and_feeds(visitor: FlaskClient) -> None:
    for path, asked in (("/search?q=logistics", "q=logistics"), ("/topics/logistics", "topic=logistics")):
        page = html.document_fromstring(visitor.get(path).text)
        links = page.xpath("//details[contains(@class, 'dropdown')]//a[starts-with(@href, '/search.')]/@href")
        assert len(links) == len(FILES) + len(FEEDS)
        assert all(asked in link for link in links)
        assert all(visitor.get(link).status_code == 200 for link in links)
    page = html.document_fromstring(visitor.get("/search?q=logistics").text)
    assert {link.get("type") for link in page.xpath("//head/link[@rel='alternate' and @type]")} == {
        "application/atom+xml", "application/rss+xml", "application/feed+json",
    }  # fmt: skip


def test_a_source_and_an_institution_can_be_taken_along_like_a_search(own_site: Flask) -> None:
    visitor = own_site.test_client()
    with own_site.app_context():
        name, id = db.session.execute(select(Source.name, Source.id).order_by(Source.id)).first()
        house = db.session.scalars(select(Institution).filter_by(slug="harbour-school")).one()
        made = select(InstitutionName.name).filter_by(institution_id=house.id)
        here = select(Resource.title).where(
            Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None)
        )  # fmt: skip
        fed = select(SourceRecord.resource_id).where(SourceRecord.source_id == id, SourceRecord.state == "active")
        wanted = {
            f"/sources/{name}": sorted(db.session.scalars(here.where(Resource.id.in_(fed)))),
            "/institutions/harbour-school": sorted(
                db.session.scalars(here.where(Resource.institution.in_(made) | Resource.provider.in_(made)))
            ),
        }
        everything = db.session.scalar(select(func.count()).select_from(here.subquery()))
    for place, found in wanted.items():
        assert 0 < len(found) < everything
        page = html.document_fromstring(visitor.get(place).text)
        links = page.xpath("//details[contains(@class, 'dropdown')]//a[contains(@href, '/items.') or contains(@href, 'feed')]/@href")
        assert len(links) == len(FILES) + len(FEEDS), place
        for link in links:
            answer = visitor.get(link)
            assert answer.status_code == 200
            if "/items." in link:
                suffix = link.partition("/items.")[2]
                assert len(titles(suffix, answer.text)) == len(found), link
                assert answer.headers["X-Total-Count"] == str(len(found))
            if link.endswith(".jsonl"):
                assert sorted(titles("jsonl", answer.text)) == found
    narrowed = visitor.get(f"/sources/{name}/items.jsonl?q=logistics").text
    assert 0 < len(narrowed.splitlines()) < len(wanted[f"/sources/{name}"])
    with own_site.app_context():  # without a name in the catalogue it has nothing, and not all of it
        db.session.execute(delete(InstitutionName))
        db.session.commit()
    assert not visitor.get("/institutions/harbour-school/items.jsonl").data
    for path in ("/sources/none/items.csv", "/sources/none/feed.atom", "/institutions/none/items.ris", f"/sources/{name}/items.xml"):
        assert visitor.get(path).status_code == 404


def test_bookmarks_can_be_taken_along_by_who_keeps_them(own_site: Flask, admin: FlaskClient, csrf: Callable[[FlaskClient], str]) -> None:
    assert own_site.test_client().get("/bookmarks/items.ris").status_code in (302, 303)
    with own_site.app_context():
        one = db.session.scalars(select(Resource).where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None))).first()
        public_id, title = one.public_id, one.title
    admin.post(f"/resources/{public_id}/bookmark", data={"csrf_token": csrf(admin)})
    page = html.document_fromstring(admin.get("/bookmarks").text)
    links = page.xpath("//a[starts-with(@href, '/bookmarks/items.')]/@href")
    assert len(links) == len(FILES)
    for link in links:
        answer = admin.get(link)
        assert titles(link.partition("items.")[2], answer.text) in ([title], [f"{{{title}}}"])
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_who_takes_too_many_files_waits(own_site: Flask) -> None:
    own_site.config["HUB_API_RATE"] = "3/minute"
    allowances.register(own_site)
    visitor = own_site.test_client()
    for path in ("/search.csv", "/search.atom", "/moochub/courses"):
        assert visitor.get(path).status_code == 200
    refused = visitor.get("/search.ris")
    assert (refused.status_code, refused.mimetype) == (429, "text/plain") and 0 < int(refused.headers["Retry-After"]) <= 60
    assert visitor.get("/search").status_code == visitor.get("/api/v1/rubric").status_code == 200  # pages and the API are counted apart
    assert visitor.get("/search.ris", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_formulas_calculate_nothing(own_site: Flask) -> None:
    with own_site.app_context():
        one = db.session.scalars(select(Resource).where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None))).first()
        assert one is not None
        one.title, one.provider = "=HYPERLINK(1)", "@SUM(1)"
        db.session.commit()
    text = own_site.test_client().get("/search.csv").text
    row = next(row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")) if "HYPERLINK" in row["title"])
    assert (row["title"], row["provider"]) == ("'=HYPERLINK(1)", "'@SUM(1)")


names = st.sampled_from(("q", "topic", "sort", "page", "language", "less", "only", "tag", "use", "format", "id")) | st.text(max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, st.text(max_size=20)), max_size=4), st.sampled_from((*FILES, *FEEDS)))
def test_no_argument_breaks_a_file_or_a_feed(site: Flask, pairs: list[tuple[str, str]], suffix: str) -> None:
    answer: Any = site.test_client().get(f"/search.{suffix}", query_string=pairs)
    assert answer.status_code == 200
    assert answer.data or suffix in ("jsonl", "ris", "bib")  # a list of nothing is nothing there


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(("id", "format", "page[after]", "page[size]", "page[before]", "q")), st.text(max_size=20)), max_size=3
    ),
    st.sampled_from(("/unapi", "/moochub/courses", "/opensearch.xml", "/suggest.json", "/sitemap.xml", "/dumps/")),
    st.text(max_size=20),
)
def test_no_argument_breaks_what_machines_ask(site: Flask, pairs: list[tuple[str, str]], path: str, accept: str) -> None:
    accept = "".join(letter for letter in accept if letter.isprintable() and letter < "\xff")
    answer: Any = site.test_client().get(path, query_string=pairs, headers={"Accept": accept})
    assert answer.status_code in (200, 300, 400, 404, 406)
