"""Why a result stands where it does: every number adds up to its score, whatever was asked."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Document
from search.index import Index
from search.opening import open_index
from search.query import Query, Widened, Word, parse
from search.tuning import Tuning

WORDS = ["market", "markets", "marketing", "data", "shop", "live", "直播", "跨境电商", "电子商务", "数据"]
TYPED = [
    *WORDS, "market data", "live OR shop", '"live market"', "mark*", "title:data", "直播 -shop", "data (live OR 直播)", "e commerce",
    '"电商"', "跨境电商直播", "-live", "",
]  # fmt: skip


@st.composite
def catalogues(draw: st.DrawFn) -> list[Document]:
    text = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)
    return [
        Document(
            id=id,
            version=1,
            title=draw(text),
            keywords=tuple(draw(st.lists(text, max_size=2))),
            description=draw(text),
            signals=draw(st.dictionaries(st.sampled_from(["completeness", "reviews"]), st.sampled_from([0.0, 1.0]))),
        )
        for id in range(1, draw(st.integers(1, 8)) + 1)
    ]


@settings(max_examples=25, deadline=None)
@given(documents=catalogues(), typed=st.sampled_from(TYPED), other=st.sampled_from(WORDS), exact=st.sampled_from([0.0, 1.0]))
def test_the_reasons_add_up_to_the_score(documents: list[Document], typed: str, other: str, exact: float) -> None:
    index = open_index("memory:")
    index.apply(documents, ())
    rules = Tuning(exact=exact, meaning=0.0)
    plain = parse(typed, limit=50, tuning=rules)
    for query in (plain, Query(typed=typed, root=Widened(plain.root, (Word(other),)), limit=50, tuning=rules)):
        hits = index.find(query).hits
        for place, hit in enumerate(hits, start=1):
            told = index.explain(query, hit.id)
            assert told is not None
            assert told.matches
            assert told.score == pytest.approx(hit.score, rel=1e-4)
            if query.root != parse("").root and told.reasons:
                factor = math.prod(signal.factor for signal in told.signals)
                assert sum(reason.score for reason in told.reasons) * factor == pytest.approx(hit.score, rel=1e-3, abs=1e-4)
            if query.sort == "relevance":
                assert told.word_rank == place
        for document in documents:
            if document.id not in {hit.id for hit in hits}:
                told = index.explain(query, document.id)
                assert told is not None
                assert not told.matches
                assert told.reasons == ()
    index.close()


def test_it_counts_where_each_word_stands(index: Index) -> None:
    index.apply(
        [
            Document(
                id=1, version=1, title="Marketing of markets", keywords=("market",), description="Market, marketing and the market.",
                signals={"completeness": 1.0},
            ),
            Document(id=2, version=1, title="Other"),
        ],
        (),
    )  # fmt: skip
    told = index.explain(parse("marketing"), 1)
    assert told is not None
    (reason,) = told.reasons
    assert reason.word == "marketing"
    assert reason.counts == {"title": 2, "keywords": 1, "description": 3}
    assert reason.exact == {"title": 1, "description": 1}
    assert reason.documents == 1
    assert {signal.name: signal.value for signal in told.signals}["completeness"] == 1.0
    assert {signal.name: signal.factor for signal in told.signals}["reviews"] == 1.0


def test_nothing_is_known_of_a_document_that_is_not_there(index: Index) -> None:
    assert index.explain(parse("data"), 7) is None


def test_a_synonym_is_told_as_one(index: Index) -> None:
    index.apply([Document(id=1, version=1, title="跨境电商"), Document(id=2, version=1, title="Cross-border trade")], ())
    query = Query(typed="cross-border", root=Widened(Word("cross-border"), (Word("跨境电商"),)))
    hits = index.find(query)
    assert [hit.id for hit in hits.hits] == [2, 1]
    assert hits.total == 2
    told = index.explain(query, 1)
    assert told is not None
    assert {reason.widened for reason in told.reasons} == {True}
    switched_off = index.find(Query(typed="cross-border", root=query.root, tuning=Tuning(widened=0.0)))
    assert [hit.id for hit in switched_off.hits] == [2, 1]
