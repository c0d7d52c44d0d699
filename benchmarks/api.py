"""What the API adds to a search: `python -m benchmarks.api [--resources N] [--keep FOLDER]`.

Each question is asked in one process, in turn and the best of several: of the service that the site's page stands on (`finding.find` with
all its facets, no page made of it), and over the API with its default answer, twenty resources in full as JSON. The index alone, without
facets, is timed too: it says how much of an answer is search.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs

from flask import Flask

from benchmarks.addresses import MIXED, pages
from benchmarks.claims import Claim, conclude, percentile
from benchmarks.hub_process import Hub
from benchmarks.pages import fill
from config import from_env
from hub.app import create_app
from hub.db import db
from hub.services import finding, phrasing, querying

TRIES, QUESTIONS = 5, 100
ADDS = 5.0  # ms


def main() -> int:
    """Fill, ask, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=10_000, help="in the catalogue (default 10,000)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="make the catalogue here, or use the one that is here")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-api-") as name:
        hub = Hub(chosen.keep or Path(name))
        fill(hub, chosen.resources)
        asked = [path.partition("?")[2] for path in pages(hub)[MIXED] if "&page=" not in path][:QUESTIONS]
        app = create_app(from_env({**hub.environment, "HUB_API_RATE": "900000000/second"}))
        measured = measure(app, asked)
    adds = measured["api, p95"] - measured["service, p95"]
    claim = Claim(what="search over the API, p95, less that of the service without a page", measured=adds, unit="ms", at_most=ADDS)
    whole = {"benchmark": "api", "resources": chosen.resources, "ms": {name: round(value, 2) for name, value in measured.items()}}
    if not chosen.json:
        print(whole["ms"])
    return conclude(whole, [claim], as_json=chosen.json)


def measure(app: Flask, asked: list[str]) -> dict[str, float]:
    """Middle and p95 of each way to ask, in ms."""
    client, index, today = app.test_client(), app.extensions["hub"].index, datetime.now(UTC).date()
    times: dict[str, list[float]] = {"index alone": [], "service": [], "api": []}
    for question in asked:
        ask = phrasing.read(parse_qs(question))
        with app.app_context():
            session = db.session()
            parsed = querying.read(session, ask, limit=finding.PAGE).query
            ways: dict[str, Callable[[], object]] = {
                "index alone": lambda parsed=parsed: index.find(parsed),
                "service": lambda ask=ask, session=session: finding.find(session, index, ask, language="en", today=today),
            }
            for name, way in ways.items():
                times[name].append(best(way))
        times["api"].append(best(lambda question=question: client.get(f"/api/v1/search?{question}").get_data()))
    middle = {f"{name}, p50": percentile(values, 50) for name, values in times.items()}
    return {**middle, **{f"{name}, p95": percentile(values, 95) for name, values in times.items()}}


def best(work: Callable[[], object]) -> float:
    """The shortest of several, in ms."""
    found = []
    for _ in range(TRIES):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return 1000 * min(found)


if __name__ == "__main__":
    raise SystemExit(main())
