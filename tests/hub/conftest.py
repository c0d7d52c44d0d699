"""Sources and records for the hub's tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from harvesters.record import Item, Raw, Record
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Run, Source
from hub.services import cataloguing, classifying, receiving
from hub.services.receiving import Changes

MakeRecord = Callable[..., Record]
MakeSource = Callable[..., Source]
Receive = Callable[..., Changes]


@pytest.fixture
def make_record() -> MakeRecord:
    """A record with this identifier; its payload follows its values, as a source's would."""

    def make(identifier: str, title: str = "Cross-border payments", **values: Any) -> Record:
        body = values.pop("body", None) or f"{identifier}|{title}|{sorted(values.items())}".encode()
        return Record(identifier=identifier, title=title, raw=Raw(body, "text/plain", "https://source.example/list"), **values)

    return make


@pytest.fixture
def make_source(session: Session) -> MakeSource:
    """A source of this name in the database."""

    def make(name: str = "one", **values: Any) -> Source:
        defaults = {"title": name.title(), "kind": "oai-pmh", "url": "https://source.example/oai", "created_at": now()}
        source = Source(name=name, **{**defaults, **values})
        session.add(source)
        session.commit()
        return source

    return make


@pytest.fixture
def receive(session: Session) -> Receive:
    """Receive items of a source as a run does, in a run of their own unless one is given."""

    def bring(source: Source, items: Sequence[Item], *, run: Run | None = None) -> Changes:
        run = run or new_run(session, source)
        changes = receiving.receive(session, cataloguing.facts(source), run.id, items, classifier=classifying.load(session))
        session.commit()
        return changes

    return bring


def new_run(session: Session, source: Source) -> Run:
    """A run of this source."""
    run = Run(source_id=source.id, state="running", created_at=now())
    session.add(run)
    session.commit()
    return run


@pytest.fixture
def make_run(session: Session) -> Callable[[Source], Run]:
    """A run of this source."""
    return lambda source: new_run(session, source)
