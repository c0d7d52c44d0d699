"""The judged set: what people look for, and how well which courses serve them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
GRADES = (0, 1, 2, 3)  # not, on the edge, relevant, exactly what was meant
RELEVANT = 2
LANGUAGES = ("en", "zh")
HALVES = ("tune", "test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One query of the set. `intent` is what the judge read the documents for, `across` the query in the other language, for the pool."""

    id: str
    language: str
    kind: str
    query: str
    across: str
    intent: str

    @property
    def half(self) -> str:
        """Fixed for ever by the number: odd ones are for tuning, even ones for the report."""
        return HALVES[1 - int(self.id[2:]) % 2]


def queries(half: str = "all") -> list[Asked]:
    """The queries of one half, or all."""
    return [asked for asked in (Asked(**row) for row in _rows("queries.tsv")) if half in ("all", asked.half)]


def judgements() -> Mapping[str, Mapping[str, int]]:
    """Query id -> corpus id -> grade. A document that is not there was never read for this query."""
    graded: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in _rows("judgements.tsv"):
        graded[row["query"]][row["document"]] = int(row["grade"])
    return graded


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
