"""The servers that the tests of harvesting ask, all on loopback."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from harvesters.fetch import Fetcher, Limits
from harvesters.pacing import Pacing

SERVERS = Path(__file__).parents[1] / "servers"


def load(name: str) -> ModuleType:
    """A module of tests/servers, which is no package."""
    known = f"tests_servers_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, SERVERS / f"{name}.py")
        assert spec is not None and spec.loader is not None
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


class FakeTime:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def clock(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.pauses.append(seconds)

    @property
    def paused(self) -> float:
        return round(sum(self.pauses), 3)


@pytest.fixture
def hostile() -> ModuleType:
    return load("hostile")


@pytest.fixture(scope="session")
def interfaces() -> ModuleType:
    return load("interfaces")


@pytest.fixture
def server(hostile: ModuleType) -> Iterator[Any]:
    with hostile.HostileServer() as running:
        yield running


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def make_fetcher(fake_time: FakeTime) -> Iterator[Callable[..., Fetcher]]:
    """Fetchers whose pauses take no time, closed at the end."""
    made: list[Fetcher] = []

    def make(*places: str, **settings: Any) -> Fetcher:
        settings = {
            "agent": "TestHub/1.0 (+https://example.org)",
            "pause": fake_time.pause,
            "pacing": Pacing(clock=fake_time.clock),
        } | settings
        settings.setdefault("limits", Limits(read=5.0, total=10.0, connect=2.0))
        made.append(Fetcher(allow=places, **settings))
        return made[-1]

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def fetcher(make_fetcher: Callable[..., Fetcher], server: Any) -> Fetcher:
    """Asks the hostile server."""
    return make_fetcher(server.place)
