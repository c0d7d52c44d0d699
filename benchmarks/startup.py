"""How long the hub takes to begin: `python -m benchmarks.startup`.

Each is started several times in a process of its own; the best counts (other work on the machine can only add), the CPU time is beside
it. The hub is new and empty; `benchmarks.pages` measures the start of `hub serve` with a large catalogue.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.claims import Claim, conclude
from benchmarks.hub_process import ROOT, Hub, command
from benchmarks.pages import start_up

HELP, IMPORT, SERVE = 0.5, 1.5, 2.0  # seconds
SHOWN = 12  # of the packages that take longest
LINE = re.compile(r"import time: +(\d+) \| +(\d+) \| ( *)(\S+)")


@dataclass(frozen=True, slots=True)
class Start:
    """The best of several starts: seconds, and seconds of CPU."""

    seconds: float
    cpu: float


def main() -> int:
    """Start, and say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5, help="how often each is started (default 5)")
    parser.add_argument("--imports", action="store_true", help="also list the packages whose import takes longest")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-benchmark-") as name:
        hub = Hub(Path(name))
        hub.run("init")
        importing = [sys.executable, "-c", "import wsgi"]
        starts = {
            "hub --help": started(hub, command("--help"), chosen.times),
            "import wsgi": started(hub, importing, chosen.times),
            "hub source list": started(hub, command("source", "list"), chosen.times),
        }
        serve = min(start_up(hub) for _ in range(chosen.times))
        slowest = packages(hub) if chosen.imports else {}
    if not chosen.json:
        show(starts, serve, slowest)
    claims = [
        Claim(what="hub --help", measured=starts["hub --help"].seconds, unit="s", at_most=HELP),
        Claim(what="import wsgi", measured=starts["import wsgi"].seconds, unit="s", at_most=IMPORT),
        Claim(what="hub serve to its first page", measured=serve, unit="s", at_most=SERVE),
    ]
    rows = {what: {"seconds": round(start.seconds, 3), "cpu_seconds": round(start.cpu, 3)} for what, start in starts.items()}
    return conclude({"benchmark": "startup", "starts": rows, "slowest_imports_ms": slowest}, claims, as_json=chosen.json)


def started(hub: Hub, words: Sequence[str], times: int) -> Start:
    """One command, again and again."""
    seconds, cpu = [], []
    for _ in range(times):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(words, env=hub.environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return Start(min(seconds), min(cpu))


def packages(hub: Hub) -> dict[str, int]:
    """Top-level package -> ms that its own modules take, as `-X importtime` tells; the longest first."""
    words = [sys.executable, "-X", "importtime", "-c", "import wsgi"]
    told = subprocess.run(words, env=hub.environment, cwd=ROOT, check=True, capture_output=True, text=True)
    spent: dict[str, int] = {}
    for own, _, _, module in LINE.findall(told.stderr):
        package = module.partition(".")[0]
        spent[package] = spent.get(package, 0) + int(own)
    longest = sorted(spent.items(), key=lambda pair: -pair[1])[:SHOWN]
    return {package: round(microseconds / 1000) for package, microseconds in longest}


def show(starts: dict[str, Start], serve: float, slowest: dict[str, int]) -> None:
    """As a person reads it."""
    for what, start in starts.items():
        print(f"  {what:18} {start.seconds:5.2f} s   {start.cpu:5.2f} s of CPU")
    print(f"  {'hub serve':18} {serve:5.2f} s to its first page")
    for package, spent in slowest.items():
        print(f"    {package:24} {spent:5} ms of import")


if __name__ == "__main__":
    sys.exit(main())
