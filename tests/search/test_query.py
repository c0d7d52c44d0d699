"""Typed text -> tree: the syntax, what is not understood, and the bounds."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.document import FACETS
from search.query import MAX_CLAUSES, MAX_LIMIT, Both, Either, Everything, Node, Not, Phrase, Query, Word, parse, written
from search.typed import MAX_TYPED

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("typed", "root"),
    [
        ("", Everything()),
        ("*", Everything()),
        ("a", A),
        ("a b", Both((A, B))),
        ("a AND b", Both((A, B))),
        ("+a +b", Both((A, B))),
        ("a OR b", Either((A, B))),
        ("a || b", Either((A, B))),
        ("a｜b", Either((A, B))),
        ("a b OR c", Both((A, Either((B, C))))),
        ("(a b) OR c", Either((Both((A, B)), C))),
        ("-a", Not(A)),
        ("－a", Not(A)),
        ("NOT a", Not(A)),
        ("-(a b)", Not(Both((A, B)))),
        ('-"a b" c', Both((Not(Phrase("a b")), C))),
        ('"a  b"', Phrase("a b")),
        ("“a b”", Phrase("a b")),
        ("「直播 电商」", Phrase("直播 电商")),
        ("title:a", Word("a", "title")),
        ("Title: a", Word("a", "title")),
        ("标题：电商", Word("电商", "title")),
        ('institution:"清华 大学"', Phrase("清华 大学", "institution")),
        ("-provider:edX", Not(Word("edX", "provider"))),
        ("license:by", Word("by", "licence")),
        ("comm*", Word("comm", prefix=True)),
        ("title:comm*", Word("comm", "title", prefix=True)),
        ("e-commerce C++", Both((Word("e-commerce"), Word("C++")))),
        ("or and not", Both((Word("or"), Word("and"), Word("not")))),
        ("10:30", Word("10:30")),
    ],
)
def test_what_is_understood(typed: str, root: Node) -> None:
    query = parse(typed)
    assert query.root == root
    assert query.read_as is None


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ('"open', "open"),
        ('live "open end', "live open end"),
        ("colour:red", "colour red"),
        ("a OR", "a"),
        ("OR a", "a"),
        ("(a", "a"),
        ("a)", "a"),
        ("title:", "title"),
        ("- a", "a"),
        ("c*t", "c t"),
        ("a !!!", "a"),
        ("!!!", ""),
        ("title: OR b", "title OR b"),
    ],
)
def test_what_is_not_understood_is_searched_as_words_and_said(typed: str, read_as: str) -> None:
    assert parse(typed).read_as == read_as


def nodes(node: Node) -> int:
    match node:
        case Both(parts) | Either(parts):
            return 1 + sum(nodes(part) for part in parts)
        case Not(part):
            return 1 + nodes(part)
        case _:
            return 1


TYPED = st.one_of(
    st.text(),
    st.text(alphabet='ab "-():*|+：“”（）ORtitle\t\n\u200b'),
    st.lists(st.sampled_from(["a", "b", " ", '"', "-", "(", ")", "OR", "|", "title:", "x:", "*", "NOT ", "商"]), max_size=600).map("".join),
)


@settings(max_examples=100, deadline=None)
@given(typed=TYPED)
@example(typed='""-A:0')
def test_anything_typed_gives_a_bounded_query_that_reads_the_same_again(typed: str) -> None:
    query = parse(typed)
    assert nodes(query.root) <= 4 * MAX_CLAUSES
    again = parse(written(query.root))
    assert written(again.root) == written(query.root)


def test_bounds() -> None:
    assert len(parse("a " * 10_000).typed) <= MAX_TYPED
    assert nodes(parse("a " * 10_000).root) <= MAX_CLAUSES + 1
    assert parse("a " * 10_000).read_as is not None
    query = parse("a", offset=-5, limit=10**9, sort="x", filters={"nope": ("a",), "type": ("v",) * 500, "level": ()})
    assert (query.offset, query.limit, query.sort) == (0, MAX_LIMIT, "relevance")
    assert query.filters == {"type": ("v",)}
    assert len(parse("", filters={"type": tuple(map(str, range(500)))}).filters["type"]) == 64


def test_a_query_is_everything_by_default() -> None:
    assert Query() == parse("")
    assert Query().facets == FACETS


def test_costly_clauses_beyond_the_first_few_are_words_and_it_is_told() -> None:
    query = parse(" ".join(f"{letter}*" for letter in "abcdefghij"))
    assert isinstance(query.root, Both)
    assert [part.prefix for part in query.root.parts if isinstance(part, Word)] == [True] * 8 + [False] * 2
    assert query.read_as == "a* b* c* d* e* f* g* h* i j"
    phrases = parse(" ".join(f'"the {letter}"' for letter in "abcdefghij"))
    assert isinstance(phrases.root, Both)
    assert [type(part) for part in phrases.root.parts] == [Phrase] * 8 + [Word] * 2
    assert phrases.read_as is not None and phrases.read_as.endswith('"the h" the i the j')


def test_what_is_typed_again_is_asked_once() -> None:
    assert parse("data data data").root == Word("data")
    assert parse("data OR shop OR data").root == Either((Word("data"), Word("shop")))
    assert parse("data data").read_as is None
