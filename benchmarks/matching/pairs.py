"""The judged pairs: `pairs.tsv`, and what a record of the corpus or of the demo says of itself (README.md)."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.real_courses import _rows as corpus_rows
from demo.server import running
from harvesters import registry, walk
from harvesters.fetch import Fetcher
from harvesters.record import Record
from hub.services import matching
from hub.services.comparing import Facts, facts

HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "demo"
BARE = "~bare"  # the same record as a list gives it that has no address and no description
HALVES = ("tune", "test")
TYPES = {
    "course": "course", "specialization": "programme", "professional certificate": "programme", "guided project": "exercise",
    "project": "exercise", "textbook": "textbook", "paper": "article",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, and whether a reader says that they are one work."""

    number: int
    same: bool
    category: str
    left: str
    right: str

    @property
    def half(self) -> str:
        """Odd numbers are for choosing the rule's numbers, even ones for the report."""
        return HALVES[self.number % 2 == 0]


def pairs() -> list[Pair]:
    """Every judged pair."""
    with (HERE / "pairs.tsv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return [Pair(int(row["number"]), row["verdict"] == "same", row["category"], row["left"], row["right"]) for row in rows]


def known() -> Mapping[str, Facts]:
    """id -> what the record says: the demo's records, and the corpus's where there is one."""
    found = dict(demo())
    with suppress(FileNotFoundError):
        for row in corpus_rows():
            found[row["id"]] = whole = of_row(row)
            found[row["id"] + BARE] = replace(whole, keys=frozenset(), text="")
    return found


def of_row(row: Mapping[str, Any]) -> Facts:
    """What a record of the corpus says. Its type is what the catalogue would make of it."""
    return facts(
        row["title"],
        keys=matching.keys_of_address(row["url"]) if row["url"] else (),
        institution=row["institution"],
        provider=row["provider"],
        resource_type=TYPES.get(row["type"] or "course"),
        languages=(row["language"],) if row["language"] else (),
        text=row["description"] or "",
    )


def demo() -> Iterator[tuple[str, Facts]]:
    """Every record of the demo sources, as their kinds read them from the demo server on this machine."""
    with running() as address, Fetcher(allow=("127.0.0.1",), agent="benchmarks") as fetch:
        for source in tomllib.loads((DEMO / "sources.toml").read_text(encoding="utf-8"))["source"]:
            harvester, options = registry.kind(source["kind"]), source.get("options", {})
            requests = harvester.start(address + source["path"], options, None)
            for step in walk.walk(harvester, requests, options, fetch):
                for item in step.page.items:
                    if isinstance(item, Record):
                        yield name(source["name"], item), matching.facts_of(item)


def name(source: str, record: Record) -> str:
    """How `pairs.tsv` names a record of the demo: source, and its group or the last part of its identifier."""
    return f"demo:{source.removeprefix('demo-')}:{record.group or re.split('[/:#]', record.identifier.rstrip('/'))[-1]}"
