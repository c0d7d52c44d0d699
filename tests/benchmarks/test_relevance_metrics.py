"""Metrics against numbers worked out by hand."""

from math import log2

import pytest

from benchmarks.relevance.metrics import Scores, difference, holes, mean, ndcg, recall, reciprocal_rank, scores

GRADES = {"best": 3, "good": 2, "edge": 1, "not": 0}


def test_the_best_order_has_ndcg_1():
    assert ndcg(["best", "good", "edge", "not"], GRADES) == pytest.approx(1.0)


def test_ndcg_discounts_gains_by_rank():
    best = 7 + 3 / log2(3) + 1 / log2(4)
    assert ndcg(["not", "good", "best"], GRADES) == pytest.approx((3 / log2(3) + 7 / log2(4)) / best)


def test_ndcg_looks_at_the_first_only():
    assert ndcg(["not", "best"], GRADES, first=1) == 0.0
    assert ndcg(["best", "not"], GRADES, first=1) == 1.0  # the best order of one holds one


def test_what_was_not_judged_gains_nothing_and_is_a_hole():
    assert ndcg(["unread", "best"], GRADES, first=2) == pytest.approx((7 / log2(3)) / (7 + 3 / log2(3)))
    assert holes(["unread", "best", "unknown"], GRADES) == 2
    assert holes(["best", "unread"], GRADES, first=1) == 0


def test_a_query_without_a_good_document_or_a_hit_scores_0():
    assert scores(["a"], {"a": 0}) == Scores(0.0, 0.0, 0.0, 0)
    assert scores([], GRADES) == Scores(0.0, 0.0, 0.0, 0)


def test_the_reciprocal_rank_is_of_the_first_relevant_one():
    assert reciprocal_rank(["not", "edge", "good", "best"], GRADES) == pytest.approx(1 / 3)


def test_recall_counts_relevant_ones_up_to_the_bound():
    assert recall(["best", "edge"], GRADES) == 0.5
    assert recall(["not", "best", "good"], GRADES, first=2) == 0.5
    assert recall(["best", "good"], GRADES, first=1) == 1.0  # no ranking can hold more


def test_means_are_of_queries_and_holes_are_added_up():
    assert mean([Scores(1.0, 0.5, 0.0, 3), Scores(0.0, 0.5, 1.0, 4)]) == Scores(0.5, 0.5, 0.5, 7)


def test_a_difference_is_paired():
    gap = difference([0.5, 0.5, 0.9, 0.2], [0.4, 0.5, 0.8, 0.3])
    assert (gap.better, gap.worse) == (2, 1)
    assert gap.mean == pytest.approx(0.025)
    assert gap.low < gap.mean < gap.high
    assert gap == difference([0.5, 0.5, 0.9, 0.2], [0.4, 0.5, 0.8, 0.3])


def test_the_same_rankings_do_not_differ():
    assert difference([0.5, 0.7], [0.5, 0.7]).high == 0.0
