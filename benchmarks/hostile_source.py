"""A large source on its worst day, and a source that hangs among twenty: `python -m benchmarks.hostile_source [--records 100000]`.

1. An OAI-PMH repository on loopback in which one record of a hundred cannot be read and one request of twenty-five is answered 503 with
   Retry-After, late, with a reset, or cut short, and whose tokens expire twice. One `hub harvest` must bring all of it that can be read;
   each record that cannot must be listed; what the harvester holds in memory is looked at after 10, 50 and 100 % of the records.
2. Twenty sources are queued for one `hub worker`; in a second hub one of the same twenty accepts connections and never answers. The
   others must be done in about the same time.
"""

from __future__ import annotations

import argparse
import json
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.claims import Claim, conclude
from benchmarks.hub_process import Hub, memory, oai_source

PAGE = 100
BROKEN, TROUBLED = 100, 25  # one of so many records, one of so many requests
EXPIRES_AT = (0.2, 0.6)  # of the records
MARKS = (0.1, 0.5, 1.0)
SOURCES, EACH = 20, 300  # of the second part
GROWTH, SAME = 1.3, 1.25  # what is called flat, and the same time


@dataclass
class Watched:
    """One harvest, from outside."""

    seconds: float = 0.0
    resident: dict[float, float] = field(default_factory=dict)  # share of the records -> MB
    run: dict[str, object] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    not_listed: list[str] = field(default_factory=list)
    listed_wrongly: list[str] = field(default_factory=list)


def main() -> int:
    """Both parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000, help="of the large source (default 100,000)")
    parser.add_argument("--part", choices=("worst-day", "hanging"), help="one of the two alone")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    claims: list[Claim] = []
    measured: dict[str, object] = {"benchmark": "hostile_source"}
    if chosen.part != "hanging":
        watched = worst_day(chosen.records)
        claims += claims_of(watched, chosen.records)
        measured["worst day"] = {"seconds": watched.seconds, "resident_mb": watched.resident, "run": watched.run}
    if chosen.part != "worst-day":
        calm, disturbed = queued(hanging=False), queued(hanging=True)
        measured["twenty"] = {"without": calm, "with": disturbed}
        what = f"{SOURCES - 1} sources beside one that hangs: {disturbed:.1f} s, without it {calm:.1f} s"
        claims.append(Claim(what=what, measured=disturbed / calm, at_most=SAME))
    return conclude(measured, claims, as_json=chosen.json)


def claims_of(watched: Watched, records: int) -> list[Claim]:
    """What must hold of the first part."""
    wrong = [*watched.lost, *watched.not_listed, *watched.listed_wrongly]
    told = f"{watched.run['state']}, {watched.run['created']} created, {watched.run['failed']} failed"
    sizes = ", ".join(f"{size:.0f} MB at {share:.0%}" for share, size in watched.resident.items())
    growth = max(watched.resident.values()) / watched.resident[MARKS[0]]
    return [
        Claim(what=f"records lost, or failed and not listed ({told}; {wrong[:5]})", measured=len(wrong), at_most=0),
        Claim(what=f"resident memory, most to least ({sizes})", measured=growth, at_most=GROWTH),
        Claim(what=f"records a second, {watched.seconds:.0f} s in all", measured=records / watched.seconds, at_least=100),
    ]


def worst_day(records: int) -> Watched:
    """One harvest of the large source, to its end."""
    faults = ("--broken-every", str(BROKEN), "--trouble-every", str(TROUBLED))
    with tempfile.TemporaryDirectory(prefix="hub-hostile-") as name, oai_source(records, PAGE, *faults) as address:
        hub = Hub(Path(name))
        hub.run("init")
        hub.run("source", "add", "worst", "oai-pmh", address)
        watched, began = Watched(), time.monotonic()
        process = hub.start("harvest", "worst")
        watch(process, hub, records, address, watched)
        watched.seconds = time.monotonic() - began
        hub.run("check")
        compare(hub, address, records, watched)
        return watched


def watch(process: subprocess.Popen[bytes], hub: Hub, records: int, address: str, watched: Watched) -> None:
    """Until it ends: memory at the marks, tokens that expire."""
    marks, expiries = list(MARKS), list(EXPIRES_AT)
    while process.poll() is None:
        share = seen(hub) / records
        resident = memory(process.pid, "VmRSS")
        while marks and share >= marks[0] and resident:
            watched.resident[marks.pop(0)] = resident
        while expiries and share >= expiries[0]:
            expiries.pop(0)
            urllib.request.urlopen(address.removesuffix("/oai") + "/control?expire=1").close()
        time.sleep(0.2)
    for mark in marks:
        watched.resident.setdefault(mark, max(watched.resident.values(), default=0.0))


def seen(hub: Hub) -> int:
    """Records that the run has seen so far."""
    with closing(sqlite3.connect(f"file:{hub.folder / 'hub.db'}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT coalesce(max(seen), 0) FROM run").fetchone()[0])


def compare(hub: Hub, address: str, records: int, watched: Watched) -> None:
    """Identifiers of what was readable with what is kept, and of what was not with what is listed."""
    watched.run = json.loads(hub.run("run", "status", "1", "--json"))
    with urllib.request.urlopen(address.removesuffix("/oai") + "/records.tsv") as answer:
        served = [line.split("\t")[0] for line in answer.read().decode().splitlines()]
    broken = {served[n] for n in range(BROKEN - 1, records, BROKEN)}
    kept = {line.split("\t")[0] for line in hub.run("record", "dump", "--source", "worst").splitlines()}
    listed = {str(failure["identifier"]) for failure in json.loads(hub.run("run", "failures", "1", "--json"))}
    watched.lost = sorted(set(served) - broken - kept)
    watched.not_listed = sorted(broken - listed)
    watched.listed_wrongly = sorted(listed - broken)


def queued(*, hanging: bool) -> float:
    """Seconds until a worker has done all sources but the one that hangs, if one does."""
    with tempfile.TemporaryDirectory(prefix="hub-twenty-") as name, ExitStack() as stack:
        hub = Hub(Path(name))
        hub.run("init")
        for number in range(SOURCES - 1):
            address = stack.enter_context(oai_source(EACH + number, 50, "--delay", "0.1"))
            hub.run("source", "add", f"s{number + 1:02}", "oai-pmh", address)
        if hanging:
            hub.run("source", "add", "s00", "oai-pmh", stack.enter_context(silent()))  # the first in the queue
        hub.run("harvest", "--all", "--enqueue")
        began = time.monotonic()
        worker = hub.start("worker")
        try:
            while not all(state == "succeeded" for name, state in states(hub).items() if name != "s00"):
                assert worker.poll() is None, "the worker ended"
                time.sleep(0.1)
            return time.monotonic() - began
        finally:
            worker.terminate()
            worker.wait()


def states(hub: Hub) -> Mapping[str, str]:
    """Source -> state of its run."""
    with closing(sqlite3.connect(f"file:{hub.folder / 'hub.db'}?mode=ro", uri=True)) as database:
        return dict(database.execute("SELECT source.name, run.state FROM run JOIN source ON source.id = run.source_id").fetchall())


@contextmanager
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/oai"


if __name__ == "__main__":
    sys.exit(main())
