"""How fast the site answers, and in how much memory: `python -m benchmarks.pages [--resources N]`.

A catalogue of made-up courses (`benchmarks.made_courses`), brought in by `hub.services.receiving` as a harvest brings it, is served by
the real `hub serve` with two processes and asked over HTTP by as many clients at a time as `--clients` says. The page's own share is
the time of a search page, asked alone, less the time of `index.find` for the same question; both are the best of seven, so that other
work on the machine counts little. `--keep FOLDER` keeps the catalogue for the next run.
"""

from __future__ import annotations

import argparse
import http.client
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from benchmarks.addresses import MIXED, labels, narrowed, pages, search_path
from benchmarks.claims import Claim, conclude, percentile
from benchmarks.hub_process import Hub, cpu, family, memory
from benchmarks.made_courses import courses
from hub.db import now
from hub.models import Run, Source
from hub.models.resource import Resource
from hub.services import cataloguing, classifying, finding, receiving
from search import query
from search.opening import open_index

BATCH = 200  # records received in one transaction
OWN = 25.0  # ms that a search page may add to its search
RESIDENT = 350.0  # MB of a web process
START = 2.0  # seconds
TRIES = 7
STARTS = 3
BUSY, PAGE = 20, 50.0  # clients at a time; ms in which a search page is then there


