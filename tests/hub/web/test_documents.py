"""A resource as documents: what each address gives, who is sent where, and how machines find them from the page."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

import bibtexparser
import pytest
import rispy
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree, html
from sqlalchemy import select

from hub.db import db
from hub.models import Resource, Source

WORDS = "Cross-border e-commerce logistics"


def named(site: Flask, *conditions: object) -> str:
    """The public id of a resource."""
    with site.app_context():
        found = db.session.scalar(select(Resource.public_id).where(*conditions).order_by(Resource.id))
        assert found is not None
        return str(found)


@pytest.fixture
def course(site: Flask) -> str:
    return named(site, Resource.title.startswith(WORDS))


def test_each_format_is_read_by_its_readers(visitor: FlaskClient, course: str) -> None:
    ld = visitor.get(f"/resources/{course}.jsonld")
    assert ld.content_type == "application/ld+json"
    assert ld.json["@id"] == f"https://hub.example/resources/{course}"
    ris = rispy.loads(visitor.get(f"/resources/{course}.ris").text)[0]
    assert ris["title"].startswith(WORDS) and ris["authors"] == ["Li Wenjing"] and ris["secondary_authors"] == ["Chen Hao"]
    entry = bibtexparser.parse_string(visitor.get(f"/resources/{course}.bib").text).entries[0]
    assert entry.fields_dict["author"].value == "Li Wenjing"
    items = json.loads(visitor.get(f"/resources/{course}.csl.json").text)
    assert items[0]["type"] == "webpage" and items[0]["author"][0] == {"literal": "Li Wenjing"}


def test_who_has_it_is_not_sent_it_again(visitor: FlaskClient, course: str) -> None:
    first = visitor.get(f"/resources/{course}.ris")
    assert visitor.get(f"/resources/{course}.ris", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    assert 'rel="describes"' in first.headers["Link"]


def test_what_is_gone_says_so_and_what_was_merged_leads_on(site: Flask, visitor: FlaskClient) -> None:
    gone = named(site, Resource.withdrawn_at.is_not(None))
    merged = named(site, Resource.merged_into_id.is_not(None))
    assert visitor.get(f"/resources/{gone}.jsonld").status_code == 410
    answer = visitor.get(f"/resources/{merged}.ris")
    assert answer.status_code == 301 and answer.headers["Location"].endswith(".ris")
    assert visitor.get(answer.headers["Location"]).status_code == 200
    for path in ("/resources/nobody.ris", "/resources/nobody.xml", "/resources/x.y.bib"):
        assert visitor.get(path).status_code == 404


def test_a_hidden_resource_leaves_in_no_format(own_site: Flask) -> None:
    public_id = named(own_site, Resource.title.startswith(WORDS))
    with own_site.app_context():
        db.session.scalars(select(Resource).where(Resource.public_id == public_id)).one().hidden_at = db.session.scalar(
            select(Resource.updated_at).where(Resource.public_id == public_id)
        )
        db.session.commit()
    visitor = own_site.test_client()
    assert visitor.get(f"/resources/{public_id}.jsonld").status_code == 404
    assert visitor.get("/unapi", query_string={"id": f"https://hub.example/resources/{public_id}", "format": "ris"}).status_code == 404


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("application/ld+json", "jsonld"),
        ("application/x-bibtex, text/html;q=0.4", "bib"),
        ("application/x-research-info-systems", "ris"),
        ("application/vnd.citationstyles.csl+json, */*;q=0.1", "csl.json"),
        ("text/html, application/ld+json;q=0.9", ""),
        ("*/*", ""),
        ("image/png", ""),
        ("", ""),
        ("garbage;;;q=x", ""),
    ],
)
def test_a_page_answers_with_what_is_liked_best(visitor: FlaskClient, course: str, accept: str, suffix: str) -> None:
    path = visitor.get(f"/resources/{course}").headers["Location"]
    answer = visitor.get(path, headers={"Accept": accept})
    assert "Accept" in answer.headers["Vary"]
    if not suffix:
        assert answer.status_code == 200 and answer.mimetype == "text/html"
    else:
        assert answer.status_code == 303 and answer.headers["Location"] == f"/resources/{course}.{suffix}"


def test_signposts_lead_from_page_to_all_of_it(visitor: FlaskClient, course: str) -> None:
    path = visitor.get(f"/resources/{course}").headers["Location"]
    answer = visitor.head(path)
    links = re.findall(r'<([^<>]+)>; rel="([a-z-]+)"(?:; type="([^"]+)")?', answer.headers["Link"])
    by_rel: dict[str, list[str]] = {}
    for href, rel, _ in links:
        by_rel.setdefault(rel, []).append(href)
    assert by_rel["cite-as"] == [f"https://hub.example/resources/{course}"]
    assert by_rel["license"] == ["https://creativecommons.org/licenses/by-sa/4.0/"]
    assert by_rel["type"] == ["https://schema.org/AboutPage", "https://schema.org/Course"]
    assert by_rel["item"] and len(by_rel["describedby"]) == 4
    for href, rel, media_type in links:
        if rel == "describedby":
            assert visitor.get(href.removeprefix("https://hub.example")).mimetype == media_type
    page = html.document_fromstring(visitor.get(path).text)
    shown = {(link.get("rel"), link.get("href")) for link in page.xpath("//head/link[@rel and @href]")}
    assert {(rel, href) for href, rel, _ in links} <= shown
    assert page.xpath("//meta[@property='og:title']/@content")[0].startswith(WORDS)
    assert page.xpath("//meta[@name='twitter:card']")


def test_the_coins_of_the_page_say_what_it_is(visitor: FlaskClient, course: str) -> None:
    path = visitor.get(f"/resources/{course}").headers["Location"]
    title = html.document_fromstring(visitor.get(path).text).xpath("//span[@class='Z3988']/@title")[0]
    said = parse_qs(title, strict_parsing=True)
    assert said["ctx_ver"] == ["Z39.88-2004"] and said["rft_val_fmt"] == ["info:ofi/fmt:kev:mtx:dc"]
    assert said["rft.title"][0].startswith(WORDS) and said["rft.creator"] == ["Li Wenjing"]


def zotero(page: html.HtmlElement) -> list[str]:
    """unAPI.js, getUnAPIIDs: the translator with the best priority of those that know pages of any site (300; COinS 310, metadata 320)."""
    if not page.xpath("//link[@rel='unapi-server'][starts-with(@href, 'https://hub.example/unapi')]"):
        return []
    there = 'contains(@class, " unapi-id") or contains(@class, "unapi-id ") or @class="unapi-id"'
    return [abbr.get("title") for abbr in page.xpath(f"//abbr[{there}][@title]")]


def test_zotero_takes_one_item_from_a_page_and_many_from_a_list(site: Flask, visitor: FlaskClient, course: str) -> None:
    path = visitor.get(f"/resources/{course}").headers["Location"]
    page = html.document_fromstring(visitor.get(path).text)
    assert zotero(page) == [f"https://hub.example/resources/{course}"]
    with site.app_context():
        provider = db.session.scalar(select(Resource.provider_slug).where(Resource.provider_slug.is_not(None)))
        source = db.session.scalar(select(Source.name).order_by(Source.id))
    for address in ("/search?q=logistics", "/topics/logistics", f"/providers/{provider}", f"/sources/{source}"):
        found = html.document_fromstring(visitor.get(address).text)
        ids = zotero(found)
        assert len(ids) == len(set(ids)) == len(found.xpath("//ol[contains(@class, 'results')]/li")) > 1, address
        for one in ids[:2]:
            answer = visitor.get(f"/unapi?id={one}&format=ris")  # the translator does not encode what it sends
            assert answer.status_code == 200 and answer.text.startswith("TY  - ")
    assert zotero(html.document_fromstring(visitor.get("/about").text)) == []


def test_the_head_has_dublin_core(visitor: FlaskClient, course: str) -> None:
    path = visitor.get(f"/resources/{course}").headers["Location"]
    page = html.document_fromstring(visitor.get(path).text)
    said = {
        name: page.xpath(f"//head/meta[@name='DC.{name}']/@content") for name in ("title", "creator", "contributor", "type", "language")
    }
    assert said["title"][0].startswith(WORDS) and said["creator"] == ["Li Wenjing"] and "Chen Hao" in said["contributor"]
    assert said["type"] == ["course"] and said["language"]
    assert not page.xpath("//meta[starts-with(@name, 'citation_')]")  # by these a reader takes anything for a journal's article


def test_unapi_does_as_its_specification_says(visitor: FlaskClient, course: str) -> None:
    path = visitor.get(f"/resources/{course}").headers["Location"]
    page = html.document_fromstring(visitor.get(path).text)
    server = page.xpath("//link[@rel='unapi-server']/@href")[0]
    identifier = page.xpath("//abbr[@class='unapi-id']/@title")[0]
    formats = etree.fromstring(visitor.get(server).data)
    assert {one.get("name") for one in formats} == {"ris", "bibtex", "csl", "jsonld"}
    about = visitor.get(server, query_string={"id": identifier})
    assert about.status_code == 300 and etree.fromstring(about.data).get("id") == identifier
    for one in formats:
        answer = visitor.get(server, query_string={"id": identifier, "format": one.get("name")})
        assert answer.status_code == 200 and answer.mimetype == one.get("type")
    for asked, status in (
        ({"id": identifier, "format": "marc"}, 406), ({"id": "https://hub.example/resources/none", "format": "ris"}, 404),
        ({"id": "urn:x"}, 404), ({"format": "ris"}, 400), ({"id": "\ud800" if False else "\x00"}, 404),
    ):  # fmt: skip
        assert visitor.get(server, query_string=asked).status_code == status, asked
