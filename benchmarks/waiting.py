"""How long readers and small writes wait while the hub writes: `python -m benchmarks.waiting [--records 20000]`.

A repository on loopback that gives 1,000 records an answer is harvested into SQLite by the real `hub harvest`, while its second process
writes the index and a site process answers nobody. In this process, over SQLAlchemy sessions as the site has them: what a page reads (one
resource with its offerings, topics and records; a list; counts), and a small write (as when somebody signs in). Beside each the same is
done in a database of its own that nobody else writes: what that waits is the machine's doing, and is told too.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import create_engine, func, select, update
from sqlalchemy.orm import Session

from benchmarks.claims import Claim, conclude, percentile
from benchmarks.hub_process import Hub, oai_source
from hub.db import now
from hub.models import Assignment, Offering, Person, Resource, Run, SourceRecord

PAGE = 1_000
READERS, WRITERS = 0.2, 3.0  # seconds that hold; SQLite has no queue for writers, they look again after pauses
PAUSE = 0.005


def main() -> int:
    """Harvest, ask meanwhile, tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=20_000, help="of the source (default 20,000)")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    os.environ.setdefault("HUB_MEANING", "off")
    with tempfile.TemporaryDirectory(prefix="hub-waiting-") as name, oai_source(chosen.records, PAGE) as address:
        hub = Hub(Path(name))
        hub.run("init")
        hub.run("source", "add", "large", "oai-pmh", address)
        shutil.copy(hub.folder / "hub.db", hub.folder / "alone.db")
        times = ask(hub)
    claims = []
    for what, bound in (("read", READERS), ("write", WRITERS)):
        shared, alone = times[what], times[f"{what} alone"]
        others = f"p99 {percentile(shared, 99) * 1000:.0f} ms, of {len(shared)}; alone p99 {percentile(alone, 99) * 1000:.0f} ms"
        claims.append(
            Claim(what=f"longest {what} ({others}, longest {max(alone) * 1000:.0f} ms)", measured=max(shared), unit="s", at_most=bound)
        )
    measured = {name: {"p50": percentile(found, 50), "p99": percentile(found, 99), "max": max(found)} for name, found in times.items()}
    return conclude({"benchmark": "waiting", "seconds": measured}, claims, as_json=chosen.json)


def ask(hub: Hub) -> dict[str, list[float]]:
    """Read and write until the harvest has ended; seconds that each took."""
    times: dict[str, list[float]] = {"read": [], "read alone": [], "write": [], "write alone": []}
    shared, alone = (create_engine(f"sqlite:///{hub.folder / name}") for name in ("hub.db", "alone.db"))
    harvest = hub.start("harvest", "large")
    chance = random.Random(1)
    while harvest.poll() is None:
        for ending, engine in (("", shared), (" alone", alone)):
            with Session(engine) as session:
                times[f"read{ending}"].append(timed(lambda: read(session, chance)))
            if chance.random() < 0.1:
                with Session(engine) as session:
                    times[f"write{ending}"].append(timed(lambda: write(session)))
        time.sleep(PAUSE)
    assert harvest.returncode == 0
    shared.dispose()
    alone.dispose()
    return times


def timed(work: Callable[[], None]) -> float:
    """Seconds on the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def read(session: Session, chance: random.Random) -> None:
    """What a few pages need."""
    last = session.scalar(select(func.max(Resource.id))) or 1
    for id in (chance.randint(1, last) for _ in range(5)):
        session.get(Resource, id)
        session.scalars(select(Offering).where(Offering.resource_id == id)).all()
        session.scalars(select(Assignment).where(Assignment.resource_id == id)).all()
        session.execute(select(SourceRecord.identifier, SourceRecord.url).where(SourceRecord.resource_id == id)).all()
    session.execute(select(Resource.id, Resource.title).order_by(Resource.updated_at.desc()).limit(20)).all()
    session.scalars(select(Run).order_by(Run.id.desc()).limit(5)).all()


def write(session: Session) -> None:
    """One row."""
    session.execute(update(Person).values(name=f"Ada {now().microsecond}"))
    session.commit()


if __name__ == "__main__":
    sys.exit(main())
