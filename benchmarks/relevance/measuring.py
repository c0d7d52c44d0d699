"""Systems, queries and judgements -> scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.relevance.judged import RELEVANT, Asked
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
        """Ask the system every query that has an answer."""
        answerable = [asked for asked in self.asked if max(self._grades(asked).values(), default=0) >= RELEVANT]
        return Measured(name, answerable, [self._scores(asked, system) for asked in answerable])

    def _grades(self, asked: Asked) -> Mapping[str, int]:
        grades = self.graded[asked.id]
        return {id: grade for id, grade in grades.items() if id.startswith(asked.language)} if self.own else grades

    def _scores(self, asked: Asked, system: System) -> Scores:
        ranking = [self.names[id] for id in system(asked.query, DEEPER if self.own else DEPTH)]
        if self.own:
            ranking = [id for id in ranking if id.startswith(asked.language)]
        return scores(ranking[:DEPTH], self._grades(asked))
