"""Hostile programs at the real API: `python -m benchmarks.api_fuzz [--minutes N] [--seed N] [--resources N]`.

Every operation of the served OpenAPI document is asked with made-up requests, right ones and wrong ones, with an admin's token of all
scopes, in the process itself. None may end in a 500, and every answer must be one that the document names, in the form that it gives.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from benchmarks.claims import Claim, conclude
from benchmarks.hub_process import Hub
from benchmarks.pages import fill
from config import from_env
from hub.app import create_app
from hub.db import db
from hub.services import joining, tokening
from hub.web import allowances

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EACH = 25  # requests of one operation in one round
ENOUGH = 20  # different faults, then it ends


@dataclass(slots=True)
class Found:
    """What came of the requests."""

    states: Counter[int] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    operations: set[str] = field(default_factory=set)


def main() -> int:
    """Fill, ask, say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0, help="at most (default 1)")
    parser.add_argument("--resources", type=int, default=300, help="in the catalogue (default 300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-api-fuzz-") as name:
        hub = Hub(Path(name))
        fill(hub, chosen.resources)
        app = create_app(
            {**from_env({**hub.environment, "HUB_API_RATE": "1000000/second"}), "TESTING": True, "PROPAGATE_EXCEPTIONS": False}
        )
        began = time.monotonic()
        found = attack(app, token_of(app), until=began + 60 * chosen.minutes, start=chosen.seed)
    measured = {
        "benchmark": "api_fuzz", "resources": chosen.resources, "seed": chosen.seed, "requests": found.states.total(),
        "states": dict(found.states), "operations": len(found.operations), "faults": found.faults,
    }  # fmt: skip
    return conclude(measured, [Claim(what="requests that end badly", measured=len(found.faults), at_most=0)], as_json=chosen.json)


def token_of(app: Flask) -> str:
    """A token of an admin, for everything."""
    with app.app_context():
        session = db.session()
        person = joining.add(session, "fuzz@example.org", "correct horse battery", admin=True)
        _kept, text = tokening.issue(session, person, name="fuzz", scopes=tokening.SCOPES, days=1)
        session.commit()
        db.session.remove()
    return text


def attack(app: Flask, token: str, *, until: float, start: int = 1, each: int = EACH, rounds: int | None = None) -> Found:
    """Round after round until the time is over: every operation, with what may be and with what may not."""
    allowances.register(app)  # as the settings say now
    load_all_checks()
    schema: Any = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    found = Found()
    operations = [result.ok() for result in schema.get_all_operations()]
    for turn in count() if rounds is None else range(rounds):
        known = dict(names(app))
        for operation in operations:
            for mode in GenerationMode:
                if time.monotonic() > until or len(found.faults) >= ENOUGH:
                    return found
                ask(operation, mode, token, known if turn % 2 == 0 else {}, found, start + turn, each)
    return found


def names(app: Flask) -> Iterator[tuple[str, str]]:
    """Ids of things that there are, so that more is asked than what there is not."""
    client = app.test_client()
    keys = {
        "search": "id",
        "topics": "notation",
        "providers": "slug",
        "institutions": "slug",
        "shelves": "id",
        "adoptions": "id",
        "sources": "name",
    }
    for kind, key in keys.items():
        for one in (client.get(f"/api/v1/{kind}").json or {}).get("items", ())[:5]:
            yield f"/{kind.replace('search', 'resources')}/", str(one[key])


def ask(operation: Any, mode: GenerationMode, token: str, known: Mapping[str, str], found: Found, start: int, each: int) -> None:
    """Some requests of one operation; the first fault of each is kept."""
    place = next((value for prefix, value in known.items() if operation.path.startswith(prefix + "{")), None)
    first = operation.path.partition("{")[2].partition("}")[0]
    fixed = {first: place} if place is not None and operation.path.count("{") == 1 else None
    try:
        strategy = operation.as_strategy(generation_mode=mode, **({"path_parameters": fixed} if fixed else {}))
    except Exception as error:  # nothing wrong can be made for an operation without parameters
        if mode is GenerationMode.NEGATIVE:
            return
        raise AssertionError(operation.label) from error

    @seed(start)
    @settings(max_examples=each, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def one(case: Any) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})
        found.states[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    try:
        one()
    except FailureGroup as group:
        found.faults += [f"{operation.label}: {type(failure).__name__}: {failure}" for failure in group.exceptions]
    except Exception as error:
        if "Unsatisfiable" not in type(error).__name__:
            found.faults.append(f"{operation.label}: {type(error).__name__}: {error}")
    found.operations.add(operation.label)


if __name__ == "__main__":
    raise SystemExit(main())
