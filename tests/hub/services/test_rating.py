"""Properties of scores: within bounds, and what does not matter to them."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services import rating

KEYS = st.text("abcdef", min_size=1, max_size=3)
ANSWERS = st.dictionaries(KEYS, st.tuples(st.integers(1, 5), st.integers(1, 1000)), min_size=1)


def score(answers: dict[str, tuple[int, int]], times: int = 1) -> float:
    return rating.score({key: value for key, (value, _) in answers.items()}, {key: weight * times for key, (_, weight) in answers.items()})


@given(ANSWERS)
def test_a_score_lies_between_its_answers(answers: dict[str, tuple[int, int]]) -> None:
    values = [value for value, _weight in answers.values()]
    assert min(values) - 1e-9 <= score(answers) <= max(values) + 1e-9


@given(ANSWERS, st.integers(2, 50))
def test_weights_matter_by_their_ratio_alone(answers: dict[str, tuple[int, int]], times: int) -> None:
    assert score(answers, times) == pytest.approx(score(answers))


@given(ANSWERS)
def test_the_order_of_criteria_does_not_matter(answers: dict[str, tuple[int, int]]) -> None:
    assert score(dict(reversed(answers.items()))) == score(answers)


@given(ANSWERS)
def test_a_better_answer_never_makes_a_worse_score(answers: dict[str, tuple[int, int]]) -> None:
    for key, (value, weight) in answers.items():
        if value < 5:
            assert score({**answers, key: (value + 1, weight)}) > score(answers)


@given(st.lists(st.integers(0, 1000), min_size=1).filter(any))
def test_shares_are_a_hundred_together_and_each_near_its_own(weights: list[int]) -> None:
    found = rating.shares(weights)
    assert sum(found) == 100
    assert all(abs(share - weight * 100 / sum(weights)) < 1 for share, weight in zip(found, weights, strict=True))


@pytest.mark.parametrize(
    ("values", "weights"),
    [({}, {}), ({"a": 1}, {}), ({"a": 0}, {"a": 1}), ({"a": 6}, {"a": 1}), ({"a": 1}, {"a": 0}), ({"a": 1, "b": 1}, {"a": 2, "b": -1})],
)
def test_what_is_no_review_has_no_score(values: dict[str, int], weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"criteria|answer|weights"):
        rating.score(values, weights)


@given(st.lists(st.floats(1, 5), min_size=1, max_size=40))
def test_the_spread_is_that_of_the_scores(scores: list[float]) -> None:
    groups: dict[int, tuple[int, float, float]] = {}
    for one in scores:
        star = min(int(one + 0.5), 5)
        count, added, squared = groups.get(star, (0, 0.0, 0.0))
        groups[star] = (count + 1, added + one, squared + one * one)
    found = rating.spread(groups)
    assert found.number == len(scores)
    assert found.deviation == pytest.approx(statistics.pstdev(scores), abs=1e-6)
    assert (found.word == "single") == (len(scores) == 1)
