"""Phrases, held to the raw texts: both ways to read the stream of positions, common words, titles."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from search.analysis import positions
from search.document import Document
from search.opening import open_index
from search.query import parse
from search.whoosh_index import phrases
from search.whoosh_index.engine import WhooshIndex

WORDS = ["of", "the", "and", "market", "data", "电商", "数据", "管", "理", "e-commerce", "数 据"]


def filled(documents: list[Document]) -> WhooshIndex:
    index = open_index("memory:")
    assert isinstance(index, WhooshIndex)
    for at in range(0, len(documents), 25):
        index.apply(documents[at : at + 25], ())
    return index


def has(text: str, row: list[str]) -> bool:
    words = positions(text)
    return any(words[at : at + len(row)] == row for at in range(len(words)))


@pytest.mark.parametrize("scan", [0, 12, 10**9])
def test_a_phrase_is_found_where_it_stands(scan: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "SCAN", scan)
    rng = random.Random(scan)
    documents = [
        Document(id=id, version=1, title=" ".join(rng.choices(WORDS, k=4)), description=" ".join(rng.choices(WORDS, k=rng.randint(0, 9))))
        for id in range(1, 80)
    ]
    index = filled(documents)
    index.apply((), [3, 30, 60])
    kept = [document for document in documents if document.id not in (3, 30, 60)]
    for _ in range(60):
        phrase = " ".join(rng.choices(WORDS, k=rng.randint(2, 3)))
        row = positions(phrase)
        titled = {document.id for document in kept if has(document.title, row)}
        anywhere = titled | {document.id for document in kept if has(document.description, row)}
        assert {hit.id for hit in index.find(parse(f'"{phrase}"', limit=200)).hits} == anywhere, phrase
        assert {hit.id for hit in index.find(parse(f'title:"{phrase}"', limit=200)).hits} == titled, phrase


def test_a_row_that_goes_on_with_a_beginning() -> None:
    titles = ["intro to machine learning", "to intro machine", "intro to marketing", "intro to data", "to"]
    index = filled([Document(id=id, version=1, title=title, description="intro to marble") for id, title in enumerate(titles, 1)])
    snapshot = index.snapshot()
    assert phrases.standing(snapshot, snapshot.all, ("intro", "to"), title=True, then="ma").tolist() == [True, False, True, False, False]
    assert not phrases.standing(snapshot, snapshot.all, ("intro", "to"), title=True, then="zz").any()


def test_a_phrase_longer_than_any_text() -> None:
    index = filled([Document(id=1, version=1, title="of the")])
    assert index.find(parse('"of the of the of the"')).total == 0
    assert index.find(parse('"of the"')).total == 1
    assert all(index.find(parse(f'"{one} {other}"')).total == 0 for one, other in pairwise(["the", "of", "and"]))
