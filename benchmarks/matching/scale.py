"""A catalogue of any size with doubles in it, and how long it takes to find them all."""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from benchmarks import made_courses
from benchmarks.addresses import labels
from harvesters.record import Agent, Raw, Record
from hub.db import now
from hub.models.match import Match
from hub.models.resource import Resource
from hub.models.run import Run
from hub.models.source import Source
from hub.services import cataloguing, classifying, migrating, pairing, receiving, seeding
from hub.services.recording import Changes, Page

TITLES = 12  # of so many resources one has a double at another source
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Measured:
    """What a pass over a made catalogue took."""

    resources: int
    doubles: int
    merged: int
    wrong: int
    suggested: int
    compared: int
    seconds: float  # on the wall
    cpu: float  # seconds of the processor, which other work on the machine moves less
    again: float
    megabytes: float  # that the process grew by


def records(number: int, labels: made_courses.Labels) -> Iterator[tuple[str, Record]]:
    """(source, record): courses whose titles many institutions share. A twelfth stands at a second source too, under another address and
    with more words in the title."""
    rng = random.Random(1)
    for made in made_courses.courses(number, labels):
        n = int(made.identifier.rpartition("-")[2])
        title = made.title.rpartition(" ")[0]
        agents = (Agent(name=f"{rng.choice(('Ada', 'Lin', 'Omar', 'Zoe'))} Teacher{n:x}"),)
        one = Record(
            identifier=made.identifier, title=title, raw=Raw(title.encode(), "text/plain", "https://made.example/list"), url=made.url,
            description=made.description, resource_type=made.resource_type, languages=made.languages, agents=agents,
            institution=f"University of Town {rng.randrange(5000)}",
        )  # fmt: skip
        yield "one", one
        if n % TITLES == 0:
            extra = "（在线课程）" if made.languages == ("zh-Hans",) else " (online)"
            yield "two", Record(
                identifier=made.identifier, title=title + extra, raw=one.raw, url=f"https://second.example/{n}",
                description=made.description, resource_type=made.resource_type, languages=made.languages, agents=agents,
                institution=one.institution,
            )  # fmt: skip


def measure(number: int) -> Measured:
    """Fill a catalogue of its own, and look for doubles in all of it."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'hub.db'}")
        migrating.upgrade(engine)
        with Session(engine) as session:
            seeding.load_vocabulary(session)
            fill(session, number)
            resources = session.scalar(select(func.count()).select_from(Resource)) or 0
            before, begun, used = peak(), time.perf_counter(), time.process_time()
            outcome = pairing.run(session)
            cpu, seconds, begun = time.process_time() - used, time.perf_counter() - begun, time.perf_counter()
            pairing.run(session)
            again = time.perf_counter() - begun
            wrong = len([pair for pair in merged(session) if not right(session, pair)])
            found = Measured(
                resources,
                resources - number,
                outcome.merged,
                wrong,
                outcome.suggested,
                outcome.compared,
                seconds,
                cpu,
                again,
                peak() - before,
            )
        engine.dispose()
    return found


def fill(session: Session, number: int) -> None:
    """Receive the records as harvests do. The doubles come as resources of their own: they are what is looked for."""
    sources = {name: Source(name=name, title=name, kind="csv", url="https://made.example", created_at=now()) for name in ("one", "two")}
    session.add_all(sources.values())
    session.flush()
    runs = {name: Run(source_id=source.id, state="running", created_at=now()) for name, source in sources.items()}
    session.add_all(runs.values())
    session.commit()
    facts = {name: cataloguing.facts(source) for name, source in sources.items()}
    ids = {name: run.id for name, run in runs.items()}
    classifier = classifying.load(session)
    waiting: dict[str, list[Record]] = {"one": [], "two": []}
    words = {language: labels(session, language) for language in ("en", "zh-Hans")}
    for name, record in records(number, words):
        waiting[name].append(record)
        if len(waiting[name]) == AT_ONCE:
            page = Page(session, facts[name], ids[name], classifier, Changes())
            receiving.receive_batch(page, waiting[name])
            session.commit()
            session.expunge_all()
            waiting[name] = []
    for name, rest in waiting.items():
        receiving.receive_batch(Page(session, facts[name], ids[name], classifier, Changes()), rest)
    session.commit()
    session.expunge_all()


def merged(session: Session) -> list[Match]:
    """What the pass joined."""
    return list(session.scalars(select(Match).where(Match.state == "merged")))


def right(session: Session, match: Match) -> bool:
    """Were these made as doubles?"""
    titles = [session.get_one(Resource, id) for id in (match.left_id, match.right_id)]
    return len({row.institution for row in titles}) == 1 and len({row.agents[0]["name"] for row in titles}) == 1


def peak() -> float:
    """The most megabytes that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
