"""Why this result: what the index answers, in words that anybody reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import Resource
from search.explanation import Explanation, Reason, SignalReason
from search.index import IndexFault
from search.query import Query

Look = Callable[..., str]
WORDS = Explanation(
    matches=True,
    reasons=(
        Reason(word="customs", counts={"keywords": 1}, exact={}, documents=2, rarity=5.1, score=1.5, widened=True),
        Reason(
            word="logist", counts={"title": 1, "description": 3}, exact={"title": 1, "description": 1}, documents=40, rarity=0.3, score=4.5
        ),
    ),
    signals=(
        SignalReason(name="freshness", value=0.8, factor=1.03),
        SignalReason(name="open_licence", value=0.0, factor=0.97),
        SignalReason(name="reviews", value=None, factor=1.0),
    ),
    score=6.0 * 1.03 * 0.97,
    word_rank=3,
    similarity=None,
    meaning_rank=None,
)


@dataclass
class Explaining:
    """The site's own index, which answers these reasons."""

    index: Any
    answer: Explanation | None
    asked: Query | None = None

    def explain(self, query: Query, id: int) -> Explanation | None:
        self.asked = query
        return self.answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.index, name)


@contextmanager
def answering(site: Flask, answer: Explanation | None) -> Iterator[Explaining]:
    parts = site.extensions["hub"]
    explaining = Explaining(parts.index, answer)
    site.extensions["hub"] = replace(parts, index=explaining)
    try:
        yield explaining
    finally:
        site.extensions["hub"] = parts


@pytest.fixture
def address(look: Look) -> str:
    """The link beside the first result."""
    links = html.document_fromstring(look("/search?q=logistics")).xpath("//div[@class='actions']/a/@href")
    assert len(links) == 20 and links[0].endswith("?q=logistics")
    return str(links[0])


def page(look: Look, site: Flask, address: str, answer: Explanation | None, language: str = "en") -> Any:
    with answering(site, answer):
        return html.document_fromstring(look(address, language))


def test_words_say_where_they_stand_how_rare_they_are_and_what_they_add(look: Look, site: Flask, address: str) -> None:
    found = page(look, site, address, WORDS)
    first, second = found.xpath("//section[@aria-labelledby='h-words']//tbody/tr")
    assert first.xpath("string(th)").strip() == "logist"
    cells = [" ".join(cell.text_content().split()) for cell in first.xpath("td")]
    assert cells[0] == "Title: 1 timeDescription: 3 times, 1 of them in exactly this form"
    assert cells[1].startswith("common: in 40 of ") and cells[2] == "4.5" and "75%" in cells[3]
    assert first.xpath(".//progress/@value") == ["0.75"]
    assert "synonym" in second.xpath("string(th)") and second.xpath("string(td[2])").startswith("rare: in 2 of ")


def test_signals_say_their_value_and_effect(look: Look, site: Flask, address: str) -> None:
    rows = page(look, site, address, WORDS).xpath("//section[@aria-labelledby='h-signals']//tbody/tr")
    assert [row.xpath("string(td[last()])") for row in rows] == ["+3%", "−3%", "±0%"]
    assert "unknown" in rows[2].text_content() and "80%" in rows[0].text_content()


def test_the_sum_is_the_score(look: Look, site: Flask, address: str) -> None:
    assert "6 from words × 0.999 from signals = 5.995" in page(look, site, address, WORDS).text_content()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, "It has the words. Results are ordered by this score"),
        ({"similarity": 0.87, "meaning_rank": 2}, "Both places count together"),
        (
            {"matches": False, "reasons": (), "similarity": 0.87, "meaning_rank": 2, "word_rank": None, "score": 0.0},
            "found by its meaning alone",
        ),
        ({"matches": False, "reasons": (), "word_rank": None, "score": 0.0}, "It does not have the words that were searched."),
    ],
)
def test_the_order_has_a_reason(look: Look, site: Flask, address: str, change: dict[str, Any], said: str) -> None:
    assert said in page(look, site, address, replace(WORDS, **change)).text_content()


