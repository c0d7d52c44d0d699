"""The formula, in one place. docs/search.md has it in words; tests work it out from the raw documents.

    score(d) = weight(d) * sum over the words q of  idf(q) * f / (f + k1 * (1 - b + b * length(d) / average length)) * (k1 + 1)

f is the weighted frequency of q in d: title 5, alternative titles 4, keywords 3, people 2, description 1 for each occurrence
of q or of a word with the same stem, and the same again for each occurrence of exactly q. length is the weighted number of
positions. idf(q) = ln(1 + (N - n + 0.5) / (n + 0.5)), over live documents. This is BM25F with one b for all fields.
"""

from __future__ import annotations

import math

import numpy as np

from search.whoosh_index.arrays import Array

K1, B = 4.0, 0.5  # k1 is high because a single occurrence already weighs 2 to 10


def length_norms(lengths: Array, live: Array) -> Array:
    """k1 * (1 - b + b * length / average) for every document."""
    kept = lengths[live]
    average = float(kept.mean()) if len(kept) else 0.0
    norms: Array = (K1 * (1 - B + B * lengths / (average or 1.0))).astype(np.float32)
    return norms


def idf(documents: int, having: int) -> float:
    """How much a word tells, that stands in `having` of all `documents`."""
    return math.log(1 + (documents - having + 0.5) / (having + 0.5))


def word_scores(frequencies: Array, norms: Array, weight: float) -> Array:
    """One word's part of the score, for the documents that have it."""
    scores: Array = frequencies * np.float32((K1 + 1) * weight) / (frequencies + norms)
    return scores
