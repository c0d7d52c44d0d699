"""Looser step by step: what is tried, in which order, and what is said of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.relaxing import COUNTED, steps
from search.query import Node, parse, written


def tried(typed: str, **counts: int) -> list[tuple[str, str, tuple[str, ...]]]:
    """The steps as texts; words that are not named match nothing."""
    found = steps(parse(typed).root, lambda part: counts.get(written(part), 0))
    return [(how, written(node), tuple(written(part) for part in left_out)) for how, node, left_out in found]


def test_a_phrase_becomes_its_words() -> None:
    assert tried('"live commerce" -x')[0] == ("phrases", "live commerce -x", ())
    assert tried('title:"live commerce"')[0] == ("phrases", "title:live title:commerce", ())
    assert not [how for how, *_ in tried('provider:"mit open" -"a b"') if how == "phrases"]


def test_a_long_run_becomes_its_words() -> None:
    how, words, left_out = tried("直播电商运营")[0]
    assert (how, words.replace(" ", ""), left_out) == ("parted", "直播电商运营", ()) and " " in words


def test_unknown_words_are_left_out_first_and_named() -> None:
    assert tried("payment xyz qqq", payment=3) == [("without", "payment", ("xyz", "qqq"))]
    assert tried("payment xyz -gift", payment=3) == [("without", "payment -gift", ("xyz",))]


def test_then_the_rarest_then_all_but_one() -> None:
    assert tried("a1 b2 c3 xyz", a1=9, b2=2, c3=5) == [
        ("without", "a1 b2 c3", ("xyz",)),
        ("without", "a1 c3", ("b2", "xyz")),
        ("some", "a1 OR b2 OR c3", ()),
    ]


def test_of_two_known_words_neither_is_dropped() -> None:
    assert tried("cross embroidery", cross=90, embroidery=1) == [("some", "cross OR embroidery", ())]


def test_one_word_alone_cannot_be_loosened() -> None:
    assert tried("xyz") == tried("xyz -a") == tried("") == tried("a OR b") == []


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from(["a", '"b c"', "title:d", "-e", "OR", "(", ")", "直播电商运营"]), max_size=10).map(" ".join)
)
@pytest.mark.parametrize("number", [0, 3])
def test_any_query_gives_few_steps_that_can_be_typed(number: int, typed: str) -> None:
    asked: list[Node] = []
    found = list(steps(parse(typed).root, lambda part: asked.append(part) or number))  # type: ignore[func-returns-value]
    assert len(asked) <= COUNTED and len(found) <= 5
    for _, node, _ in found:
        words = written(parse(written(node)).root)
        assert words and written(parse(words).root) == words
