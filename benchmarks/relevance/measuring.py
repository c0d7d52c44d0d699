"""Systems, queries and judgements -> scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.relevance.judged import Asked
from benchmarks.relevance.metrics import Scores, mean, scores
from benchmarks.relevance.systems import DEPTH, System

DEEPER = 200  # so that something is left when the other languages are gone
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
    """The judged queries, and the name in the judgements of every document. `own`: as if there were no documents in other languages."""

    asked: Sequence[Asked]
    graded: Mapping[str, Mapping[str, int]]
    names: Mapping[int, str]
    own: bool = False

    def measure(self, name: str, system: System) -> Measured:
        """Ask the system every query."""
        return Measured(name, self.asked, [self._scores(asked, system) for asked in self.asked])

    def _scores(self, asked: Asked, system: System) -> Scores:
        ranking = [self.names[id] for id in system(asked.query, DEEPER if self.own else DEPTH)]
        if not self.own:
            return scores(ranking, self.graded[asked.id])
        grades = {id: grade for id, grade in self.graded[asked.id].items() if id.startswith(asked.language)}
        return scores([id for id in ranking if id.startswith(asked.language)][:DEPTH], grades)
