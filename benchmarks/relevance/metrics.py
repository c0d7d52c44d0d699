"""How good one ranking is, from the grades of its documents. What was never judged counts as not relevant, and is counted apart."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.relevance.judged import RELEVANT
from search import metrics

FIRST = 10
DEEP = 50


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one ranking, or the means of many."""

    ndcg: float  # of the first ten
    mrr: float  # 1 / rank of the first that is relevant, anywhere in the ranking
    recall: float  # of the relevant ones, among the first fifty
    holes: float  # documents among the first ten that nobody judged


def scores(ranking: Sequence[str], grades: Mapping[str, int]) -> Scores:
    """Of the ranking of one query."""
    return Scores(ndcg(ranking, grades), reciprocal_rank(ranking, grades), recall(ranking, grades), holes(ranking, grades))


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], *, first: int = FIRST) -> float:
    """Gains 2^grade - 1, discounted by log2(rank + 1), against the best order of all that was judged."""
    return metrics.ndcg(ranking, grades, at=first) or 0.0


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """0 when nothing relevant is in the ranking."""
    return metrics.reciprocal_rank(ranking, grades, least=RELEVANT) or 0.0


def recall(ranking: Sequence[str], grades: Mapping[str, int], *, first: int = DEEP) -> float:
    """The share of the relevant documents that the first fifty have; of fifty at most."""
    relevant = {id for id, grade in grades.items() if grade >= RELEVANT}
    return len(relevant.intersection(ranking[:first])) / min(len(relevant), first) if relevant else 0.0


def holes(ranking: Sequence[str], grades: Mapping[str, int], *, first: int = FIRST) -> int:
    """How many of the first were never judged."""
    return sum(id not in grades for id in ranking[:first])


def mean(measured: Sequence[Scores]) -> Scores:
    """Of several queries; holes are added up."""
    count = max(1, len(measured))
    return Scores(
        sum(one.ndcg for one in measured) / count,
        sum(one.mrr for one in measured) / count,
        sum(one.recall for one in measured) / count,
        sum(one.holes for one in measured),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """One system less another, query by query."""

    mean: float
    low: float  # 95 % of the paired bootstrap's means lie between these
    high: float
    better: int
    worse: int


def difference(ours: Sequence[float], theirs: Sequence[float], *, rounds: int = 2000) -> Difference:
    """Paired: the same queries in the same order. The resampling is seeded, so the same numbers give the same interval."""
    gaps = [one - other for one, other in zip(ours, theirs, strict=True)]
    if not gaps:
        return Difference(0.0, 0.0, 0.0, 0, 0)
    rng = random.Random(1)
    means = sorted(sum(rng.choices(gaps, k=len(gaps))) / len(gaps) for _ in range(rounds))
    better, worse = sum(gap > 1e-9 for gap in gaps), sum(gap < -1e-9 for gap in gaps)
    return Difference(sum(gaps) / len(gaps), means[int(rounds * 0.025)], means[int(rounds * 0.975)], better, worse)
