"""Systems, queries and judgements -> scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.relevance.judged import Asked
from benchmarks.relevance.metrics import Scores, mean, scores
from benchmarks.relevance.systems import DEPTH, System

PARTS = {"English": ("en",), "Chinese": ("zh",), "all": ("en", "zh")}


@dataclass(frozen=True, slots=True)
class Measured:
    """One system over the queries, in their order."""

    name: str
    asked: Sequence[Asked]
    each: Sequence[Scores]

    def part(self, name: str) -> Scores:
        """Means over the queries of a language, or all."""
        return mean([one for asked, one in zip(self.asked, self.each, strict=True) if asked.language in PARTS[name]])

    @property
    def gains(self) -> list[float]:
        """nDCG query by query."""
        return [one.ndcg for one in self.each]


@dataclass(frozen=True)
class Judge:
    """The judged queries, and the name in the judgements of every document."""

    asked: Sequence[Asked]
    graded: Mapping[str, Mapping[str, int]]
    names: Mapping[int, str]

    def measure(self, name: str, system: System) -> Measured:
        """Ask the system every query."""
        rankings = ([self.names[id] for id in system(asked.query, DEPTH)] for asked in self.asked)
        each = [scores(ranking, self.graded[asked.id]) for asked, ranking in zip(self.asked, rankings, strict=True)]
        return Measured(name, self.asked, each)
