"""How fast search is, in one table: `python -m benchmarks.search [--documents N]... [--quick] [--json]`.

Compared in the same run, over the same terms and the same twelve facets, with SQLite FTS5 (GROUP BY) and with Tantivy. Every question is
asked of all of them in turn, ROUNDS times; its time is the median of its CPU time (the files are in the system's cache: nobody waits
for a disk, and other work on the machine counts little), and p95 is over the questions. Building and commits are on the wall. "cold"
means that nothing of the terms is cached in the process: the cache of this generation is emptied before each question.
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks import questions
from benchmarks.claims import Claim, conclude, grid, percentile
from benchmarks.peers import Fts5
from benchmarks.readers import resident_megabytes, start
from benchmarks.real_courses import many_courses, real_courses
from benchmarks.tantivy_peer import Tantivy
from search.document import Document
from search.query import parse
from search.whoosh_index.engine import WhooshIndex
from search.whoosh_index.inverting import weigh
from search.whoosh_index.snapshot import Cache

SIZES = (10_000, 100_000, 300_000)
QUESTIONS, COMMITS, CHANGES, ROUNDS = 200, 10, 100, 3
FTS5 = {10_000: 1 / 4, 100_000: 1 / 10, 300_000: 1 / 15}
TANTIVY = {10_000: 3, 100_000: 3, 300_000: 3}
TANTIVY_COMMON = {10_000: 3, 100_000: 2, 300_000: 3}
OWN = {10_000: 5, 100_000: 20, 300_000: 60}  # ms: phrase, prefix, misspelt
TYPE_AHEAD = {10_000: 5, 100_000: 15, 300_000: 30}
REBUILD = {10_000: 10, 100_000: 60, 300_000: 180}  # seconds
COMMIT = {10_000: 0.5, 100_000: 0.5, 300_000: 1}
VISIBLE = 2
WHOLE = "whole"  # a file beside indexes that were finished
RESIDENT = {10_000: 100, 100_000: 300, 300_000: 700}  # MB
FILTERS = (
    {"free": ("yes",), "language": ("en", "zh")},
    {"level": ("beginner", "all"), "provider": ("Udemy",), "start": ("now",)},
)


@dataclass(slots=True)
class Sheet:
    """What was measured at one size: p50 and p95 in ms, and what is claimed of it."""

    size: int
    spread: dict[str, dict[str, float]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)

    def note(self, what: str, seconds: Sequence[float]) -> None:
        """Keep and print a spread."""
        self.spread[what] = {"p50": round(percentile(seconds, 50) * 1000, 3), "p95": round(percentile(seconds, 95) * 1000, 3)}
        print(f"  {what:34} p50 {self.spread[what]['p50']:9.2f} ms   p95 {self.spread[what]['p95']:9.2f} ms", file=sys.stderr)

    def claim(self, what: str, measured: float, bounds: Mapping[int, float], unit: str = "") -> None:
        """Between two sizes of the table the bound of the larger one counts."""
        bound = next((bounds[size] for size in sorted(bounds) if size >= self.size), bounds[max(bounds)])
        self.claims[what] = Claim(what=f"{self.size:,}: {what}", measured=measured, unit=unit, at_most=bound)

    def ratio(self, what: str, own: str, peer: str, bounds: Mapping[int, float]) -> None:
        """p95 of two spreads."""
        self.claim(what, self.spread[own]["p95"] / self.spread[peer]["p95"], bounds)

    def fact(self, what: str, value: object) -> None:
        """Keep and print what nothing is claimed of."""
        self.facts[what] = value
        print(f"  {what}: {value}", file=sys.stderr)


def main() -> int:
    """Measure each size in turn, then the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, action="append", help="how many; may be given again (default 10,000, 100,000 and 300,000)")
    parser.add_argument("--quick", action="store_true", help="10,000 alone")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the others' indexes here, or use those that are here")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    real = real_courses()
    sizes = sorted(asked.documents or (SIZES[:1] if asked.quick else SIZES))
    sheets = [measure(many_courses(real, size), known(real, sizes[0]), asked.keep) for size in sizes]
    rows = {name: {f"{sheet.size:,}": sheet.claims[name] for sheet in sheets if name in sheet.claims} for name in sheets[0].claims}
    rows |= growth(sheets)
    measured = {"benchmark": "search", "sizes": {sheet.size: {"ms": sheet.spread, "facts": sheet.facts} for sheet in sheets}}
    claims = [claim for row in rows.values() for claim in row.values()]
    return conclude(measured, claims, as_json=asked.json, table=grid("what", rows))


