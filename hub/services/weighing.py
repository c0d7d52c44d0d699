"""What reviews and adoptions are worth to search: bands to choose from, a number to order by, signals to rank by.

One review of five stars says less than twenty of 4.8: a score is held near the usual one until enough people agree (a Bayesian average:
PRIOR reviews of the score USUAL are thought beside the real ones).
"""

from __future__ import annotations

USUAL, PRIOR = 3.5, 3  # stars, reviews
BANDS = (4, 3)  # "four stars and more", "three and more"


def bands(score: float | None) -> tuple[str, ...]:
    """The bands that a score is in: those of a higher one are in the lower ones too."""
    return () if score is None else tuple(str(band) for band in BANDS if score >= band)


def balanced(score: float, reviews: int) -> float:
    """The score as far as so many reviews bear it, 1 .. 5."""
    return (USUAL * PRIOR + score * reviews) / (PRIOR + reviews)


def number(score: float | None, reviews: int) -> int:
    """What the order by rating goes by: thousandths of a star; -1 for what nobody has reviewed."""
    return -1 if score is None or not reviews else round(1000 * balanced(score, reviews))


def signals(score: float | None, reviews: int, adoptions: int) -> dict[str, float]:
    """Signals from 0 to 1, for what people have reviewed and used; what nobody has is neither better nor worse for it."""
    found = {} if score is None or not reviews else {"reviews": (balanced(score, reviews) - 1) / 4}
    return found | ({"adoptions": 1 - 0.5 ** (adoptions + 1)} if adoptions else {})
