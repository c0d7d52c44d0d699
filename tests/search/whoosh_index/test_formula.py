"""The formula of docs/search.md, worked out from the raw documents without the index or its analysis."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import pytest
import snowballstemmer
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Document
from search.opening import open_index
from search.query import parse
from search.tuning import Tuning
from search.whoosh_index.occurrences import MOST
from search.whoosh_index.signals import FIXED

STEM = snowballstemmer.stemmer("english").stemWord
WORDS = ["market", "markets", "marketing", "data", "shop", "shopping", "live", "stream"]
TEXT = st.lists(st.sampled_from(WORDS), max_size=5).map(" ".join)


def parts(document: Document) -> list[tuple[str, str]]:
    return [
        ("title", document.title),
        *(("alternative", text) for text in document.alternative_titles),
        *(("keywords", text) for text in document.keywords),
        *(("people", text) for text in document.people),
        ("description", document.description),
    ]


def times(document: Document, name: str, holds: Callable[[str], bool]) -> int:
    """Occurrences in one text, of which the index counts only so many."""
    return min(MOST[name], sum(holds(other) for where, text in parts(document) if where == name for other in re.findall(r"\w+", text)))


def frequency(document: Document, word: str, rules: Tuning) -> float:
    total = 0.0
    for name in MOST:
        weight, root = getattr(rules, name), STEM(word)
        of_root = times(document, name, lambda other, root=root: other == root)
        inflected = times(document, name, lambda other, root=root: STEM(other) == root != other)
        total += weight * (of_root + inflected + rules.exact * times(document, name, lambda other: other == word))
    return total


def boost(document: Document, rules: Tuning) -> float:
    return math.prod(1 + weight * (2 * document.signals[name] - 1) for name, weight in rules.signals.items() if name in document.signals)


def brute(documents: list[Document], words: list[str], rules: Tuning) -> dict[int, float]:
    lengths = {d.id: sum(getattr(rules, name) * len(text.split()) for name, text in parts(d)) for d in documents}
    average = sum(lengths.values()) / len(documents) or 1.0
    scores: dict[int, float] = {}
    for document in documents:
        if not all(any(STEM(other) == STEM(word) for _, text in parts(document) for other in text.split()) for word in words):
            continue
        score = 0.0
        for word in words:
            having = sum(1 for other in documents if any(STEM(w) == STEM(word) for _, text in parts(other) for w in text.split()))
            idf = math.log(1 + (len(documents) - having + 0.5) / (having + 0.5))
            f = frequency(document, word, rules)
            score += idf * f * (rules.k1 + 1) / (f + rules.k1 * (1 - rules.b + rules.b * lengths[document.id] / average)) if f else 0.0
        scores[document.id] = score * boost(document, rules)
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
            signals=draw(st.dictionaries(st.sampled_from(FIXED), st.sampled_from([0.0, 0.5, 1.0]), max_size=3)),
        )
        for id in range(1, size + 1)
    ]


TUNINGS = st.builds(
    Tuning,
    phrase=st.just(0.0),  # contract/test_matching.py has it
    title=st.sampled_from([0.5, 5.0]),
    keywords=st.sampled_from([0.0, 3.0]),
    description=st.sampled_from([0.0, 1.0]),
    exact=st.sampled_from([0.0, 1.0]),
    k1=st.sampled_from([1.2, 4.0]),
    b=st.sampled_from([0.0, 0.5, 1.0]),
    completeness=st.sampled_from([0.0, 0.2]),
    reviews=st.sampled_from([0.0, 0.05]),
)


@settings(max_examples=30, deadline=None)
@given(
    documents=catalogues(),
    rules=TUNINGS,
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True),
    cut=st.integers(1, 6),
)
def test_scores_are_those_of_the_formula_however_the_index_was_written(
    documents: list[Document], rules: Tuning, words: list[str], cut: int
) -> None:
    index = open_index("memory:")
    index.apply([Document(id=99, version=1, title="data data"), *documents[:2]], ())  # replaced and dropped again
    for begin in range(0, len(documents), cut):
        index.apply(documents[begin : begin + cut], [99])
    expected = brute(documents, words, rules)
    hits = index.find(parse(" ".join(words), limit=100, tuning=rules)).hits
    assert {hit.id: hit.score for hit in hits} == pytest.approx(expected, rel=1e-3, abs=1e-3)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    index.close()