def known(real: list[Document], size: int) -> list[Document]:
    """The real documents that every size has."""
    titles = {document.title for document in many_courses(real, size)}
    return [document for document in real if document.title in titles]


def measure(documents: list[Document], real: list[Document], kept: Path | None) -> Sheet:
    """One size, from its building to its readers."""
    sheet = Sheet(len(documents))
    print(f"\n{len(documents):,} documents", file=sys.stderr)
    gc.collect()
    gc.freeze()  # else each collection looks at all of the documents, whoever is measured
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fts5, tantivy = peers(documents, (kept or folder / "peers") / str(len(documents)))
        ours = WhooshIndex(folder / "index")
        sheet.claim("full rebuild", lasting(lambda: ours.rebuild(iter(documents), expected=len(documents))), REBUILD, "s")
        ours.find(parse(""))
        sheet.fact("segments", f"ours {len(ours.snapshot().segments)}, Tantivy {tantivy.segments}")
        sheet.fact("MB on disk", round(megabytes(folder / "index")))
        compared(sheet, real, ours, fts5, tantivy)
        alone(sheet, real, ours)
        held = resident_megabytes(folder / "index", questions.mixed(real, QUESTIONS))
        sheet.fact("of a reader not mapped, MB", round(held["RssAnon"]))
        sheet.claim("resident memory of a reader", held["VmRSS"], RESIDENT, "MB")
        changes(sheet, documents, ours, folder / "index")
        ours.close()
    gc.unfreeze()
    return sheet


def peers(documents: list[Document], folder: Path) -> tuple[Fts5, Tantivy]:
    """What we compare with, over these documents: made, or found where it was kept."""
    there = (folder / WHOLE).exists()
    if not there:
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was broken off
        folder.mkdir(parents=True)
    fts5, tantivy = Fts5(folder / "fts5.db"), Tantivy(folder / "tantivy")
    if not there:
        for document in documents:
            weighed = weigh(document)
            fts5.add(document, weighed)
            tantivy.add(document, weighed)
        fts5.finish()
        tantivy.finish()
        (folder / WHOLE).touch()
    return fts5, tantivy


def compared(sheet: Sheet, real: list[Document], ours: WhooshIndex, fts5: Fts5, tantivy: Tantivy) -> None:
    """The same questions of all three, in turn, so that a busy machine slows them all."""
    for label, asked in (
        ("English", questions.english(real, QUESTIONS)),
        ("Chinese", questions.chinese(real, QUESTIONS)),
        ("very common words", 3 * [*questions.COMMON, *(f"{one} {other}" for one, other in (("data", "learn"), ("数据", "分析")))]),
    ):
        common = label == "very common words"
        peers = {"Tantivy": tantivy.find, "Tantivy without facets": tantivy.best} | ({} if common else {"FTS5": fts5.find})
        spent = in_turn(asked, ours, peers, fts5)
        for name, seconds in spent.items():
            sheet.note(f"{label}, {name}", seconds)
        sheet.fact(f"{label}, answers that differ", differing(asked, ours, tantivy))
        if not common:
            sheet.ratio(f"{label}, all facets, p95 to FTS5's", f"{label}, ours", f"{label}, FTS5", FTS5)
        sheet.ratio(f"{label}, all facets, p95 to Tantivy's", f"{label}, ours", f"{label}, Tantivy", TANTIVY_COMMON if common else TANTIVY)


def in_turn(asked: list[str], ours: WhooshIndex, peers: dict[str, Callable[[Any], Any]], fts5: Fts5) -> dict[str, list[float]]:
    """Name -> seconds of each question."""
    spent: dict[str, list[float]] = {name: [] for name in ("ours", "ours, warm", *peers)}
    for query in map(parse, asked):
        rounds: dict[str, list[float]] = {name: [] for name in spent}
        for _ in range(ROUNDS):
            cold(ours)
            rounds["ours"].append(timed(lambda query=query: ours.find(query)))
            rounds["ours, warm"].append(timed(lambda query=query: ours.find(query)))
            fts5.forget()
            for name, find in peers.items():
                rounds[name].append(timed(lambda query=query, find=find: find(query.root)))
        for name, seconds in rounds.items():
            spent[name].append(statistics.median(seconds))
    return spent


