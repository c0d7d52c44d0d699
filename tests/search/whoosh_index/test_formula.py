"""The formula of docs/search.md, worked out from the raw documents without the index or its analysis."""

from __future__ import annotations

import math
import re

import pytest
import snowballstemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Document
from search.opening import open_index
from search.query import parse
from search.whoosh_index.scoring import K1, B

STEM = snowballstemmer.stemmer("english").stemWord
WORDS = ["market", "markets", "marketing", "data", "shop", "shopping", "live", "stream"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


def parts(document: Document) -> list[tuple[int, str]]:
    return [
        (5, document.title),
        *((4, text) for text in document.alternative_titles),
        *((3, text) for text in document.keywords),
        *((2, text) for text in document.people),
        (1, document.description),
    ]


def frequency(document: Document, word: str) -> int:
    total = 0
    for weight, text in parts(document):
        for other in re.findall(r"\w+", text):
            total += weight * ((STEM(other) == STEM(word)) + (other == word))
    return total


def brute(documents: list[Document], words: list[str]) -> dict[int, float]:
    lengths = {document.id: sum(weight * len(text.split()) for weight, text in parts(document)) for document in documents}
    average = sum(lengths.values()) / len(documents) or 1.0
    scores: dict[int, float] = {}
    for document in documents:
        if not all(frequency(document, word) for word in words):
            continue
        score = 0.0
        for word in words:
            having = sum(1 for other in documents if frequency(other, word))
            idf = math.log(1 + (len(documents) - having + 0.5) / (having + 0.5))
            f = frequency(document, word)
            score += idf * f * (K1 + 1) / (f + K1 * (1 - B + B * lengths[document.id] / average))
        scores[document.id] = score * document.weight
    return scores


@st.composite
def catalogues(draw: st.DrawFn) -> list[Document]:
    size = draw(st.integers(1, 14))
    return [
        Document(
            id=id,
            version=1,
            title=draw(TEXT),
            alternative_titles=tuple(draw(st.lists(TEXT, max_size=2))),
            keywords=tuple(draw(st.lists(TEXT, max_size=2))),
            people=tuple(draw(st.lists(TEXT, max_size=1))),
            description=draw(TEXT),
            weight=draw(st.sampled_from([0.5, 1.0, 1.5])),
        )
        for id in range(1, size + 1)
    ]


@settings(max_examples=30, deadline=None)
@given(documents=catalogues(), words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True), cut=st.integers(1, 6))
def test_scores_are_those_of_the_formula_however_the_index_was_written(documents: list[Document], words: list[str], cut: int) -> None:
    index = open_index("memory:")
    index.apply([Document(id=99, version=1, title="data data"), *documents[:2]], ())  # replaced and dropped again
    for begin in range(0, len(documents), cut):
        index.apply(documents[begin : begin + cut], [99])
    expected = brute(documents, words)
    hits = index.find(parse(" ".join(words), limit=100)).hits
    assert {hit.id: hit.score for hit in hits} == pytest.approx(expected, rel=1e-4)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    index.close()
