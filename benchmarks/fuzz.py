"""Hostile questions to the real site: `python -m benchmarks.fuzz [--minutes N] [--resources N] [--requests N]`.

A catalogue of made-up courses is served by the real `hub serve`, one question after the other is asked over HTTP, and every answer must
be a page or a friendly refusal, in time, from processes that live. `--seed` repeats a run; `--keep FOLDER` keeps the catalogue for the next one.
"""

from __future__ import annotations

import argparse
import http.client
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from benchmarks.claims import Claim, conclude, percentile
from benchmarks.hostile_questions import addresses
from benchmarks.hub_process import Hub, family
from benchmarks.pages import fill, served

FRIENDLY = {200, 302, 303, 400, 404, 414}
SLOWEST = 300.0  # ms
SHOWN = 5
AGAIN = 7  # a slow question is asked again before it counts: the machine may have been busy


@dataclass(slots=True)
class Found:
    """What came of the questions."""

    seconds: list[float] = field(default_factory=list)
    states: Counter[int] = field(default_factory=Counter)
    slow: list[tuple[float, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def main() -> int:
    """Fill, serve, ask, say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0, help="at most (default 1)")
    parser.add_argument("--requests", type=int, default=100_000, help="at most (default 100,000)")
    parser.add_argument("--resources", type=int, default=5_000, help="in the catalogue (default 5,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the catalogue here, or use the one that is here")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-fuzz-") as name:
        hub = Hub(chosen.keep or Path(name))
        fill(hub, chosen.resources)
        with served(hub) as (port, process):
            before = set(family(process.pid))
            found = attack(port, chosen.seed, chosen.requests, time.monotonic() + 60 * chosen.minutes)
            died = len(before - set(family(process.pid)))
    slowest = sorted(found.slow, reverse=True)[:SHOWN]
    measured = {
        "benchmark": "fuzz", "resources": chosen.resources, "seed": chosen.seed,
        "requests": len(found.seconds), "states": dict(found.states),
        "p50_ms": round(1000 * percentile(found.seconds, 50), 1), "p99_ms": round(1000 * percentile(found.seconds, 99), 1),
        "slowest": [{"ms": round(1000 * seconds), "address": address} for seconds, address in slowest], "faults": found.faults,
    }  # fmt: skip
    if not chosen.json:
        show(measured)
    claims = [
        Claim(what="questions without a friendly answer", measured=len(found.faults), at_most=0),
        Claim(what="processes that ended", measured=died, at_most=0),
        Claim(what=f"slowest answer, best of {AGAIN}", measured=1000 * slowest[0][0], unit="ms", at_most=SLOWEST),
    ]
    return conclude(measured, claims, as_json=chosen.json)


def attack(port: int, seed: int, most: int, until: float) -> Found:
    """Ask until it is enough."""
    found = Found()
    ask(port, "/search?q=data")  # the first question of a process loads what the others find loaded
    for address in islice(addresses(seed), most):
        if time.monotonic() > until:
            break
        state, seconds = ask(port, address)
        found.states[state] += 1
        found.seconds.append(seconds)
        if state not in FRIENDLY:
            found.faults.append(f"{state} {address}")
        best = seconds
        for _ in range(AGAIN - 1):
            if 1000 * best > SLOWEST:
                best = min(best, ask(port, address)[1])
        found.slow = sorted([*found.slow, (best, address)], reverse=True)[:SHOWN]
    return found


def ask(port: int, address: str) -> tuple[int, float]:
    """Status (0: no answer) and seconds."""
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.perf_counter() - began
    except (OSError, http.client.HTTPException):
        return 0, time.perf_counter() - began
    finally:
        connection.close()


def show(measured: dict[str, object]) -> None:
    """The slowest and the faulty, so that they can be asked again."""
    print({name: value for name, value in measured.items() if name not in ("slowest", "faults")})
    for row in measured["slowest"]:  # type: ignore[attr-defined]
        print(f"{row['ms']} ms  {row['address'][:400]}")
    for fault in measured["faults"][:20]:  # type: ignore[index]
        print(f"FAULT {fault[:400]}")


if __name__ == "__main__":
    raise SystemExit(main())
