"""How fast pages are where many people work: `python -m benchmarks.people [--keep FOLDER]`.

Seeds a hub (`--seed-only` stops there) with 100,000 resources, 200 institutions, 20,000 people and 1,000,000 bookmarks, then asks the
real `hub serve` for every page that the URL map has, one request at a time: as a visitor, as the first student (who has more of everything
than anybody), as a teacher, curator and administrator of the largest institution, and as an admin of the hub. Server time is what the
answer's `Server-Timing` would be, less the loop: the whole request over loopback. The limit is for the 95th percentile of each page.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from benchmarks.claims import Claim, conclude, percentile
from benchmarks.community.filling import fill
from benchmarks.community.rows import PASSWORD, Made, Size
from benchmarks.hub_process import Hub
from benchmarks.pages import fill as fill_catalogue
from benchmarks.pages import served
from benchmarks.visits import addresses, application, everybody
from hub.db import count_for_the_planner
from hub.models import Bookmark
from hub.services import joining

LIMIT = 150.0  # ms of server time
ADMIN = "admin@hub.example"
TIMES = 20  # requests of each page by each role
FEWER = 3  # of a page that takes seconds
SLOW = 2.0  # seconds


def main() -> int:
    """Seed, serve, ask, say what holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--resources", type=int, default=100_000, help="how many (default 100,000)")
    parser.add_argument("--scale", type=float, default=1.0, help="of everything else (default 1)")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="seed here, or use what is here")
    parser.add_argument("--seed-only", action="store_true")
    parser.add_argument("--only", default="", help="pages whose rule has these words")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-benchmark-") as name:
        hub = Hub(chosen.keep or Path(name))
        made = seed(hub, chosen.resources, chosen.scale)
        if chosen.seed_only:
            print(f"seeded {hub.folder}: sign in as {ADMIN} or {', '.join(made.people.values())} with “{PASSWORD}”")
            return 0
        measured = ask_all(hub, made, chosen.only)
    worst = sorted(measured, key=lambda row: -float(row["p95_ms"]))
    if not chosen.json:
        for row in worst[:25]:
            print(f"{row['p95_ms']:8.1f} ms  {row['role']:8} {row['rule']}  ({row['slowest']})")
    over = [row for row in worst if float(row["p95_ms"]) > LIMIT]
    claims = [
        Claim(
            what=f"server time of the slowest of {len(measured)} pages, p95", measured=float(worst[0]["p95_ms"]), unit="ms", at_most=LIMIT
        ),
        Claim(what="pages over the limit", measured=len(over), at_most=0),
    ]
    return conclude({"benchmark": "people", "resources": chosen.resources, "pages": worst}, claims, as_json=chosen.json)


def scaled(scale: float) -> Size:
    """The usual size, times this."""
    usual = Size()
    return Size(**{name: max(8, round(getattr(usual, name) * scale)) for name in usual.__dataclass_fields__})


def seed(hub: Hub, resources: int, scale: float) -> Made:
    """Catalogue and community, unless they are there; and the index of both."""
    hub.folder.mkdir(parents=True, exist_ok=True)
    fill_catalogue(hub, resources)
    note = hub.folder / "community.json"
    if not note.exists():
        began = time.perf_counter()
        with Session(create_engine(f"sqlite:///{hub.folder / 'hub.db'}")) as session:
            joining.add(session, ADMIN, PASSWORD, name="Ada", admin=True)
            made = fill(session, scaled(scale))
            bookmarks = session.scalar(select(func.count()).select_from(Bookmark))
            count_for_the_planner(session)  # as a worker does each hour
        print(f"seeded people, {bookmarks:,} bookmarks among them, in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        note.write_text(json.dumps({"slug": made.slug, "people": made.people}))
        hub.run("index", "rebuild")
    return Made(**json.loads(note.read_text()))


def ask_all(hub: Hub, made: Made, only: str) -> list[dict[str, object]]:
    """Every page by everybody who may see it: rule, role, p95, and the slowest address."""
    rng, found = random.Random(7), []
    with Session(create_engine(f"sqlite:///{hub.folder / 'hub.db'}")) as session:
        visits = addresses(application(hub).url_map.iter_rules(), session, made)
    with served(hub) as (port, _):
        for role, email in everybody(made, ADMIN).items():
            visitor = Visitor(port, email)
            for rule in (rule for rule in visits if only in rule and wanted(rule, role, found)):
                if row := visitor.measure(rule, role, [rng.choice(visits[rule]) for _ in range(TIMES)]):
                    found.append(row)
                    print(f"{row['p95_ms']:8.1f} ms  {role:8} {rule}", file=sys.stderr)
    return found


def wanted(rule: str, role: str, found: Sequence[Mapping[str, object]]) -> bool:
    """Pages for admins of the hub by these alone; others by a visitor, a student and a teacher, and by whoever is the first to see them."""
    if rule.startswith("/admin/"):
        return role == "hub admin"
    return role in ("visitor", "student", "teacher") or all(row["rule"] != rule for row in found)


class Visitor:
    """A browser with cookies, signed in or not."""

    def __init__(self, port: int, email: str | None) -> None:
        self.connection, self.cookies = http.client.HTTPConnection("127.0.0.1", port, timeout=120), dict[str, str]()
        if email:
            token = re.search(r'name="csrf_token" value="([^"]+)"', self.ask("/login")[1].decode())
            assert token is not None
            status, _, _ = self.ask("/login", {"csrf_token": token[1], "email": email, "password": PASSWORD})
            assert status == 303, f"{email} could not sign in"

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> tuple[int, bytes, float]:
        """Status, body, seconds."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Host": "127.0.0.1"}
        body = urlencode(form) if form else None
        if form:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        self.connection.request("POST" if form else "GET", path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, time.perf_counter() - began

    def measure(self, rule: str, role: str, paths: Sequence[str]) -> dict[str, object] | None:
        """None where this visitor may not go; an answer of 500 is a mistake of the hub."""
        status, _, first = self.ask(paths[0])
        assert status < 500, f"{paths[0]} as {role}: {status}"
        if status not in (200, 410):
            return None
        took = [(self.ask(path)[2], path) for path in paths[: FEWER if first > SLOW else TIMES]]
        return {
            "rule": rule,
            "role": role,
            "p95_ms": round(1000 * percentile([t for t, _ in took], 95), 1),
            "slowest": max(took)[1],
        }


if __name__ == "__main__":
    sys.exit(main())
