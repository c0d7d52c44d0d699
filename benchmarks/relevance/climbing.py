"""Better numbers of the ranking: one number at a time, as long as it helps on the queries for tuning."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from search.tuning import Tuning, tuning

PASSES = 4
ENOUGH = 1e-4  # less is noise


def climb(start: Tuning, grid: Mapping[str, Sequence[float]], score: Callable[[Tuning], float]) -> Tuning:
    """Try every value of every name in turn, keep what scores better, until a pass changes nothing. Prints the path."""
    best, reached = start, score(start)
    print(f"start  {reached:.4f}")
    for _ in range(PASSES):
        before = best
        for name, values in grid.items():
            for value in values:
                if value == best.numbers[name]:
                    continue
                tried = tuning(best.numbers | {name: value})
                got = score(tried)
                print(f"  {name}={value:g}  {got:.4f}{'  better' if got > reached + ENOUGH else ''}", flush=True)
                if got > reached + ENOUGH:
                    best, reached = tried, got
        if best == before:
            break
    return best