def test_another_order_is_named_as_the_reason(look: Look, site: Flask, address: str) -> None:
    assert "put into another order by hand" in page(look, site, f"{address}&sort=title", WORDS).text_content()


def test_the_question_with_its_filters_is_explained_by_the_tuning_in_force(visitor: FlaskClient, site: Flask, address: str) -> None:
    with answering(site, WORDS) as explaining:
        assert visitor.get(f"{address}&type=course").status_code == 200
    assert explaining.asked is not None
    assert explaining.asked.typed == "logistics" and explaining.asked.filters == {"type": ("course",)}


def test_it_says_so_in_chinese(look: Look, site: Flask, address: str) -> None:
    found = page(look, site, address, WORDS, "zh-CN")
    assert found.xpath("string(//h1)") == "为何有此结果？"
    assert "罕见：" in found.text_content() and "开放许可" in found.text_content()


def test_a_page_stands_alone_and_is_not_indexed(look: Look, site: Flask, address: str) -> None:
    found = page(look, site, address, WORDS)
    assert found.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert len(found.xpath("//h1")) == 1 and len(found.xpath("//@id")) == len(set(found.xpath("//@id")))
    assert "/search?q=logistics" in found.xpath("//main//a/@href")


def test_what_the_index_does_not_have_yet_is_said(look: Look, site: Flask, address: str) -> None:
    assert "does not have this resource yet" in page(look, site, address, None).text_content()


def test_without_words_there_is_nothing_to_explain(visitor: FlaskClient, address: str) -> None:
    public_id = address.partition("?")[0].rpartition("/")[2]
    assert visitor.get(f"/search/why/{public_id}").headers["Location"] == f"/resources/{public_id}"
    assert visitor.get("/search/why/nobody?q=logistics").status_code == 404


def test_a_merged_resource_is_explained_by_the_one_that_took_its_place(own_site: Flask) -> None:
    with own_site.app_context():
        gone = db.session.scalars(select(Resource).where(Resource.merged_into_id.is_not(None))).one()
        withdrawn = db.session.scalars(select(Resource).where(Resource.withdrawn_at.is_not(None))).first()
        merged, left, target = gone.public_id, withdrawn.public_id, db.session.get(Resource, gone.merged_into_id).title
    with answering(own_site, WORDS):
        visitor = own_site.test_client()
        assert target in html.document_fromstring(visitor.get(f"/search/why/{merged}?q=course").get_data(as_text=True)).text_content()
        assert visitor.get(f"/search/why/{left}?q=course").status_code == 404


def test_an_index_that_cannot_be_read_is_said(site: Flask, visitor: FlaskClient, address: str) -> None:
    class Broken(Explaining):
        def explain(self, query: Query, id: int) -> Explanation | None:
            raise IndexFault("a file is missing")

    parts = site.extensions["hub"]
    site.extensions["hub"] = replace(parts, index=Broken(parts.index, None))
    try:
        assert visitor.get(address).status_code == 503
    finally:
        site.extensions["hub"] = parts


def test_the_sites_own_index_explains_every_result(look: Look) -> None:
    """What the words add up to, times the signals, is the score; and the place is the one in the list."""
    links = html.document_fromstring(look("/search?q=cross-border+logistics+customs")).xpath("//div[@class='actions']/a/@href")
    assert links
    for place, link in enumerate(links, start=1):
        found = html.document_fromstring(look(link))
        adds = [float(cell) for cell in found.xpath("//section[@aria-labelledby='h-words']//tbody/tr/td[3]/text()")]
        assert sum(adds) == pytest.approx(float(found.xpath("string(//section[@aria-labelledby='h-words']//tfoot//td[3])")), abs=0.005)
        assert f"It stands at place {place} for" in found.text_content()
