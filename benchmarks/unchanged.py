"""What a pass over a source costs in which nothing has changed: `python -m benchmarks.unchanged [--records N]`.

Three sources on loopback, each in a process of its own, are harvested twice by the real `hub harvest`; the time of a pass is that
of its run, from start to end. An OAI-PMH repository tells what has changed since; a list answers 304; a list sends the same bytes, and
says nothing. A forced full pass over the second list (everything read, nothing changed) stands beside them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from benchmarks.claims import Claim, conclude
from benchmarks.hub_process import ROOT, Hub, oai_source

TELLS, BYTES = 0.02, 0.40  # of the first pass's time


def main() -> int:
    """Harvest twice, compare, say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000, help="how many (default 20,000)")
    parser.add_argument("--page", type=int, default=100, help="records of one answer (default 100)")
    parser.add_argument("--database", default="", metavar="URL", help="an empty database (default: SQLite in the data folder)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with oai_source(chosen.records, chosen.page) as address:
        since = passes("oai-pmh", address, chosen.records, chosen.database)
    with course_list(chosen.records, chosen.page, "--etags") as address:
        told = passes("moochub", address, chosen.records, chosen.database)
    with course_list(chosen.records, chosen.page) as address:
        same = passes("moochub", address, chosen.records, chosen.database, full=True)
    results = {"OAI-PMH, since": since, "list, 304": told, "list, the same bytes": same}
    if not chosen.json:
        for name, seconds in results.items():
            print(f"{name}: " + ", ".join(f"{what} {taken:.2f} s" for what, taken in seconds.items()))
    claims = [
        Claim(
            what=f"a pass over {chosen.records:,} unchanged records, of the first: {name}", measured=s["again"] / s["first"], at_most=most
        )
        for (name, s), most in zip(results.items(), (TELLS, TELLS, BYTES), strict=True)
    ]
    return conclude({"benchmark": "unchanged", "records": chosen.records, "seconds": results}, claims, as_json=chosen.json)


def passes(kind: str, address: str, records: int, database: str, *, full: bool = False) -> dict[str, float]:
    """Seconds of the first pass, of one in which nothing has changed, and of one that asks for everything all the same."""
    with tempfile.TemporaryDirectory(prefix="hub-benchmark-") as name:
        hub = Hub(Path(name), database)
        hub.run("init")
        hub.run("source", "add", "bench", kind, address)
        taken = {"first": one_pass(hub, records), "again": one_pass(hub, None if kind == "oai-pmh" else records)}
        if full:
            taken["everything"] = one_pass(hub, records, "--full")
        hub.run("check")  # fails when index and database disagree
        return taken


def one_pass(hub: Hub, records: int | None, *words: str) -> float:
    """Harvest, hold the number of records against what it should be, and give the run's own time."""
    summary = json.loads(hub.run("harvest", "bench", *words, "--json"))
    assert summary["state"] == "succeeded" and (records is None or summary["seen"] == records), summary
    run = json.loads(hub.run("run", "status", str(summary["run"]), "--json"))
    return (datetime.fromisoformat(run["finished_at"]) - datetime.fromisoformat(run["started_at"])).total_seconds()


@contextmanager
def course_list(records: int, page: int, *words: str) -> Iterator[str]:
    """A list with so many records, in a process of its own; gives its address."""
    command = [sys.executable, "-m", "benchmarks.list_server", "--records", str(records), "--page", str(page), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
