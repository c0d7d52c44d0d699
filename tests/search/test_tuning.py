"""The numbers of a ranking, and what is refused as one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.tuning import BOUNDS, NAMES, SIGNALS, BadTuning, Tuning, tuning


def test_missing_numbers_keep_their_default_and_unknown_ones_are_left_out() -> None:
    assert tuning({"title": 7, "colour": 3}) == Tuning(title=7.0)


def test_every_signal_is_a_number_of_the_tuning_and_has_a_bound() -> None:
    assert set(SIGNALS) <= set(NAMES)
    assert set(BOUNDS) == set(NAMES)
    assert Tuning().signals.keys() == set(SIGNALS)


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0, 0.5)))
def test_what_is_written_is_read_again(numbers: dict[str, float]) -> None:
    numbers = {"title": 1.0} | numbers
    if not any(numbers.get(name, 1.0) for name in ("title", "alternative", "keywords", "people", "description")):
        numbers["title"] = 0.5
    made = tuning(numbers)
    assert tuning(made.numbers) == made


@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf"), 1e9, "5", True, None])
def test_what_cannot_be_meant_is_named(bad: object) -> None:
    with pytest.raises(BadTuning, match="title must be a number from 0 to 20"):
        tuning({"title": bad})


def test_some_text_must_weigh_something() -> None:
    with pytest.raises(BadTuning, match="At least one of title"):
        tuning({"title": 0, "alternative": 0, "keywords": 0, "people": 0, "description": 0})
