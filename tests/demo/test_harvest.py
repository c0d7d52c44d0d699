"""Every demo source is read whole by its kind, over HTTP, as the hub would."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.server import running
from harvesters import registry
from harvesters.fetch import Fetcher
from harvesters.record import Item, Record, Withdrawn
from harvesters.walk import walk

FILE = Path(__file__).parents[2] / "demo" / "sources.toml"
SOURCES = {source["name"]: source for source in tomllib.loads(FILE.read_text("utf-8"))["source"]}
EXPECTED = {
    "demo-repository": {"Record": 42, "Withdrawn": 3},
    "demo-openedx": {"Record": 38},
    "demo-feed": {"Record": 25},
    "demo-site": {"Record": 30},
    "demo-moochub": {"Record": 25},
    "demo-list": {"Record": 42},
}


@pytest.fixture(scope="module")
def fetcher() -> Iterator[Fetcher]:
    with Fetcher(allow=["127.0.0.1"], agent="OpenCommerceHub/test (+https://hub.example/)") as fetch:
        yield fetch


def harvest(origin: str, fetcher: Fetcher, name: str) -> list[Item]:
    source = SOURCES[name]
    harvester, options = registry.kind(source["kind"]), source.get("options", {})
    assert set(options) <= {option.name for option in harvester.options}
    steps = walk(harvester, harvester.start(origin + source["path"], options, None), options, fetcher)
    return [item for step in steps for item in step.page.items]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_record_is_read(origin: str, fetcher: Fetcher, name: str) -> None:
    items = harvest(origin, fetcher, name)
    assert Counter(type(item).__name__ for item in items) == EXPECTED[name], [
        item for item in items if not isinstance(item, Record | Withdrawn)
    ]
    records = [item for item in items if isinstance(item, Record)]
    assert len({item.identifier for item in items if isinstance(item, Record | Withdrawn)}) == len(items)
    for record in records:
        assert record.url is not None, record
        assert ".example/" in record.url, record.url
        assert record.description or record.summary, record.title
        assert record.institution or record.provider or record.agents, record.title
        assert record.languages or name == "demo-openedx", record.title


@pytest.mark.parametrize("name", ["demo-repository", "demo-moochub", "demo-site", "demo-list"])
def test_licences_are_understood(origin: str, fetcher: Fetcher, name: str) -> None:
    records = [item for item in harvest(origin, fetcher, name) if isinstance(item, Record)]
    licensed = [record for record in records if record.licence and record.licence.startswith("CC")]
    assert len(licensed) > 0.75 * len(records)


@pytest.mark.parametrize("name", ["demo-openedx", "demo-site", "demo-moochub", "demo-list"])
def test_runs_have_a_start(origin: str, fetcher: Fetcher, name: str) -> None:
    records = [item for item in harvest(origin, fetcher, name) if isinstance(item, Record)]
    started = [record for record in records if any(offering.start for offering in record.offerings)]
    assert len(started) >= 0.5 * len(records)


def test_another_port_changes_no_record(origin: str, fetcher: Fetcher) -> None:
    """The demo server may get another port each time: the catalogue must not see two hundred changed courses."""
    with running() as other:
        for name in SOURCES:
            here, there = (
                {item.identifier: item.raw and item.raw.body for item in harvest(place, fetcher, name)} for place in (origin, other)
            )
            assert here == there
