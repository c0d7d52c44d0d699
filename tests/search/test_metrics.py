"""Measures of an order: numbers worked out by hand, and what must hold for all orders."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.metrics import dcg, mean, ndcg, recall, reciprocal_rank

GRADES = {"a": 3, "b": 2, "c": 0, "d": 1}
graded = st.dictionaries(st.integers(1, 30), st.integers(0, 3), max_size=12)
orders = st.lists(st.integers(1, 30), unique=True, max_size=20)


def test_dcg_by_hand() -> None:
    assert dcg([3, 2, 0, 1]) == pytest.approx(7 + 3 / math.log2(3) + 1 / math.log2(5))
    assert dcg([]) == 0


def test_ndcg_compares_with_the_best_order() -> None:
    assert ndcg(["a", "b", "d", "c"], GRADES) == 1
    assert ndcg(["x", "a"], GRADES) == pytest.approx(7 / math.log2(3) / dcg([3, 2, 1]))
    assert ndcg(["c", "x", "a"], GRADES, at=2) == 0


def test_the_first_relevant_one_counts() -> None:
    assert reciprocal_rank(["c", "x", "d", "a"], GRADES) == pytest.approx(1 / 3)
    assert reciprocal_rank(["c", "x", "d", "a"], GRADES, least=2) == pytest.approx(1 / 4)
    assert reciprocal_rank(["c"], GRADES) == 0


def test_recall_is_a_part_of_what_is_known() -> None:
    assert recall(["a", "c", "d"], GRADES) == pytest.approx(2 / 3)
    assert recall(["c", "a", "d"], GRADES, at=2) == pytest.approx(1 / 3)


def test_without_anything_relevant_there_is_no_measure() -> None:
    for nothing in ({}, {"a": 0}):
        assert ndcg(["a"], nothing) is None and reciprocal_rank(["a"], nothing) is None and recall(["a"], nothing) is None


def test_the_mean_leaves_out_what_has_none() -> None:
    assert mean([1.0, None, 0.5]) == 0.75
    assert mean([None]) is None


@given(orders, graded)
def test_every_measure_is_from_0_to_1_and_the_best_order_has_1(order: list[int], grades: dict[int, int]) -> None:
    for measure in (ndcg, reciprocal_rank, recall):
        value = measure(order, grades)
        assert value is None or 0 <= value <= 1 + 1e-12
        assert (value is None) == (not any(grades.values()))
    if any(grades.values()):
        best = sorted(grades, key=lambda id: -grades[id])
        assert ndcg(best, grades) == pytest.approx(1) and reciprocal_rank(best, grades) == 1 and recall(best, grades) == 1


@given(orders, graded, st.integers(0, 18))
def test_a_better_one_moved_up_never_makes_it_worse(order: list[int], grades: dict[int, int], place: int) -> None:
    if place + 1 < len(order) and grades.get(order[place], 0) < grades.get(order[place + 1], 0):
        better = [*order[:place], order[place + 1], order[place], *order[place + 2 :]]
        assert (ndcg(better, grades) or 0) >= (ndcg(order, grades) or 0) - 1e-12
