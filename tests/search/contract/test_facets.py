"""Counts over all matches, several values at once: what a facet shows is what its link finds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import FACETS, Document
from search.index import Index
from search.opening import open_index
from search.query import parse


def counts(index: Index, typed: str, facet: str, **filters: tuple[str, ...]) -> dict[str, int]:
    return {count.value: count.count for count in index.find(parse(typed, filters=filters)).facets[facet]}


def test_every_facet_is_counted_over_all_matches(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    facets = index.find(parse("", limit=1)).facets
    assert set(facets) == set(FACETS)
    assert [(count.value, count.count) for count in facets["type"]] == [("course", 4), ("programme", 1), ("video", 1)]
    assert counts(index, "", "language") == {"en": 3, "es": 1, "fr": 1, "zh-Hans": 1, "zh-Hant": 1}
    assert counts(index, "marketing", "institution") == {"MIT": 1, "Open University": 1}
    assert counts(index, "zebra", "type") == {}


def test_values_of_one_facet_are_alternatives_and_facets_narrow_each_other(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    assert index.find(parse("", filters={"language": ("fr", "es")})).total == 2
    assert index.find(parse("", filters={"language": ("fr", "es"), "type": ("video",)})).total == 1
    # a facet's own filter does not hide its other values, the others' filters do
    assert counts(index, "", "language", language=("fr",)) == {"en": 3, "es": 1, "fr": 1, "zh-Hans": 1, "zh-Hant": 1}
    assert counts(index, "", "type", language=("fr",)) == {"video": 1}
    assert counts(index, "", "language", type=("course",), language=("fr",)) == {"en": 2, "zh-Hans": 1, "zh-Hant": 1, "fr": 0}


def test_selected_values_are_always_listed(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    hits = index.find(parse("", filters={"provider": ("nobody",)}))
    assert hits.total == 0
    assert ("nobody", 0) in [(count.value, count.count) for count in hits.facets["provider"]]


def test_only_the_facets_asked_for_are_counted(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    assert set(index.find(parse("", facets=("type",), filters={"nonsense": ("x",)})).facets) == {"type"}


def test_wanted_values_are_listed_and_no_others(index: Index, documents: tuple[Document, ...]) -> None:
    tagged = [replace(document, facets={**document.facets, "tag": tags}) for document, tags in zip(documents, TAGS, strict=False)]
    index.apply(tagged, ())
    for filters in ({}, {"tag": ("7",)}, {"type": ("course",)}):
        every = counts(index, "", "tag", **filters)
        hits = index.find(replace(parse("", filters=filters), wanted={"tag": ("12", "7", "99")}, values=1))
        assert dict(hits.facets["tag"]) == {value: count for value, count in every.items() if value in ("12", "7") and count}
        assert hits.sizes["tag"] == len(hits.facets["tag"])


def test_counts_follow_replacing_and_dropping(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    index.apply([Document(id=1, version=2, title="New", facets={"type": ("tool",)})], [6])
    assert counts(index, "", "type") == {"course": 3, "programme": 1, "tool": 1}


TAGS = (("7", "8"), ("7",), ("12", "8"), ("8",))
VALUES = st.lists(st.sampled_from(["a", "b", "c", "电"]), max_size=3, unique=True).map(tuple)
ROWS = st.lists(
    st.builds(
        lambda words, topic, level: (words, {"topic": topic, "level": level}),
        st.lists(st.sampled_from(["shop", "shops", "data", "电商"]), max_size=3),
        VALUES,
        VALUES,
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(
    rows=ROWS,
    chosen=st.fixed_dictionaries({"topic": VALUES, "level": VALUES}),
    typed=st.sampled_from(["", "shop", "-data", "电商 OR data"]),
)
def test_every_count_is_the_total_of_the_query_with_that_value(rows: list, chosen: dict, typed: str) -> None:
    index = open_index("memory:")
    made = [Document(id=id, version=1, title=" ".join(words) or "x", facets=facets) for id, (words, facets) in enumerate(rows, 1)]
    for begin in range(0, len(made), 5):
        index.apply(made[begin : begin + 5], ())
    for name, listed in index.find(parse(typed, filters=chosen)).facets.items():
        for count in listed:
            alone = {**chosen, name: (count.value,)}
            assert index.find(parse(typed, filters=alone)).total == count.count, (name, count)
    index.close()


def test_a_value_may_hold_anything(index: Index, tmp_path: Path) -> None:
    odd = ("a b:c", "\ud800", "", "x" * 5_000, "电", "a\x00b", "~a")
    index.apply([Document(id=1, version=1, title="x", facets={"provider": odd})], ())
    for value, count in counts(index, "", "provider").items():
        assert count == 1
        assert index.find(parse("", filters={"provider": (value,)})).total == 1


def test_a_page_may_ask_for_the_first_values_alone(index: Index) -> None:
    index.apply(
        [Document(id=id, version=1, title="data", facets={"provider": (f"p{id % 7}",), "topic": (f"t{id}",)}) for id in range(1, 30)], ()
    )
    whole = index.find(parse("data"))
    assert whole.sizes == {name: len(counts) for name, counts in whole.facets.items()}
    for typed in ("data", ""):
        few = index.find(replace(parse(typed, filters={"topic": ("t5", "none")}), values=3))
        every = index.find(parse(typed, filters={"topic": ("t5", "none")}))
        assert few.sizes == every.sizes
        assert few.facets["provider"] == every.facets["provider"][:3]
        chosen = sorted(count for count in every.facets["topic"][3:] if count.value in ("t5", "none"))
        assert few.facets["topic"] == (*every.facets["topic"][:3], *chosen)
    assert index.find(replace(parse(""), values=3)).facets["provider"] == index.find(parse("")).facets["provider"][:3]
