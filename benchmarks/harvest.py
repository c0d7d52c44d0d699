"""How fast and in how much memory a harvest becomes searchable: `python -m benchmarks.harvest [--records N] [--compare M]`.

An OAI-PMH repository on loopback, in a process of its own, is harvested by the real `hub harvest` into a new HUB_DATA. The time runs
from the start of that command (interpreter, imports and all) to its end, when the outbox is empty and the index committed; `hub check`
then says whether index and database agree. In the same run, one after the other: bare Whoosh on the same documents
(`benchmarks.stock_whoosh` says exactly what that is), our own index writer alone, and the parsing of the same pages alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.claims import Claim, conclude
from benchmarks.hub_process import ROOT, Hub, Spent, oai_source
from harvesters.kinds.oai_pmh import HARVESTER
from harvesters.protocol import Request, Response

PAGE = 100  # records of one answer
SAMPLE = 10_000  # documents that the other writers get, and records that are parsed alone
SHARE = 0.7  # of bare Whoosh's rate
GROWTH = 1.3  # of the memory
WRITERS = {"bare": "bare Whoosh", "terms": "Whoosh's writer given ready-made terms", "ours": "our index writer alone"}


@dataclass(frozen=True, slots=True)
class Alone:
    """One part of the work done by itself, in one process."""

    documents: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """A second, of wall time."""
        return self.documents / self.seconds


@dataclass(frozen=True, slots=True)
class Harvest:
    """One harvest and what it is compared with."""

    records: int
    spent: Spent
    alone: dict[str, Alone]  # writer or "parsing" -> what it did

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.spent.seconds

    def as_json(self) -> dict[str, object]:
        """All of it."""
        return {
            "records": self.records, "seconds": round(self.spent.seconds, 2), "cpu_seconds": round(self.spent.cpu, 2),
            "records_per_second": round(self.rate), "peak_mb": {name: round(peak) for name, peak in self.spent.peaks.items()},
            "alone": {
                name: {"per_second": round(one.rate), "cpu_ms_each": round(1000 * one.cpu / one.documents, 3)}
                for name, one in self.alone.items()
            },
        }  # fmt: skip


def main() -> int:
    """Harvest, compare, say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--compare", type=int, help="harvest so many first, and hold the peak memory against theirs")
    parser.add_argument("--page", type=int, default=PAGE, help="records of one answer (default 100)")
    parser.add_argument("--database", default="", metavar="URL", help="an empty database (default: SQLite in the data folder)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    small = measure(chosen.compare, chosen.page, "", alone=True) if chosen.compare else None
    if small and not chosen.json:
        show(small)
    large = measure(chosen.records, chosen.page, chosen.database)
    if not chosen.json:
        show(large)
    claims = [Claim(what="harvest to searchable, of bare Whoosh's rate", measured=large.rate / large.alone["bare"].rate, at_least=SHARE)]
    claims += growth(small, large) if small else []
    results = [one.as_json() for one in (small, large) if one]
    return conclude({"benchmark": "harvest", "harvests": results}, claims, as_json=chosen.json)


def growth(small: Harvest, large: Harvest) -> list[Claim]:
    """Memory against memory, process by process and all together."""
    peaks, before = large.spent.peaks, small.spent.peaks
    ratios = {name: peaks[name] / before[name] for name in peaks if before.get(name)}
    ratios["all processes"] = sum(peaks.values()) / sum(before.values())
    sizes = f"{large.records:,} against {small.records:,} records"
    return [Claim(what=f"peak memory, {sizes}, {name}", measured=ratio, at_most=GROWTH) for name, ratio in ratios.items()]


def measure(records: int, page: int, database: str, *, alone: bool = False) -> Harvest:
    """One harvest in a folder of its own, with its comparisons unless `alone`."""
    with tempfile.TemporaryDirectory(prefix="hub-benchmark-") as name, oai_source(records, page) as address:
        hub = Hub(Path(name), database)
        hub.run("init")
        hub.run("source", "add", "bench", "oai-pmh", address)
        spent = hub.watched("harvest", "bench", "--json")
        hub.run("check")  # fails when they disagree
        counts = json.loads(hub.run("run", "status", "1", "--json"))
        assert counts["created"] == records, counts
        return Harvest(records, spent, {} if alone else compared(hub, address, records))


def compared(hub: Hub, address: str, records: int) -> dict[str, Alone]:
    """The parts by themselves."""
    return {writer: writing(hub, writer) for writer in WRITERS} | {"parsing": parsing(address, records)}


def writing(hub: Hub, writer: str) -> Alone:
    """One writer, in a process of its own."""
    database = hub.database or f"sqlite:///{hub.folder / 'hub.db'}"
    words = [sys.executable, "-m", "benchmarks.stock_whoosh", database, "--sample", str(SAMPLE), "--writer", writer]
    return Alone(**json.loads(subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout))


def parsing(address: str, records: int) -> Alone:
    """The kind's `parse`, on pages that have been fetched before."""
    answers: list[tuple[Request, Response]] = []
    items, waiting = 0, list(HARVESTER.start(address, {}, None))
    while waiting and items < min(SAMPLE, records):
        request = waiting.pop(0)
        response = fetch(request)
        page = HARVESTER.parse(request, response, {})
        answers.append((request, response))
        items, waiting = items + len(page.items), waiting + list(page.follow)
    began, cpu = time.perf_counter(), time.process_time()
    for request, response in answers:
        HARVESTER.parse(request, response, {})
    return Alone(items, time.perf_counter() - began, time.process_time() - cpu)


def fetch(request: Request) -> Response:
    """A plain GET."""
    with urllib.request.urlopen(request.url) as answer:
        return Response(url=request.url, body=answer.read(), media_type="text/xml", charset="utf-8")


def show(one: Harvest) -> None:
    """As a person reads it."""
    spent = one.spent
    print(f"{one.records:,} records: {spent.seconds:.1f} s from start to searchable, {one.rate:,.0f} records/s, {spent.cpu:.1f} s of CPU")
    for name, peak in one.spent.peaks.items():
        print(f"  peak memory {peak:6.0f} MB  hub {name}")
    for name, part in one.alone.items():
        cpu = f"{1000 * part.cpu / part.documents:.2f} ms of CPU each"
        print(f"  {WRITERS.get(name, 'parsing alone')}: {part.rate:,.0f}/s, {cpu}; the harvest is {one.rate / part.rate:.2f} of that")


if __name__ == "__main__":
    sys.exit(main())
