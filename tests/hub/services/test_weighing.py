"""What reviews and adoptions are worth to search."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.services import weighing

SCORES, COUNTS = st.floats(1, 5), st.integers(1, 10_000)


@given(SCORES, COUNTS)
def test_a_score_is_held_near_the_usual_one_and_never_passed(score: float, reviews: int) -> None:
    low, high = sorted((score, weighing.USUAL))
    assert low - 1e-9 <= weighing.balanced(score, reviews) <= high + 1e-9
    assert abs(weighing.balanced(score, reviews + 1) - score) <= abs(weighing.balanced(score, reviews) - score) + 1e-9


@given(SCORES, COUNTS, st.integers(0, 1_000))
def test_signals_stay_between_nothing_and_one(score: float, reviews: int, adoptions: int) -> None:
    found = weighing.signals(score, reviews, adoptions)
    assert all(0 <= value <= 1 for value in found.values())
    assert set(found) == ({"reviews", "adoptions"} if adoptions else {"reviews"})


def test_many_who_agree_are_worth_more_than_one_who_is_delighted() -> None:
    assert weighing.number(4.8, 20) > weighing.number(5.0, 1) > weighing.number(None, 0) == -1
    assert weighing.signals(4.8, 20, 0)["reviews"] > weighing.signals(5.0, 1, 0)["reviews"]
    assert weighing.signals(None, 0, 2)["adoptions"] > weighing.signals(None, 0, 1)["adoptions"] > 0.5
    assert weighing.signals(None, 0, 0) == {}


def test_a_better_band_is_in_the_lower_ones_too() -> None:
    assert [weighing.bands(score) for score in (None, 2.9, 3.0, 3.9, 4.0)] == [(), (), ("3",), ("3",), ("4", "3")]
