"""The formula, in one place. docs/search.md has it in words; tests work it out from the raw documents.

    score(d) = boost(d) * sum over the words q of  idf(q) * f / (f + k1 * (1 - b + b * length(d) / average length)) * (k1 + 1)

f is the weighted frequency of q in d: each occurrence of q or of a word with the same stem counts as the text that it stands in
weighs, and `exact` times that again when it is exactly q. length is the number of positions, weighted likewise. idf(q) =
ln(1 + (N - n + 0.5) / (n + 0.5)), over live documents. This is BM25F with one b for all texts (Robertson and Zaragoza, "The
Probabilistic Relevance Framework", 2009, section 3.6). boost(d) stands in signals.py. All weights are those of a `Tuning`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from search.tuning import Tuning
from search.whoosh_index import occurrences, signals
from search.whoosh_index.arrays import Array

LEAST = 0.01  # of a norm, so that what weighs nothing scores nothing, even in a document of such texts alone


@dataclass(frozen=True, slots=True)
class Formula:
    """A tuning, worked out for the documents of one generation."""

    tuning: Tuning
    weights: Array  # of each code of occurrences
    norms: Array  # k1 * (1 - b + b * length / average) of every document
    boosts: Array  # of every document

    def word_scores(self, frequencies: Array, docs: Array, rarity: float) -> Array:
        """One word's part of the score, for the documents that have it."""
        scores: Array = frequencies * np.float32((self.tuning.k1 + 1) * rarity) / (frequencies + self.norms[docs])
        return scores


def formula(tuning: Tuning, lengths: Mapping[str, Array], held: Mapping[str, Array], live: Array, today: int) -> Formula:
    """`lengths`: text -> positions of every document; `held`: the columns of signals.py; `today`: a day since 1970."""
    total = np.zeros(len(live), np.float32)
    for name in occurrences.TEXTS:
        total += lengths[name] * np.float32(getattr(tuning, name))
    return Formula(tuning, occurrences.weights(tuning), _norms(total, live, tuning), signals.boosts(held, tuning, today))


def _norms(lengths: Array, live: Array, tuning: Tuning) -> Array:
    kept = lengths[live]
    average = float(kept.mean(dtype=np.float64)) if len(kept) else 0.0
    norms: Array = np.maximum(tuning.k1 * (1 - tuning.b + tuning.b * lengths / (average or 1.0)), LEAST).astype(np.float32)
    return norms


def idf(documents: int, having: int) -> float:
    """How much a word tells, that stands in `having` of all `documents`."""
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))
