"""Several rankings made into one."""

from __future__ import annotations

from collections.abc import Sequence

K = 60


def fused(rankings: Sequence[Sequence[int]], *, limit: int) -> list[int]:
    """Reciprocal rank fusion: each ranking gives 1 / (60 + rank); ties by id."""
    gained: dict[int, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, 1):
            gained[id] = gained.get(id, 0.0) + 1 / (K + rank)
    return sorted(gained, key=lambda id: (-gained[id], id))[:limit]
