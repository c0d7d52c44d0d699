"""How often a word stands in each text of a document, in one number of sixteen bits; and what such a number weighs.

A posting keeps the counts apart, so that the weights of the texts can change without writing the index anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from search.tuning import Tuning
from search.whoosh_index.arrays import Array

TEXTS = ("title", "alternative", "keywords", "people", "description")
BITS = (3, 2, 3, 2, 6)
MOST = {name: (1 << bits) - 1 for name, bits in zip(TEXTS, BITS, strict=True)}  # further occurrences do not count
SHIFTS = {name: sum(BITS[:place]) for place, name in enumerate(TEXTS)}
ALWAYS = np.float32(1e-6)  # a word in texts that weigh nothing is still found
CODES = np.arange(1 << sum(BITS), dtype=np.uint32)


def add(codes: dict[str, int], terms: Iterable[str], text: str) -> None:
    """Count the terms of one text of a document; each text once."""
    most, shift = MOST[text], SHIFTS[text]
    for term, times in Counter(terms).items():
        codes[term] = codes.get(term, 0) | (times if times < most else most) << shift


def counts(code: int) -> dict[str, int]:
    """Text -> occurrences; texts without any left out."""
    found = {name: code >> SHIFTS[name] & MOST[name] for name in TEXTS}
    return {name: times for name, times in found.items() if times}


def weights(tuning: Tuning) -> Array:
    """What each code weighs: the sum over the texts of occurrences times weight."""
    total = np.zeros(len(CODES), np.float32)
    for name in TEXTS:
        total += ((CODES >> SHIFTS[name]) & MOST[name]).astype(np.float32) * np.float32(getattr(tuning, name))
    total[1:] = np.maximum(total[1:], ALWAYS)
    return total
