"""What is near in meaning is marked, said beside the count, and comes first when no word matched."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Flask, render_template
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import Resource
from hub.services import finding
from hub.services.asking import Ask
from hub.web.listing import Listing
from search.document import Hit, Hits
from search.query import Query


class Near:
    """An index that knows one more resource by its meaning, on every first page that shows any."""

    def __init__(self, index: finding.Index, id: int) -> None:
        self._index, self._id = index, id

    def find(self, query: Query) -> Hits:
        found = self._index.find(query)
        near = (Hit(id=self._id, score=0.1, related=True),) if query.limit and not query.offset else ()
        return replace(found, hits=(*(hit for hit in found.hits if hit.id != self._id), *near))


def shown(site: Flask, words: str) -> html.HtmlElement:
    with site.test_request_context("/search"):
        session = db.session()
        id = session.scalars(select(Resource.id).where(Resource.title.like("Cross-border%"))).one()
        ask = Ask(words=words)
        index = Near(site.extensions["hub"].index, id)
        page = finding.find(session, index, ask, language="en", today=date(2026, 11, 25))  # type: ignore[arg-type]
        return html.document_fromstring(render_template("search/show.html", listing=Listing(ask, page, "/search")))


def test_among_the_matches_it_is_marked_and_not_counted(site: Flask) -> None:
    page = shown(site, "leaving OR hostile")
    said = " ".join(page.xpath("string(//p[@role='status'])").split())
    assert said == "1 result for “leaving OR hostile” and 1 related in meaning"
    badges = [article.xpath("count(.//span[text()='Related in meaning'])") for article in page.xpath("//article")]
    assert badges == [0, 1]


def test_without_a_match_it_comes_before_the_looser_query(site: Flask) -> None:
    page = shown(site, "payment zzzz")
    headings = [heading.text_content().strip() for heading in page.xpath("//div[@id='results']//h2")]
    assert headings == ["Related in meaning", "Nothing has all of these words. Results without “zzzz”:"]
    lists = page.xpath("//ol[contains(@class,'results')]")
    assert [len(one.xpath(".//span[text()='Related in meaning']")) for one in lists] == [1, 0]
    alone = shown(site, "zzzz")
    assert [heading.text_content().strip() for heading in alone.xpath("//div[@id='results']//h2")] == ["Related in meaning"]
