"""Signals beside text: what is kept of them, and by what they multiply a score.

A signal of value v (0 .. 1) and weight w multiplies by 1 + w * (2 v - 1); an unknown one by 1. Two follow the calendar, so they are
kept as days: freshness halves every HALF_LIFE days since the content changed, `available` is 1 until the last day and 0 after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from search.document import Document
from search.tuning import SIGNALS, Tuning
from search.whoosh_index.arrays import Array

DAY = 86_400
HALF_LIFE = 3 * 365.0
DATED = {"freshness": "modified", "available": "until"}  # signal -> the number of a document that it comes from
FIXED = tuple(name for name in SIGNALS if name not in DATED)
COLUMNS = (*(f"signal_{name}" for name in FIXED), *(f"day_{number}" for number in DATED.values()))
UNKNOWN, WHOLE = 255, 254
NEVER, LATEST = -1, np.iinfo(np.int32).max


def columns(rows: Sequence[Document]) -> dict[str, Array]:
    """One byte a signal, four a date."""
    made: dict[str, Array] = {}
    for name in FIXED:
        made[f"signal_{name}"] = np.array([_byte(document.signals.get(name)) for document in rows], np.uint8)
    for number in DATED.values():
        days = [min(document.numbers.get(number, -1) // DAY, int(LATEST)) for document in rows]
        made[f"day_{number}"] = np.array([max(day, NEVER) for day in days], np.int32)
    return made


def _byte(value: float | None) -> int:
    return UNKNOWN if value is None else round(value * WHOLE)


def value(name: str, held: Mapping[str, Array], today: int) -> tuple[Array, Array]:
    """The values of a signal for every document, and which of them are known; `today` is a day since 1970, `held` the columns."""
    if name not in DATED:
        column = held[f"signal_{name}"]
        return column.astype(np.float32) / np.float32(WHOLE), column != UNKNOWN
    days = held[f"day_{DATED[name]}"]
    if name == "available":
        return (days >= today).astype(np.float32), days != NEVER
    ages = np.maximum(today - days, 0).astype(np.float32)
    return np.exp2(-ages / np.float32(HALF_LIFE)), days != NEVER


def boosts(held: Mapping[str, Array], tuning: Tuning, today: int) -> Array:
    """What each document's score is multiplied by."""
    total = np.ones(len(held[COLUMNS[0]]), np.float32)
    for name, weight in tuning.signals.items():
        if weight:
            values, known = value(name, held, today)
            total *= np.where(known, 1 + np.float32(weight) * (2 * values - 1), np.float32(1))
    return total
