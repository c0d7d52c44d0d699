"""Harvest the hub over OAI-PMH, all of it: how many records leave in a second, and whether memory grows on the way.

python -m benchmarks.oai [--resources 100000] [--keep FOLDER] [--prefix oai_dc] [--json]
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from benchmarks.claims import Claim, conclude
from benchmarks.hub_process import Hub, family, memory
from benchmarks.pages import receive, served
from hub.models import Resource

RATE = 5_000  # records a second
GROWTH = 1.1  # memory at the end of that at a tenth
RECORD = re.compile(rb"<record>")
TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)<")
Ask = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Harvest:
    """One complete harvest."""

    records: int
    pages: int
    seconds: float
    megabytes: float
    slowest: float  # seconds of a page
    early: float  # MB of memory at a tenth, and at the end
    late: float
    cpu: float  # seconds of the processes that answered

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds


def main() -> int:
    """Make a hub, serve it, harvest it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="a folder for the catalogue, to be used again")
    parser.add_argument("--prefix", default="oai_dc", choices=("oai_dc", "lom", "oai_lrmi"))
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found: dict[str, Harvest] = {}
    with folder(chosen.keep) as where:
        hub = Hub(where)
        fill(hub, chosen.resources)
        with served(hub) as (port, process):
            for packed in (True, False):
                found["gzip" if packed else "plain"] = harvest(over_http(port, packed=packed), chosen.prefix, chosen.resources, process.pid)
        found["without a server"] = harvest(in_process(hub), chosen.prefix, chosen.resources, None)
    for name, one in found.items():
        print(
            f"{name}: {one.records} records in {one.seconds:.1f} s, {one.rate:.0f}/s ({one.rate / RATE:.2f} of {RATE}), {one.pages} pages, "
            f"slowest {one.slowest * 1000:.0f} ms, {one.megabytes:.0f} MB, memory {one.early:.0f} -> {one.late:.0f} MB, "
            f"{one.records / one.cpu:.0f} a second of the server's CPU",
            file=sys.stderr,
        )
    packed = found["gzip"]
    claims = [
        Claim(what="records that left of those that there are", measured=packed.records / chosen.resources, at_least=1),
        Claim(what="memory of the largest process at the end, of that at a tenth", measured=packed.late / packed.early, at_most=GROWTH),
    ]
    if chosen.prefix == "oai_dc":
        claims.append(Claim(what="records a second, compressed, over HTTP", measured=packed.rate, unit="/s", at_least=RATE))
    measured = {
        "benchmark": "oai", "prefix": chosen.prefix, "per_second": {name: round(one.rate) for name, one in found.items()},
        "per_cpu_second": {name: round(one.records / one.cpu) for name, one in found.items()},
    }  # fmt: skip
    return conclude(measured, claims, as_json=chosen.json)


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    """Where the hub is: a folder that stays, or one that goes."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def fill(hub: Hub, number: int) -> None:
    """The catalogue, without its index: no harvester asks it."""
    hub.run("init")
    with Session(create_engine(f"sqlite:///{hub.folder / 'hub.db'}")) as session:
        there = session.scalar(select(func.count()).select_from(Resource))
        if not there:
            receive(session, number)
        elif there != number:
            raise SystemExit(f"the catalogue that was kept has {there} resources, not {number}")


def over_http(port: int, *, packed: bool) -> Ask:
    """A connection that is kept, as harvesters keep it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(path: str) -> bytes:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip" if packed else "identity"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, answer.status
        return gzip.decompress(body) if packed else body

    return ask


def in_process(hub: Hub) -> Ask:
    """The application alone: no server, no compression."""
    from config import from_env
    from hub.app import create_app

    client = create_app({**from_env(hub.environment), "TESTING": True}).test_client()
    return lambda path: client.get(path).data


def harvest(ask: Ask, prefix: str, number: int, pid: int | None) -> Harvest:
    """Page by page until the token is empty; nothing is parsed but the token."""
    path = f"/oai?verb=ListRecords&metadataPrefix={prefix}"
    records, pages, size, slowest, early, late = 0, 0, 0, 0.0, 0.0, 0.0
    began, busy = time.perf_counter(), spent(pid)
    while path:
        asked = time.perf_counter()
        body = ask(path)
        slowest = max(slowest, time.perf_counter() - asked)
        records, pages, size = records + len(RECORD.findall(body)), pages + 1, size + len(body)
        token = TOKEN.search(body)
        path = f"/oai?verb=ListRecords&resumptionToken={quote(token[1].decode())}" if token else ""
        if pid is not None and ((not early and records >= number / 10) or not path):
            late = max(memory(one, "VmHWM") for one in family(pid))
            early = early or late
    return Harvest(records, pages, time.perf_counter() - began, size / 1e6, slowest, early, late, spent(pid) - busy)


def spent(pid: int | None) -> float:
    """Seconds of CPU of a process and its descendants, or of this one."""
    if pid is None:
        return time.process_time()
    ticks = 0
    for one in family(pid):
        after_name = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(after_name[11]) + int(after_name[12])  # utime and stime (proc(5))
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
