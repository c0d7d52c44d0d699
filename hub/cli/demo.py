"""The demo sources: served on loopback in real formats, and harvested over HTTP as any source is."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from hub.db import Session
from hub.services import acting, allying, cataloguing, founding, governing, joining, mustering, running, sourcing
from hub.services.founding import Facts

ROOT = Path(__file__).parents[2]
LISTED = ROOT / "demo" / "sources.toml"
INSTITUTIONS = ROOT / "demo" / "institutions.toml"


@contextmanager
def served(session: Session) -> Iterator[str]:
    """Serve the demo sources while the block runs, and give the `host:port` that may be harvested; empty without demo files.

    The port may be another one each time: the addresses of the demo sources in the database follow it.
    """
    if not LISTED.exists():
        yield ""
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.server", "--port", "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert process.stdout is not None
        place = urlsplit(process.stdout.readline().strip()).netloc
        for source in sourcing.every(session):
            if source.facts.get("demo") and urlsplit(source.url).netloc != place:
                source.url = urlunsplit(urlsplit(source.url)._replace(netloc=place))
                running.forget_checkpoints(session, source.id)
        session.commit()
        yield place
    finally:
        process.terminate()
        process.wait()


def wanted(session: Session, place: str) -> list[int]:
    """Ids of the demo sources still to harvest: all of them, added now, when the hub is new; those that were broken off, later."""
    there = sourcing.every(session)
    if not place or any(not source.facts.get("demo") for source in there) or (not there and not cataloguing.is_empty(session)):
        return []
    names = {source.name for source in there}
    for entry in tomllib.loads(LISTED.read_text(encoding="utf-8"))["source"]:
        if entry["name"] not in names:
            url = f"http://{place}{entry['path']}"
            sourcing.add(session, entry["name"], entry["kind"], url, title=entry["title"], options=entry.get("options", {}), demo=True)
    session.commit()
    left = [source.id for source in sourcing.every(session) if source.facts.get("demo") and source.complete_at is None]
    session.rollback()
    return left


def found_institutions(session: Session) -> int:
    """The demo's institutions with their partnerships, looked after by the hub's first admin; 0 where there are institutions or no such
    admin. The caller commits.
    """
    admin = joining.by_email(session, joining.ADMIN)
    if admin is None or not INSTITUTIONS.exists() or mustering.listed(session, state="all", limit=1).total:
        return 0
    who, made = acting.viewer(session, admin), []
    for entry in tomllib.loads(INSTITUTIONS.read_text(encoding="utf-8"))["institution"]:
        facts = Facts(**{name: text for name, text in entry.items() if name != "names"})
        made.append(founding.found(session, who.actor, facts, admin_id=admin.id, verified=True))
        for name in entry["names"]:
            governing.claim(session, who, made[-1], name)
    who = acting.viewer(session, admin)
    for asking, asked in ((made[0], made[1]), (made[1], made[0]), (made[2], made[0])):  # who asks the one that has asked is its partner
        allying.request(session, who, asking, asked, "")
    return len(made)
