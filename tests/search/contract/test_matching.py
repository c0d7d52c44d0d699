"""Which documents match what is typed: the same for every engine."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.document import Document
from search.index import Index
from search.query import parse
from search.tuning import Tuning

EVERYTHING = {1, 2, 3, 4, 5, 6}


@pytest.fixture
def filled(index: Index, documents: tuple[Document, ...]) -> Index:
    index.apply(documents, ())
    return index


def ids(index: Index, typed: str) -> set[int]:
    hits = index.find(parse(typed, limit=100))
    assert hits.total == len(hits.hits)
    return {hit.id for hit in hits.hits}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", EVERYTHING),
        ("   ", EVERYTHING),
        ("*", EVERYTHING),
        ("marketing", {1, 3}),  # stems: market, markets, marketing
        ("MARKETS", {1, 3}),
        ("marketing basics", {1, 3}),
        ("marketing shops", {1}),
        ("surveys zebra", set()),
        ("zebra", set()),
        ("marketing OR logistics", {1, 3, 4}),
        ("marketing | logistics", {1, 3, 4}),
        ("basics marketing OR logistics", {1, 3}),
        ("(marketing basics) OR logistics", {1, 3, 4}),
        ("marketing -research", {1}),
        ("-marketing", {2, 4, 5, 6}),
        ("-marketing -电商", {4, 5, 6}),
        ("-(marketing OR logistics)", {2, 5, 6}),
        ("NOT marketing", {2, 4, 5, 6}),
        ('-"supply chain"', {1, 2, 3, 5, 6}),
        ('"supply chain"', {4}),
        ('"chain supply"', set()),
        ('"live commerce"', {1}),
        ('"live commerce" -marketing', set()),
        ('"of the world"', {6}),
        ('"the"', set()),  # function words count in titles and keywords only
        ("the marketing of research", {3}),
        ("ecommerce", {1, 4}),
        ("e-commerce", {1, 4}),
        ("e commerce", {1, 4}),
        ("E－Commerce", {1, 4}),
        ("C++", {3, 4}),
        ("c", set()),
        ("b2b2c o2o", {4}),
        ("cafe naive", {6}),
        ("café", {6}),
        ("коммерция", {6}),
        ("plan b", {6}),
        ("mark*", {1, 3}),
        ("logis* warehouse", {4}),
        ("电商", {2}),
        ("电子商务", {2, 5}),
        ("電子商務", {2, 5}),
        ("网路", {5}),
        ("商", {2, 5}),
        ("直播 物流", {2}),
        ("跨境电商直播", {2}),
        ("直播电商课程", {2}),
        ("“电商直播”", {2}),
        ("“直播电商”", set()),
        ("ＳＥＯ", {1, 5}),
        ("seo", {1, 5}),
        ("title:marketing", {1, 3}),
        ("title:seo", set()),
        ('title:"marketing basics"', {1}),
        ('title:"basics surveys"', set()),
        ("标题：电商", {2}),
        ("title:mark*", {1, 3}),
        ("-title:marketing marketing", set()),
        ("provider:mit", {3}),
        ("provider:edX", {4}),
        ('provider:"mit opencourseware"', {3}),
        ('provider:"opencourseware mit"', set()),
        ("institution:mit", {3, 4}),
        ("institution:清华", {2}),
        ("institution:mit -provider:edx", {3}),
        ("language:zh", {2, 5}),
        ("language:es", {4}),
        ("licence:cc", {3}),
        ("license:by-nc", {3}),
        ("topic:seo", {1}),
        ("platform:taobao", {2}),
        ("type:video", {6}),
        ("source:futurelearn", {1}),
        ("level:intro*", {1}),
        ("provider:zebra", set()),
        ("silva", {1}),
        ("researching", {3}),
        ("digital marketing", {1}),
    ],
)
def test_what_matches(filled: Index, typed: str, expected: set[int]) -> None:
    assert ids(filled, typed) == expected


def test_where_a_word_stands_decides_the_order(index: Index) -> None:
    index.apply(
        [
            Document(id=1, version=1, title="Other", description="pricing"),
            Document(id=2, version=1, title="Other", people=("pricing",)),
            Document(id=3, version=1, title="Other", keywords=("pricing",)),
            Document(id=4, version=1, title="Other", alternative_titles=("pricing",)),
            Document(id=5, version=1, title="Pricing"),
        ],
        (),
    )
    assert [hit.id for hit in index.find(parse("pricing")).hits] == [5, 4, 3, 2, 1]


def test_the_exact_form_comes_first(index: Index) -> None:
    index.apply([Document(id=1, version=1, title="Markets"), Document(id=2, version=1, title="Marketing")], ())
    assert [hit.id for hit in index.find(parse("marketing")).hits] == [2, 1]
    assert [hit.id for hit in index.find(parse("markets")).hits] == [1, 2]


def test_a_signal_moves_a_document_up(index: Index) -> None:
    index.apply([Document(id=1, version=1, title="Pricing"), Document(id=2, version=1, title="Pricing", signals={"completeness": 1.0})], ())
    hits = index.find(parse("pricing")).hits
    assert [hit.id for hit in hits] == [2, 1]
    assert hits[0].score == pytest.approx((1 + Tuning().completeness) * hits[1].score)


def test_equal_scores_are_ordered_by_id_and_pages_fit_together(index: Index) -> None:
    index.apply([Document(id=id, version=1, title="Same title") for id in range(60, 0, -1)], ())
    pages = [[hit.id for hit in index.find(parse("title", offset=offset, limit=7)).hits] for offset in range(0, 63, 7)]
    assert [id for page in pages for id in page] == list(range(1, 61))
    assert index.find(parse("title", offset=600)).hits == ()


def test_a_prefix_matches_every_word_that_begins_so(index: Index) -> None:
    index.apply([Document(id=id, version=1, title=f"pre{id:03}") for id in range(1, 151)], ())
    assert index.find(parse("pre*")).total == 150


PIECES = st.sampled_from(
    ["market", "电商", '"', "“", "-", "(", ")", " ", "OR", "title:", "provider:", ":", "*", "+", "|", "e", "C++", "\x00", "\ud800", "　"]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=30).map("".join)))
def test_nothing_that_can_be_typed_fails(filled: Index, typed: str) -> None:
    hits = filled.find(parse(typed))
    assert 0 <= hits.total <= len(EVERYTHING)
    assert len(filled.complete(typed)) <= 8


def test_a_hostile_query_is_bounded(filled: Index) -> None:
    for typed in ("(" * 100_000, '"' * 99_999, "a* " * 50_000, "-" * 100_000, "a OR " * 50_000, "商" * 100_000, "title:" * 50_000):
        assert filled.find(parse(typed)).total <= len(EVERYTHING)


def test_words_side_by_side_in_a_title_come_first(index: Index) -> None:
    titles = {1: "Commerce of the live stage", 2: "The live commerce course", 3: "Live, a commerce"}
    index.apply([Document(id=id, version=1, title=title) for id, title in titles.items()], ())
    assert index.find(parse("live commerce")).hits[0].id == 2
    assert {hit.id for hit in index.find(parse("live commerce")).hits} == {1, 2, 3}
    told = [index.explain(parse("live commerce", tuning=Tuning(phrase=weight)), 2) for weight in (0.0, 0.5)]
    assert told[0] and told[1] and told[1].score > told[0].score
