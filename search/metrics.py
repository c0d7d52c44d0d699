"""How good an order is, from what people said of its documents: pure functions over grades.

A grade is 0 (no answer), 1 (a little), 2 (well) or 3 (exactly); a document that nobody judged counts as 0. The queries of which no judged
document is good enough have no measure (None): no order could be better than another.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

GRADES = (0, 1, 2, 3)
RELEVANT = 1  # the least grade of a document that is worth finding
Id = TypeVar("Id", bound=Hashable)


def dcg(gains: Iterable[int]) -> float:
    """Discounted cumulated gain of grades in order: the sum of (2^grade - 1) / log2(place + 1), places from 1.

    Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20 (2002); the gain as in Burges et al.,
    "Learning to rank using gradient descent", ICML 2005.
    """
    return sum((2.0**gain - 1) / math.log2(place + 1) for place, gain in enumerate(gains, start=1))


def ndcg(order: Sequence[Id], grades: Mapping[Id, int], *, at: int = 10) -> float | None:
    """The DCG of the first `at` documents, divided by that of the best possible order: 0 .. 1."""
    best = dcg(sorted(grades.values(), reverse=True)[:at])
    return dcg(grades.get(id, 0) for id in order[:at]) / best if best else None


def reciprocal_rank(order: Sequence[Id], grades: Mapping[Id, int], *, least: int = RELEVANT) -> float | None:
    """1 / place of the first relevant document, 0 when there is none (Voorhees, "The TREC-8 question answering track report", 1999)."""
    if not any(grade >= least for grade in grades.values()):
        return None
    return next((1 / place for place, id in enumerate(order, start=1) if grades.get(id, 0) >= least), 0.0)


def recall(order: Sequence[Id], grades: Mapping[Id, int], *, at: int = 50, least: int = RELEVANT) -> float | None:
    """How much of all relevant documents is among the first `at` (Manning, Raghavan and Schütze, "Introduction to IR", section 8.3)."""
    relevant = {id for id, grade in grades.items() if grade >= least}
    return len(relevant.intersection(order[:at])) / len(relevant) if relevant else None


def mean(values: Iterable[float | None]) -> float | None:
    """The mean over the queries that have a measure; None when none has."""
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None
