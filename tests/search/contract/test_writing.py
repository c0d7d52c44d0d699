"""Putting, dropping, rebuilding: one commit each, nothing doubled, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Document, Entry
from search.index import Index, IndexFault
from search.opening import open_index
from search.query import parse

Put = Callable[[int, str], Document]


def test_an_index_that_was_never_written_is_empty(index: Index) -> None:
    assert index.count() == 0
    assert list(index.entries()) == []
    assert index.find(parse("anything")).total == 0
    assert index.complete("a") == ()
    assert index.similar(1) == ()


def test_a_put_is_seen_at_once_and_replaces(index: Index, put: Put) -> None:
    index.apply([put(1, "first"), put(2, "second")], ())
    assert index.find(parse("first")).total == 1
    index.apply([put(1, "third")], ())
    assert index.find(parse("first")).total == 0
    assert [hit.id for hit in index.find(parse("third")).hits] == [1]
    assert index.count() == 2


def test_of_several_puts_of_one_id_the_last_counts(index: Index, put: Put) -> None:
    index.apply([put(1, "first"), put(1, "second"), put(1, "third")], ())
    assert index.count() == 1
    assert index.find(parse("third")).total == 1
    assert index.find(parse("first OR second")).total == 0


def test_dropping(index: Index, put: Put) -> None:
    index.apply([put(1, "one"), put(2, "two")], [99])
    index.apply((), [1, 1, 77])
    assert [entry.id for entry in index.entries()] == [2]
    index.apply((), [2])
    assert index.count() == 0
    index.apply([put(2, "two again")], ())
    assert index.count() == 1


def test_entries_tell_what_the_index_holds(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(reversed(documents), ())
    assert list(index.entries()) == [Entry(id=document.id, version=document.version, origins=document.origins) for document in documents]


@pytest.mark.parametrize(
    "bad",
    [
        Document(id=0, version=1, title="zero"),
        Document(id=2**31, version=1, title="large"),
        Document(id=5, version=1, title="weight", signals={"reviews": float("nan")}),
        Document(id=5, version=1, title="weight", signals={"reviews": -1.0}),
        Document(id=5, version=2**70, title="version"),
        Document(id=5, version=1, title="number", numbers={"updated": 2**70}),
        Document(id=5, version=1, title="facet", facets={"colour": ("red",)}),
    ],
)
def test_a_bad_document_does_not_spoil_its_batch(index: Index, put: Put, bad: Document) -> None:
    index.apply([put(1, "one"), bad, put(3, "three")], ())
    assert [entry.id for entry in index.entries()] == [1, 3]


def test_texts_may_hold_anything_and_are_bounded(index: Index) -> None:
    odd = "\x00\ud800\uffff\U0010ffff a\x1fb <script> \u202e" + "x" * 100_000 + " 电" * 100_000
    index.apply(
        [Document(id=1, version=1, title=odd, description=odd, keywords=(odd,) * 300, people=(odd,), alternative_titles=(odd,))], ()
    )
    assert index.count() == 1
    assert index.find(parse("script")).total == 1
    assert len(list(index.entries())) == 1


def test_rebuild_replaces_everything(index: Index, put: Put) -> None:
    index.apply([put(1, "old"), put(2, "old")], ())
    assert index.rebuild((put(id, "new") for id in (7, 8, 9)), expected=3) == 3
    assert [entry.id for entry in index.entries()] == [7, 8, 9]
    assert index.find(parse("old")).total == 0
    index.apply([put(10, "later")], ())
    assert index.count() == 4


def test_rebuild_refuses_a_wrong_size_and_keeps_the_old(index: Index, put: Put) -> None:
    index.apply([put(1, "old")], ())
    with pytest.raises(IndexFault, match="expected"):
        index.rebuild((put(id, "new") for id in range(1, 9)), expected=10)
    assert index.find(parse("old")).total == 1
    assert index.rebuild((put(id, "new") for id in range(1, 10)), expected=10) == 9


def test_rebuild_that_fails_in_the_middle_keeps_the_old(index: Index, put: Put) -> None:
    def failing() -> Iterator[Document]:
        yield put(1, "new")
        raise RuntimeError("the database went away")

    index.apply([put(1, "old")], ())
    with pytest.raises(RuntimeError, match="went away"):
        index.rebuild(failing(), expected=2)
    assert index.find(parse("old")).total == 1


def test_rebuilding_nothing_and_the_same_id_twice(index: Index, put: Put) -> None:
    assert index.rebuild([put(1, "a"), put(1, "b")], expected=1) == 1
    assert index.find(parse("b")).total == 1
    assert index.rebuild((), expected=0) == 0
    assert index.count() == 0


def test_writing_may_be_held_over_several_calls(index: Index, put: Put) -> None:
    with index.writing(), index.writing():
        index.apply([put(1, "one")], ())
        index.rebuild([put(1, "one")], expected=1)
    index.apply([put(2, "two")], ())
    assert index.count() == 2


def test_a_closed_index_opens_again(index: Index, put: Put) -> None:
    index.apply([put(1, "one")], ())
    index.close()
    assert index.count() == 1


STEPS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["red", "green", "蓝色"])), max_size=6),
        st.lists(st.integers(1, 12), max_size=4),
    ),
    max_size=14,
)


@settings(max_examples=15, deadline=None)
@given(steps=STEPS)
def test_any_history_leaves_what_a_dictionary_would(steps: list) -> None:
    index, kept = open_index("memory:"), {}
    for puts, drops in steps:
        index.apply([Document(id=id, version=1, title=word) for id, word in puts], drops)
        for id in drops:
            kept.pop(id, None)
        kept.update(puts)
    assert [entry.id for entry in index.entries()] == sorted(kept)
    for word in ("red", "green", "蓝色"):
        assert [hit.id for hit in index.find(parse(word)).hits] == sorted(id for id, held in kept.items() if held == word)
    index.close()
