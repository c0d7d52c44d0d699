"""What the ranking weighs, as numbers that act without a rebuild. docs/search.md has the formula that they stand in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields

SIGNALS = ("completeness", "freshness", "available", "open_licence", "reviews", "adoptions", "links")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """Every number is from 0 to its bound; 0 switches a signal, the widening or the meaning off."""

    # how much an occurrence of a word counts, by where it stands
    title: float = 5.0
    alternative: float = 4.0
    keywords: float = 3.0
    people: float = 2.0
    description: float = 1.0
    exact: float = 1.0  # an occurrence of exactly the word counts so much more than one of another form
    words: float = 0.3  # whole Chinese words of the dictionary, beside their pairs of characters
    phrase: float = 0.3  # the words typed, side by side in a title
    k1: float = 4.0  # how slowly further occurrences count less
    b: float = 0.5  # how much long texts are held back
    widened: float = 0.5  # what was found by a synonym only
    meaning: float = 1.0  # the rank by meaning against the rank by words
    # signals beside text: a score is multiplied by 1 - w to 1 + w
    completeness: float = 0.05
    freshness: float = 0.05
    available: float = 0.05
    open_licence: float = 0.03
    reviews: float = 0.05
    adoptions: float = 0.05
    links: float = 0.1

    @property
    def signals(self) -> dict[str, float]:
        """The weights of the signals by name."""
        return {name: getattr(self, name) for name in SIGNALS}

    @property
    def numbers(self) -> dict[str, float]:
        """All numbers by name, in the order of this page."""
        return {name: getattr(self, name) for name in NAMES}


USUAL = Tuning()
NAMES = tuple(field.name for field in fields(Tuning))
SHARES = ("b", "words", "phrase", "widened")
BOUNDS: Mapping[str, float] = {name: 0.5 if name in SIGNALS else 1.0 if name in SHARES else 20.0 for name in NAMES}


class BadTuning(ValueError):
    """A number that cannot be meant; the message names it and its bounds."""


def tuning(numbers: Mapping[str, object]) -> Tuning:
    """A Tuning from numbers by name; those that are missing keep their default, names that are unknown are left out. Raises BadTuning."""
    kept: dict[str, float] = {}
    for name in NAMES:
        if name in numbers:
            value = numbers[name]
            if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= BOUNDS[name]:
                raise BadTuning(f"{name} must be a number from 0 to {BOUNDS[name]:g}, not {value!r}.")
            kept[name] = float(value)
    if not any(kept.get(name, 1.0) for name in ("title", "alternative", "keywords", "people", "description")):
        raise BadTuning("At least one of title, alternative, keywords, people and description must be more than 0.")
    return Tuning(**kept)
