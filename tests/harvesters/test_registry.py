# ruff: noqa: E501, RUF043  (an example a line)
import importlib
import logging

import pytest

from harvesters import registry
from harvesters.errors import HarvestError
from harvesters.protocol import Harvester


def test_our_kinds_are_there():
    assert list(registry.kinds())[:6] == ["oai-pmh", "openedx", "rss", "jsonld", "moochub", "csv"]
    assert len(registry.kinds()) == len(registry.OURS)
    for name, harvester in registry.kinds().items():
        assert harvester.kind == name and harvester.title
        assert len({option.name for option in harvester.options}) == len(harvester.options)
        (first,) = harvester.start("https://example.org/x", {}, None)
        assert first.url.startswith("https://example.org/")


def test_an_unknown_kind_is_told_what_there_is():
    with pytest.raises(registry.UnknownKind, match='"gopher". There are: oai-pmh, openedx') as caught:
        registry.kind("gopher")
    assert isinstance(caught.value, HarvestError)


def test_installed_kinds_are_found_and_broken_ones_reported(tmp_path, monkeypatch, caplog):
    (tmp_path / "gopher_kind.py").write_text(
        "from harvesters.protocol import Harvester\nf = lambda *a: None\nGOOD = Harvester(kind='gopher', title='G', start=f, parse=f, read=f)\nNOT = 7\n"
    )
    info = tmp_path / "gopher-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gopher\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[open_commerce_hub.kinds]\ngopher = gopher_kind:GOOD\nnothing = gopher_kind:NOT\nbroken = no_such_module:X\ntwice = gopher_kind:GOOD\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    registry._all.cache_clear()
    try:
        with caplog.at_level(logging.ERROR):
            assert isinstance(registry.kind("gopher"), Harvester)
        assert len(registry.problems()) == 3 and "no_such_module" in " ".join(registry.problems())
        assert list(registry.kinds())[:6] == ["oai-pmh", "openedx", "rss", "jsonld", "moochub", "csv"]
        assert len(caplog.records) == 3
    finally:
        registry._all.cache_clear()


@pytest.mark.parametrize(
    ("written", "meant"), [("OAI_PMH", "oai-pmh"), ("Open-edX", "openedx"), ("atom", "rss"), ("sitemap", "jsonld"), ("TSV", "csv")]
)
def test_a_kind_has_the_names_that_people_give_it(written: str, meant: str) -> None:
    assert registry.kind(written).kind == meant


def test_no_alias_names_two_kinds() -> None:
    names = [name for harvester in registry.kinds().values() for name in (harvester.kind, *harvester.aliases)]
    assert len(names) == len(set(names))
