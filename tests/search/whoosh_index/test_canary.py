"""Whoosh's own reader and searcher on the same files: same matches. It is why the index is still a Whoosh index."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import FileIndex
from whoosh.query import And, Every, Or, Prefix, Term
from whoosh.query import Not as WhooshNot

from search.analysis import asked
from search.document import Document
from search.opening import open_index
from search.query import Both, Either, Everything, Node, Not, Query, Widened, Word, parse
from search.tuning import Tuning
from search.whoosh_index.engine import WhooshIndex
from search.whoosh_index.folder import INDEX_NAME, SureStorage, current
from search.whoosh_index.planning import forms

WORDS = ["market", "marketing", "data", "shop", "live", "直播", "电商", "数据"]


def filled() -> WhooshIndex:
    rng = random.Random(7)
    index = open_index("memory:")
    assert isinstance(index, WhooshIndex)
    for round in range(6):
        made = [
            Document(
                id=rng.randint(1, 120),
                version=round,
                title=" ".join(rng.choices(WORDS, k=2)),
                description=" ".join(rng.choices(WORDS, k=3)),
                facets={"topic": tuple(rng.sample("abcd", 2)), "type": (rng.choice("xy"),)},
            )
            for _ in range(40)
        ]
        index.apply(made, rng.sample(range(1, 120), 10))
    return index


def word(text: str) -> Or:
    return Or([Term("text", form) for form in dict.fromkeys(forms(text))])


def test_the_same_matches_as_whoosh() -> None:
    index = filled()
    folder = current(index._root)
    searcher = FileIndex(SureStorage(str(folder)), indexname=INDEX_NAME).searcher()
    rng, numbers = random.Random(3), index.snapshot().ids

    def stock(asked: object) -> set[int]:
        return {int(numbers[number]) for number in searcher.docs_for_query(asked)}

    def ours(typed: str, **filters: tuple[str, ...]) -> set[int]:
        hits = index.find(parse(typed, limit=200, filters=filters))
        assert hits.total == len(hits.hits)
        return {hit.id for hit in hits.hits}

    assert stock(Every()) == ours("") != set()
    assert searcher.reader().doc_count() == index.count()
    for _ in range(60):
        a, b, c = rng.sample(WORDS, 3)
        assert stock(word(a)) == ours(a)
        assert stock(And([word(a), word(b)])) == ours(f"{a} {b}")
        assert stock(Or([word(a), word(b)])) == ours(f"{a} OR {b}")
        assert stock(And([word(a), WhooshNot(word(c))])) == ours(f"{a} -{c}")
        assert stock(And([word(a), Term("facet_topic", "b")])) == ours(a, topic=("b",))
        assert stock(And([Every(), WhooshNot(word(a))])) == ours(f"-{a}")
    for beginning in ("mark", "m", "d", "s", "l", "li", "marketing", "直", "电", "数据", "z"):
        assert stock(Prefix("text", beginning)) == ours(f"{beginning}*")
        assert stock(Prefix("title", beginning)) == ours(f"title:{beginning}*")
    searcher.close()
    index.close()


LEAVES = st.one_of(
    st.sampled_from([*WORDS, "数据直播", "markets"]).map(Word),
    st.sampled_from(["ma", "d", "直"]).map(lambda text: Word(text, prefix=True)),
    st.sampled_from(WORDS).map(lambda text: Word(text, "title")),
    st.just(Everything()),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Both(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Either(tuple(parts))),
        inner.map(Not),
        st.tuples(inner, st.lists(inner, min_size=1, max_size=2)).map(lambda pair: Widened(pair[0], tuple(pair[1]))),
    ),
    max_leaves=8,
)


def stocked(node: Node) -> Any:
    """The tree as Whoosh would be asked."""
    match node:
        case Both(parts):
            return And([stocked(part) for part in parts])
        case Either(parts):
            return Or([stocked(part) for part in parts])
        case Widened(part, others):
            return Or([stocked(one) for one in (part, *others)])
        case Not(part):
            return And([Every(), WhooshNot(stocked(part))])
        case Word(text, field, prefix):
            name = field or "text"
            if prefix:
                return Prefix(name, text)
            terms = [term for part in asked(text) for term in part.terms]
            return And([Or([Term(name, form) for form in dict.fromkeys(forms(term))]) for term in terms])
        case _:
            return Every()


@settings(max_examples=150, deadline=None)
@given(tree=TREES, topics=st.sets(st.sampled_from("abcd"), max_size=2))
def test_any_tree_matches_as_whoosh_has_it(tree: Node, topics: set[str]) -> None:
    index, searcher, numbers = _both_engines()
    filters = {"topic": tuple(sorted(topics))} if topics else {}
    hits = index.find(Query(root=tree, limit=200, filters=filters, tuning=Tuning(meaning=0.0)))
    wanted = And([stocked(tree), Or([Term("facet_topic", topic) for topic in sorted(topics)])]) if topics else stocked(tree)
    expected = {int(numbers[number]) for number in searcher.docs_for_query(wanted)}
    assert {hit.id for hit in hits.hits} == expected
    assert hits.total == len(expected)
    assert sum(count.count for count in hits.facets["type"]) == len(expected)


@cache
def _both_engines() -> tuple[WhooshIndex, Any, Any]:
    index = filled()
    folder = current(index._root)
    return index, FileIndex(SureStorage(str(folder)), indexname=INDEX_NAME).searcher(), index.snapshot().ids


def test_whoosh_reads_terms_and_lengths() -> None:
    index = filled()
    reader = FileIndex(SureStorage(str(current(index._root))), indexname=INDEX_NAME).reader()
    lexicon = list(reader.lexicon("text"))
    assert lexicon == sorted(lexicon)
    assert b"market" in lexicon
    assert reader.doc_frequency("text", "market") > 0
    assert ("text", "market") in reader
    assert set(reader.lexicon("facet_topic")) == {b"a", b"b", b"c", b"d"}
    assert "t~zhibo" in {key.decode() for key in reader.lexicon("ahead")}
    reader.close()
