"""What a thousand kills cost: `python -m benchmarks.kills [--kills 1000] [--seed N] [--keep FOLDER]`.

A hub on SQLite in a folder of its own: site, worker, the process that keeps the index, harvests by hand, and care of the index (sync,
check, rebuild; replay and matching where there are such commands), all at once, over sources that change all the time. One process after
the other gets SIGKILL at a random instant and is started again. Then everything is let go on to its end, `hub check --repair` mends what
it finds, and identifiers, titles and states of sources, database and index are compared one by one. Exit status: 0 when nothing is lost
and nothing doubled, else 1. Traffic goes to 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from benchmarks.claims import Claim, conclude
from benchmarks.hub_process import Hub
from benchmarks.kills.changing import Changing, sources
from benchmarks.kills.comparing import broken_rules, differences
from benchmarks.kills.crew import Crew

SHOWN = 5  # names of what is wrong
TAKEN_UP = 120  # seconds until runs of the dead must have ended


def main() -> int:
    """Kill, let it end, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000, help="how many (default 1,000)")
    parser.add_argument(
        "--every",
        type=float,
        default=0.7,
        metavar="SECONDS",
        help="between two kills, on average (default 0.7; more where commands start slowly)",
    )
    parser.add_argument("--records", type=int, default=1500, help="of each repository (default 1,500)")
    parser.add_argument("--page", type=int, default=50, help="records of one answer (default 50)")
    parser.add_argument("--seed", type=int, default=1, help="of the choices (the instants are the machine's all the same)")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the hub and its log here")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    os.environ.setdefault("HUB_MEANING", "off")  # meanings would take both cores, and are no part of this
    with tempfile.TemporaryDirectory(prefix="hub-kills-") as name, sources(chosen.records, chosen.page) as served:
        folder = Path(chosen.keep or name)
        hub = Hub(folder / "data")
        hub.run("init")
        every = max(chosen.every, start_up(hub) / 2)
        for source in served:
            hub.run("source", "add", source.name, source.kind, source.url)
        crew = Crew(hub, random.Random(chosen.seed), folder / "log")
        began = time.monotonic()
        try:
            kill_on(crew, served, chosen.kills, every)
            seconds = time.monotonic() - began
            for source in served:
                source.calm()
            waited = wait_for_runs(crew)
        finally:
            crew.end()
        faults = settle(hub, served)
    return report(crew, faults, seconds=seconds, waited=waited, as_json=chosen.json)


def start_up(hub: Hub) -> float:
    """Seconds that a command takes to begin here and now: killed sooner, again and again, nobody would come to work."""
    began = time.monotonic()
    hub.run("source", "list")
    return time.monotonic() - began


def kill_on(crew: Crew, served: list[Changing], kills: int, every: float) -> None:
    """So many kills, while sources change and somebody visits."""
    over = threading.Event()
    visits = threading.Thread(target=visit, args=(crew.port, over), daemon=True)
    visits.start()
    crew.fill()
    time.sleep(2)
    while crew.killed.total() < kills:
        time.sleep(crew.chance.uniform(0, 2 * every))
        if crew.chance.random() < 0.3:
            crew.chance.choice(served).change(crew.chance)
        crew.kill()
        crew.fill()
        if sys.stderr.isatty() or crew.killed.total() % 50 == 0:
            print(f"\r{crew.killed.total()} kills ", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
    over.set()
    visits.join()


def visit(port: int, over: threading.Event) -> None:
    """Look at pages all the time; whether anybody answers does not matter here."""
    pages = ("/", "/search?q=live+commerce", "/search?q=parcels", "/topics", "/suggest?q=liv")
    turn = 0
    while not over.wait(0.05):
        turn += 1
        with (
            contextlib.suppress(OSError, ValueError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}{pages[turn % len(pages)]}", timeout=5) as a,
        ):
            a.read()


def wait_for_runs(crew: Crew) -> float:
    """Seconds until no run is at work any more: the worker must take up what the dead left, by itself."""
    began = time.monotonic()
    while time.monotonic() - began < TAKEN_UP:
        crew.fill(("worker",))
        runs = json.loads(crew.hub.run("run", "status", "--json"))
        if not any(run["state"] in ("queued", "running", "interrupted") for run in runs):
            break
        time.sleep(1)
    return time.monotonic() - began


def settle(hub: Hub, served: list[Changing]) -> dict[str, list[str]]:
    """One more harvest of each source (of what has changed, where it can tell), repair, comparison."""
    faults: dict[str, list[str]] = {}
    try:
        hub.run("harvest", "--all")
        hub.run("check", "--repair")
    except subprocess.CalledProcessError as error:
        faults["a command that must succeed"] = [f"{' '.join(error.cmd[3:])}: status {error.returncode}\n{error.stdout}"]
    for source in served:
        faults |= differences(hub, source)
    return faults | broken_rules(hub.folder / "hub.db")


def report(crew: Crew, faults: dict[str, list[str]], *, seconds: float, waited: float, as_json: bool) -> int:
    """A table, and the exit status."""
    found = {fault: names for fault, names in faults.items() if names}
    if not as_json:
        print("\nkilled")
        for name, times in sorted(crew.killed.items()):
            print(f"  {times:5}  {name}")
        print("ended by themselves (exit status)")
        for name, times in sorted(crew.ended.items()):
            print(f"  {times:5}  {name}")
        print(f"{seconds / max(1, crew.killed.total()):.2f} s a kill; the last run of the dead was done {waited:.0f} s after the last kill")
        for fault, names in found.items():
            print(f"FAULT  {fault}: {len(names)}: {', '.join(names[:SHOWN])}")
    claims = [
        Claim(what="seconds until the runs of the dead had ended", measured=waited, at_most=TAKEN_UP),
        Claim(what=f"faults of {len(faults)} kinds after {crew.killed.total()} kills", measured=sum(map(len, found.values())), at_most=0),
    ]
    measured = {"benchmark": "kills", "seconds": round(seconds), "killed": dict(crew.killed), "ended": dict(crew.ended), "faults": found}
    return conclude(measured, claims, as_json=as_json)


if __name__ == "__main__":
    sys.exit(main())
