"""What the rule says of the judged pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.matching.pairs import Pair
from hub.services import comparing
from hub.services.comparing import Comparison, Facts

OUTCOMES = ("joined", "suggested", "apart")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One pair with the rule's comparison."""

    pair: Pair
    titles: tuple[str, str]
    comparison: Comparison

    @property
    def joined(self) -> bool:
        """Would the rule merge them?"""
        return self.comparison.score >= comparing.HIGH

    @property
    def outcome(self) -> str:
        """joined | suggested | apart"""
        return OUTCOMES[0] if self.joined else OUTCOMES[1 if self.comparison.score >= comparing.LOW else 2]

    @property
    def wrong(self) -> bool:
        """A merge that should not be, or one that is missing."""
        return self.joined is not self.pair.same

    def line(self) -> str:
        """As a person reads it."""
        reasons = ", ".join(f"{one.name} {one.detail} {one.weight:+.2f}" for one in self.comparison.reasons)
        return f"{self.pair.number} {self.outcome} {self.comparison.score:.2f}: {self.titles[0]} | {self.titles[1]} ({reasons})"


def verdicts(pairs: Iterable[Pair], known: Mapping[str, Facts]) -> list[Verdict]:
    """The rule's word on every pair whose records are there, each record as if it came from a source of its own."""
    return [
        Verdict(
            pair,
            (known[pair.left].titles[0].text, known[pair.right].titles[0].text),
            comparing.compare(known[pair.left], known[pair.right]),
        )
        for pair in pairs
        if pair.left in known and pair.right in known
    ]


def counted(found: Sequence[Verdict]) -> dict[tuple[str, str], dict[str, int]]:
    """(same or different, category) -> how many were joined, suggested, kept apart."""
    rows: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(OUTCOMES, 0))
    for one in found:
        rows["same" if one.pair.same else "different", one.pair.category][one.outcome] += 1
    return dict(sorted(rows.items(), key=lambda row: (row[0][0] != "same", row[0])))


def table(found: Sequence[Verdict]) -> str:
    """The same as lines."""
    lines = [f"{'pairs':<46}" + "".join(f"{name:>11}" for name in OUTCOMES)]
    lines += [
        f"{verdict + ': ' + category:<46}" + "".join(f"{row[name]:>11}" for name in OUTCOMES)
        for (verdict, category), row in counted(found).items()
    ]
    return "\n".join(lines)
