"""Numbers of reviews: the weighted mean of one, shares of a whole, and how far several lie apart. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

LEAST, MOST = 1, 5  # of an answer to a criterion


def score(values: Mapping[str, int], weights: Mapping[str, int]) -> float:
    """The mean of the answers, each counted by its criterion's weight; between the least and the greatest answer.

    Raises ValueError when the two do not name the same criteria, an answer is none of 1 to 5, or no weight is above 0.
    """
    if values.keys() != weights.keys():
        raise ValueError("answers and weights name other criteria")
    if any(not LEAST <= value <= MOST for value in values.values()):
        raise ValueError("an answer is from 1 to 5")
    whole = sum(weights.values())
    if whole <= 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("weights are above 0")
    return sum(values[key] * weights[key] for key in sorted(values)) / whole


def shares(weights: Sequence[int]) -> tuple[int, ...]:
    """Weights as per cent that add up to 100: what rounding leaves goes to those that lost most by it, the first of equals."""
    whole = sum(weights)
    if whole <= 0:
        return tuple(0 for _ in weights)
    down = [weight * 100 // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda place: (-(weights[place] * 100 % whole), place))
    for place in lost[: 100 - sum(down)]:
        down[place] += 1
    return tuple(down)


@dataclass(frozen=True, slots=True)
class Spread:
    """How several scores lie."""

    counts: tuple[int, int, int, int, int]  # of those that round to 1, 2, 3, 4, 5
    deviation: float  # standard deviation of the scores themselves

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.counts)

    @property
    def word(self) -> str:
        """agree | vary | differ; one alone is `single`."""
        if self.number < 2:
            return "single"
        return "agree" if self.deviation < 0.5 else "vary" if self.deviation < 1 else "differ"


def spread(groups: Mapping[int, tuple[int, float, float]]) -> Spread:
    """From number, sum and sum of squares of the scores that round to each of 1 to 5."""
    number = sum(count for count, _sum, _squares in groups.values())
    total = sum(added for _count, added, _squares in groups.values())
    squares = sum(squared for _count, _sum, squared in groups.values())
    mean = total / number if number else 0.0
    counts = [groups.get(star, (0, 0.0, 0.0))[0] for star in range(LEAST, MOST + 1)]
    deviation = sqrt(max(squares / number - mean * mean, 0.0)) if number else 0.0
    return Spread((counts[0], counts[1], counts[2], counts[3], counts[4]), deviation)