def main() -> int:
    """Fill, serve, ask, say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=10_000, help="how many (default 10,000)")
    parser.add_argument("--clients", type=int, nargs="*", default=[1, 8, 20], help="at a time (default 1 8 20)")
    parser.add_argument("--requests", type=int, default=120, help="of each kind of page, for each number of clients (default 120)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the catalogue here, or use the one that is here")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-benchmark-") as name:
        hub = Hub(chosen.keep or Path(name))
        filled = fill(hub, chosen.resources)
        paths = pages(hub)
        starts = [start_up(hub) for _ in range(STARTS)]
        resident = Resident()
        with served(hub) as (port, process):
            answers: dict[str, dict[int, dict[str, float]]] = {}
            for kind, some in paths.items():
                many = max(chosen.requests, len(some)) if kind == MIXED else chosen.requests
                answers[kind] = {clients: ask(port, process.pid, some, clients, many) for clients in chosen.clients}
                resident.look(process.pid)
                print(f"{kind}: {answers[kind]}", file=sys.stderr)
            share = own_share(hub, port)
            resident.look(process.pid)
    measured = {
        "benchmark": "pages", "resources": chosen.resources, "filled_per_second": filled, "start_seconds": [round(s, 2) for s in starts],
        "pages": answers, "own_share_ms": share, "resident_mb": resident.as_json(),
    }  # fmt: skip
    if not chosen.json:
        show(measured)
    busy = answers[MIXED].get(BUSY)
    claims = [
        *([Claim(what=f"search pages of {BUSY} clients at a time, p95", measured=busy["p95_ms"], unit="ms", at_most=PAGE)] if busy else []),
        Claim(what="search page less its search, p95", measured=share["p95"], unit="ms", at_most=OWN),
        Claim(
            what=f"resident memory of a web process at {chosen.resources:,} resources", measured=resident.most, unit="MB", at_most=RESIDENT
        ),
        Claim(what=f"`hub serve` to its first page, best of {STARTS}", measured=min(starts), unit="s", at_most=START),
    ]
    return conclude(measured, claims, as_json=chosen.json)


class Resident:
    """The most that one web process held, after each kind of page: all of it, and the part that is not the mapped index."""

    def __init__(self) -> None:
        self.most, self.private = 0.0, 0.0

    def look(self, pid: int) -> None:
        """Look at all processes of the server."""
        for one in family(pid):
            self.most, self.private = max(self.most, memory(one, "VmRSS")), max(self.private, memory(one, "RssAnon"))

    def as_json(self) -> dict[str, int]:
        """In MB."""
        return {"all": round(self.most), "private": round(self.private)}


def fill(hub: Hub, number: int) -> int | None:
    """Make the catalogue and its index; answers records a second, None when it was there."""
    hub.run("init")
    with Session(create_engine(f"sqlite:///{hub.folder / 'hub.db'}")) as session:
        if there := session.scalar(select(func.count()).select_from(Resource)):
            assert there == number, f"the catalogue that was kept has {there} resources, not {number}"
            return None
        began = time.perf_counter()
        receive(session, number)
        hub.run("index", "rebuild")
        return round(number / (time.perf_counter() - began))


def receive(session: Session, number: int) -> None:
    """As a run does: a page at a time, each in one transaction."""
    source = Source(name="made", title="Made-up courses", kind="csv", url="https://made.example/list", created_at=now())
    session.add(source)
    session.flush()
    run = Run(source_id=source.id, state="succeeded", created_at=now(), started_at=now(), finished_at=now(), full=True)
    session.add(run)
    session.commit()
    run_id, facts, classifier = run.id, cataloguing.facts(source), classifying.load(session)
    records = courses(number, {language: labels(session, language) for language in ("en", "zh-Hans")})
    while page := list(islice(records, BATCH)):
        receiving.receive(session, facts, run_id, page, classifier=classifier)
        session.commit()


@contextmanager
def served(hub: Hub) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`hub serve` on a free port, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = hub.start("serve", "--port", str(port), "--workers", "2")
    try:
        while process.poll() is None:
            try:
                get(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/")
                break
            except ConnectionRefusedError:
                time.sleep(0.01)
        assert process.poll() is None, f"`hub serve` ended with status {process.returncode}"
        yield port, process
    finally:
        process.terminate()
        process.wait()


def start_up(hub: Hub) -> float:
    """Seconds from the command to its first page."""
    began = time.perf_counter()
    with served(hub):
        return time.perf_counter() - began


def get(connection: http.client.HTTPConnection, path: str) -> float:
    """Ask for a page; answers seconds. A page that is not there is a mistake of the benchmark."""
    began = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise AssertionError(f"{path} was answered {answer.status}")
    return time.perf_counter() - began


def ask(port: int, server: int, paths: Sequence[str], clients: int, requests: int) -> dict[str, float]:
    """So many requests by so many clients, each with a connection of its own; and what CPU they cost the server."""
    own = threading.local()

    def one(path: str) -> float:
        if not hasattr(own, "connection"):
            own.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        return get(own.connection, path)

    asked = [paths[n % len(paths)] for n in range(requests)]
    with ThreadPoolExecutor(clients) as pool:
        began, used = time.perf_counter(), cpu(server)
        seconds = list(pool.map(one, asked))
        took, used = time.perf_counter() - began, cpu(server) - used
    return {
        "per_second": round(requests / took, 1),
        "cpu_ms": round(1000 * used / requests, 1),
        "p50_ms": round(1000 * statistics.median(seconds), 1),
        "p95_ms": round(1000 * percentile(seconds, 95), 1),
    }


def own_share(hub: Hub, port: int) -> dict[str, float]:
    """What search pages add to their searches, in ms: the middle of several questions, and near the worst."""
    index = open_index(f"whoosh:{hub.folder / 'index'}")
    adds, pages, searches = [], [], []
    for question in [
        ("data", {}),
        ("live commerce", {}),
        ("", {}),
        ("支付", {}),
        ("直播电商", {}),
        *narrowed(random.Random(5), ["payment"] * 8),
    ]:
        words, filters = question
        asked = finding.Ask(words=words, filters=filters)
        parsed = query.parse(
            words, filters=asked.narrowed, sort="relevance" if words else "newest", limit=finding.PAGE, facets=finding.ASKED
        )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)  # the server hangs up on those that wait
        page = min(get(connection, search_path(question)) for _ in range(TRIES))
        search = min(timed(lambda parsed=parsed: index.find(parsed)) for _ in range(TRIES))
        pages.append(1000 * page)
        searches.append(1000 * search)
        adds.append(1000 * (page - search))
    index.close()
    found = {
        "p50": statistics.median(adds),
        "p95": percentile(adds, 95),
        "page": statistics.median(pages),
        "search": statistics.median(searches),
    }
    return {name: round(value, 2) for name, value in found.items()}


def timed(work: object) -> float:
    """Seconds."""
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


def show(measured: Mapping[str, object]) -> None:
    """As a person reads it."""
    filled = measured["filled_per_second"]
    print(f"{measured['resources']:,} resources" + (f", brought in and indexed at {filled:,} a second" if filled else ""))
    for kind, by_clients in measured["pages"].items():  # type: ignore[attr-defined]
        for clients, row in by_clients.items():
            print(
                f"  {kind:18} {clients:3} at a time: {row['per_second']:7.1f}/s   p50 {row['p50_ms']:7.1f} ms   p95 {row['p95_ms']:7.1f} ms"
                f"   {row['cpu_ms']:5.1f} ms of the server's CPU"
            )
    share = measured["own_share_ms"]
    print(f"  a search page {share['page']} ms, its search alone {share['search']} ms, the page adds {share['p50']} (p95 {share['p95']})")  # type: ignore[index]
    resident = measured["resident_mb"]
    print(
        f"  a web process: {resident['all']} MB resident at most, {resident['private']} MB private; start-up: {measured['start_seconds']} s"
    )  # type: ignore[index]


if __name__ == "__main__":
    sys.exit(main())
