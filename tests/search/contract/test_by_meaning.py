"""Words and meaning together: what only meaning finds is shown and not counted, and nothing is lost or shown twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Document
from search.index import Index
from search.meaning.encoder import Array, MeaningFault
from search.opening import open_index
from search.query import parse
from search.tuning import Tuning

CONCEPTS = {"shop": 0, "store": 0, "商店": 0, "data": 1, "numbers": 1, "数据": 1, "garden": 2, "course": 3}


class Concepts:
    """A small encoder: texts are near each other when they name the same concepts. It counts what it is asked for."""

    name, dimension = "concepts/1", 8

    def __init__(self) -> None:
        self.read: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def passages(self, texts: Sequence[str]) -> Array:
        self.read.extend(texts)
        return np.stack([self._vector(text) for text in texts]) if texts else np.zeros((0, self.dimension), np.float32)

    def query(self, text: str) -> Array:
        self.gate.wait(10)
        return self._vector(text)

    def _vector(self, text: str) -> Array:
        made = np.full(self.dimension, 0.01, np.float32)
        for word, concept in CONCEPTS.items():
            made[concept] += word in text.casefold()
        return made / np.linalg.norm(made)


def filled(*titles: str, encoder: Concepts | None = None) -> Index:
    index = open_index("memory:", encoder=encoder or Concepts())
    facets = [{"language": ("en",)}, {"language": ("zh",)}]
    index.apply([Document(id=id, version=1, title=title, facets=facets[id % 2]) for id, title in enumerate(titles, 1)], ())
    while index.learn(limit=3):
        pass
    return index


def found(index: Index, typed: str, **asked: object) -> list[tuple[int, bool]]:
    return [(hit.id, hit.related) for hit in index.find(parse(typed, **asked)).hits]  # type: ignore[arg-type]


def test_what_means_the_same_is_shown_but_not_counted() -> None:
    index = filled("A shop", "The store", "商店", "Garden")
    hits = index.find(parse("shop"))
    assert [(hit.id, hit.related) for hit in hits.hits] == [(1, False), (2, True), (3, True)]
    assert hits.total == 1
    assert [tuple(count) for count in hits.facets["language"]] == [("zh", 1)]
    index.close()


def test_nothing_has_the_words_but_something_means_them() -> None:
    index = filled("Store", "Garden")
    hits = index.find(parse("shop"))
    assert [(hit.id, hit.related) for hit in hits.hits] == [(1, True)]
    assert hits.total == 0
    index.close()


@pytest.mark.parametrize("typed", ["shop -garden", '"shop"', "title:shop", "sho*", "provider:shop"])
def test_who_insists_on_something_gets_just_that(typed: str) -> None:
    index = filled("A shop", "The store")
    assert not any(related for _, related in found(index, typed))
    index.close()


def test_filters_orders_and_the_switch_hold_for_meaning_too() -> None:
    index = filled("A shop", "The store", "商店")
    assert found(index, "shop", filters={"language": ("zh",)}) == [(1, False), (3, True)]
    assert found(index, "shop", sort="title") == [(1, False)]
    assert found(index, "shop", tuning=Tuning(meaning=0.0)) == [(1, False)]
    assert found(index, "shop", limit=0) == []
    index.close()


def test_meaning_moves_what_has_the_words() -> None:
    index = filled("data course", "numbers and data", "garden data garden")
    assert [id for id, _ in found(index, "data", tuning=Tuning(meaning=20.0))][-1] == 3
    index.close()


@settings(max_examples=20, deadline=None)
@given(
    titles=st.lists(st.lists(st.sampled_from([*CONCEPTS, "other"]), min_size=1, max_size=3).map(" ".join), max_size=12),
    typed=st.sampled_from(["shop", "data", "data course", "shop OR garden"]),
    limit=st.integers(1, 5),
)
def test_pages_hold_every_match_once_in_one_order(titles: list[str], typed: str, limit: int) -> None:
    index = filled(*titles)
    whole = index.find(parse(typed, limit=200))
    pages = [index.find(parse(typed, offset=offset, limit=limit)).hits for offset in range(0, len(titles) + limit, limit)]
    worded = [hit.id for page in pages for hit in page if not hit.related]
    assert worded == [hit.id for hit in whole.hits if not hit.related]
    assert len(worded) == len(set(worded)) == whole.total
    plain = index.find(parse(typed, limit=200, tuning=Tuning(meaning=0.0)))
    assert sorted(worded) == sorted(hit.id for hit in plain.hits)
    assert plain.facets == whole.facets
    assert not any(hit.related for page in pages[1:] for hit in page)
    assert all(len([hit for hit in page if not hit.related]) <= limit for page in pages)
    index.close()


def test_only_what_is_missing_is_learned() -> None:
    encoder = Concepts()
    index = filled("A shop", "The store", encoder=encoder)
    assert index.learn() == 0
    encoder.read.clear()
    index.apply([Document(id=2, version=2, title="The store"), Document(id=3, version=1, title="Garden")], [1])
    while index.learn():
        pass
    assert encoder.read == ["Garden"]
    until = time.monotonic() + 20
    while not found(index, "shop") and time.monotonic() < until:  # its meaning may come late on a busy machine, and is kept then
        time.sleep(0.02)
    assert found(index, "shop") == [(2, True)]
    index.apply([Document(id=2, version=3, title="Data")], ())
    while index.learn():
        pass
    assert found(index, "shop") == []
    index.close()


def test_a_late_meaning_is_not_waited_for() -> None:
    encoder = Concepts()
    index = filled("A shop", "The store", encoder=encoder)
    encoder.gate.clear()
    assert found(index, "shop") == [(1, False)]
    encoder.gate.set()
    index.close()


def test_a_model_that_fails_holds_nothing_back() -> None:
    class Broken(Concepts):
        def passages(self, texts: Sequence[str]) -> Array:
            raise MeaningFault("no model")

    encoder = Broken()
    index = open_index("memory:", encoder=encoder)
    index.apply([Document(id=1, version=1, title="A shop")], ())
    assert index.learn() == 0
    index.apply([Document(id=2, version=1, title="Another shop")], ())
    assert index.learn() == 0
    assert found(index, "shop") == [(1, False), (2, False)]
    index.close()


def test_similar_ones_may_share_no_word() -> None:
    index = filled("A shop", "The store", "Garden")
    assert index.similar(1)[0] == 2
    assert 3 not in index.similar(1)
    index.close()


def test_it_says_how_near_a_document_is() -> None:
    index = filled("A shop", "The store")
    told = index.explain(parse("shop"), 2)
    assert told is not None
    assert not told.matches
    assert told.similarity == pytest.approx(1.0, abs=0.02)
    assert told.meaning_rank in (1, 2)
    index.close()


def test_who_is_patient_gets_the_meaning_of_a_model_that_is_slow_at_first() -> None:
    encoder = Concepts()
    index = filled("A shop", "The store", encoder=encoder)
    encoder.gate.clear()
    assert found(index, "shop") == [(1, False)]
    threading.Timer(0.2, encoder.gate.set).start()
    assert [(hit.id, hit.related) for hit in index.find(replace(parse("shop"), patience=5.0)).hits] == [(1, False), (2, True)]
    index.close()