def differing(asked: list[str], ours: WhooshIndex, tantivy: Tantivy) -> int:
    """For how many questions the total or any count of any facet is not the same in both."""
    differ = 0
    for query in map(parse, asked):
        hits = ours.find(query)
        counts = {name: {count.value: count.count for count in found} for name, found in hits.facets.items()}
        differ += (hits.total, counts) != (tantivy.best(query.root), tantivy.counts(query.root))
    return differ


def alone(sheet: Sheet, real: list[Document], ours: WhooshIndex) -> None:
    """What is held to a time of its own."""
    for label, asked in (
        ("phrase", questions.phrases(real, QUESTIONS)),
        ("prefix", questions.prefixes(real, QUESTIONS)),
        ("misspelt", questions.misspelt(real, QUESTIONS)),
        ("phrase of common words", questions.COMMON_PHRASES),
        ("one word excluded", [f"-{word}" for word in questions.COMMON]),
        ("any of four common words", [" OR ".join(questions.COMMON[at : at + 4]) for at in range(12)]),
    ):
        sheet.note(label, [middle(ours, lambda query=query: ours.find(query)) for query in map(parse, asked)])
    narrowed = [parse(word, filters=filters) for word in ("", *questions.COMMON[:4], *questions.COMMON[8:12]) for filters in FILTERS]
    sheet.note("two or three filters", [middle(ours, lambda query=query: ours.find(query)) for query in narrowed])
    sheet.note("type-ahead", [middle(ours, lambda text=text: ours.complete(text)) for text in questions.beginnings(real, QUESTIONS)])
    for label in ("phrase", "prefix", "misspelt"):
        sheet.claim(f"{label}, p95", sheet.spread[label]["p95"], OWN, "ms")
    sheet.claim("type-ahead, p95", sheet.spread["type-ahead"]["p95"], TYPE_AHEAD, "ms")


def middle(ours: WhooshIndex, ask: Callable[[], object]) -> float:
    """The median of some cold tries."""
    tries = []
    for _ in range(ROUNDS):
        cold(ours)
        tries.append(timed(ask))
    return statistics.median(tries)


def changes(sheet: Sheet, documents: list[Document], ours: WhooshIndex, folder: Path) -> None:
    """Commits of a hundred changes; the slowest counts. Another process looks out for them."""
    took, seen = [], []
    with start("await", folder) as reader:
        assert reader.stdin is not None and reader.stdout is not None
        reader.stdout.readline()
        for number in range(COMMITS):
            word = f"freshly{number}word"
            chosen = documents[number :: len(documents) // CHANGES][:CHANGES]
            changed = [replace(document, version=2, title=f"{document.title} {word}") for document in chosen]
            reader.stdin.write(json.dumps([word, len(changed)]) + "\n")
            began = time.time()
            took.append(lasting(lambda changed=changed: ours.apply(changed, ())))
            seen.append(float(reader.stdout.readline()) - began)
        reader.stdin.close()
    sheet.fact("commit of 100 changes, median s", round(statistics.median(took), 3))
    sheet.claim(f"commit of {CHANGES} changes, slowest of {COMMITS}", max(took), COMMIT, "s")
    sheet.claim("... and seen by another process", max(seen), {sheet.size: VISIBLE}, "s")


def growth(sheets: list[Sheet]) -> dict[str, dict[str, Claim]]:
    """From the smallest size to the largest: p95 has to grow less than the documents do."""
    small, large = sheets[0], sheets[-1]
    if small is large:
        return {}
    times = large.size / small.size
    found = {}
    for label in ("English", "Chinese"):
        what = f"{label}, p95 grows by ({times:g} times the documents)"
        grown = large.spread[f"{label}, ours"]["p95"] / small.spread[f"{label}, ours"]["p95"]
        found[what] = {f"{large.size:,}": Claim(what=f"{large.size:,}: {what}", measured=grown, unit="times", at_most=times)}
    return found


def cold(index: WhooshIndex) -> None:
    """Forget what was read of the terms."""
    index.snapshot().cache = Cache()


def megabytes(path: Path) -> float:
    """On disk."""
    return sum(one.stat().st_size for one in (path.rglob("*") if path.is_dir() else [path]) if one.is_file()) / 2**20


def timed(work: Callable[[], object]) -> float:
    """Seconds of CPU, of all threads: a question's time when nothing else runs, whatever else does."""
    began = time.process_time()
    work()
    return time.process_time() - began


def lasting(work: Callable[[], object]) -> float:
    """Seconds on the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
