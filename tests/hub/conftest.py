"""Sources and records for the hub's tests."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy.orm import Session

from harvesters.record import Item, Raw, Record
from hub.db import now
from hub.models import Run, Source
from hub.services import cataloguing, classifying, harvesting, receiving, running
from hub.services.recording import Changes

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


def server_module(name: str) -> ModuleType:
    """A module of tests/servers, which is no package."""
    known = f"tests_servers_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, Path(__file__).parents[1] / "servers" / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


@pytest.fixture
def oidc() -> Iterator[Any]:
    """An OpenID Connect provider that says what a test wants it to say."""
    with server_module("oidc").Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def lms_place() -> Iterator[Any]:
    """A learning platform on loopback, for a module."""
    with server_module("lms").Platform() as platform:
        yield platform


@pytest.fixture
def lms(lms_place: Any) -> Any:
    """The same, as honest as on its first day: it says what a test wants it to say."""
    lms_place.honest()
    return lms_place


@pytest.fixture
def hostile() -> Iterator[Any]:
    """A server that does what real servers do on bad days."""
    module = server_module("hostile")
    with module.HostileServer() as server:
        for turn in ("answer", "bomb", "close", "compressed", "cut", "drip", "endless", "hang", "redirect", "reset"):
            setattr(server, turn, getattr(module, turn))
        yield server


@pytest.fixture
def web() -> Iterator[Any]:
    """A web site on loopback, to be filled with pages (tests/servers/site.py): `.pages`, `.url(path)`, `.asked`."""
    with server_module("site").Site() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Any]:
    """A receiver of webhooks (tests/servers/receiver.py): `.url`, `.status`, `.messages`."""
    with server_module("receiver").Receiver() as served:
        yield served


@pytest.fixture
def site_parts() -> ModuleType:
    """What a site answers: `page`, `moved`, `Answer`."""
    return server_module("site")


@pytest.fixture
def repository() -> Iterator[Any]:
    """A well-behaved OAI-PMH repository of 250 records, 40 a page, on loopback: `.url`, and `.change(...)` for its /control."""
    with oai_repository() as served:
        yield served


@pytest.fixture
def slow_repository() -> Iterator[Any]:
    """The same, which takes its time for each page: for what happens in the middle of a run."""
    with oai_repository(delay=0.3) as served:
        yield served


@contextmanager
def oai_repository(delay: float = 0.0) -> Iterator[Any]:
    """`.url`; `.change(...)` as its /control; `.tsv()`, what a harvest should have; `.asked()`, how many pages were asked for."""
    module = server_module("oai_source")
    holding = module.Repository(250, 40)
    server = module.make_server(holding, delay=delay)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    place = f"http://127.0.0.1:{server.server_port}"
    visitor = requests.Session()
    visitor.trust_env = False  # no proxy stands between us and ourselves

    def ask(path: str, **arguments: object) -> bytes:
        answer = visitor.get(place + path, params=arguments, timeout=10)
        answer.raise_for_status()
        return answer.content

    yield SimpleNamespace(
        url=f"{place}/oai",
        change=lambda **what: ask("/control", **what),
        tsv=lambda: ask("/records.tsv").decode(),
        asked=lambda: holding.asked,
    )
    visitor.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def harvest(app: Flask, session: Session) -> Callable[..., Run]:
    """Harvest a source to its end, as a command does."""

    def work(source: Source, **how: Any) -> Run:
        run = running.prepare(session, source, **how)
        done = harvesting.work(session, app.extensions["hub"].fetching, run.id)
        session.expire_all()
        return done

    return work
