"""The list of public sources is well formed, and docs/sources.md says the same."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harvesters import registry

ROOT = Path(__file__).parents[2]
PRESETS = tomllib.loads((ROOT / "hub" / "presets.toml").read_text("utf-8"))["source"]
NAMES = [preset["name"] for preset in PRESETS]
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| ([^|]+) \| `([a-z-]+)` \| <([^>]+)> \| ((?:\\\||[^|])*) \|", re.MULTILINE)


def test_there_are_enough_of_every_kind() -> None:
    assert len(PRESETS) >= 24
    assert {preset["kind"] for preset in PRESETS} >= {"oai-pmh", "openedx", "rss", "jsonld", "moochub", "csv", "mediawiki", "openstax"}
    assert {preset["kind"] for preset in PRESETS} <= registry.kinds().keys()
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("preset", PRESETS, ids=NAMES)
def test_a_preset_can_be_added(preset: dict[str, object]) -> None:
    for field in ("name", "title", "url", "region", "holds", "terms"):
        text = preset[field]
        assert isinstance(text, str)
        assert text.strip() == text != ""
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", str(preset["name"]))
    address = urlsplit(str(preset["url"]))
    assert address.scheme == "https"
    assert re.fullmatch(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", address.netloc)
    assert not re.search(r"\s", str(preset["url"]))
    languages = preset["languages"]
    assert isinstance(languages, list)
    assert all(re.fullmatch(r"[a-z]{2}(?:-[A-Z][a-z]{3})?", language) for language in languages)
    assert languages


@pytest.mark.parametrize("preset", PRESETS, ids=NAMES)
def test_its_kind_knows_the_address_and_the_options(preset: dict[str, object]) -> None:
    harvester = registry.kind(str(preset["kind"]))
    options = preset.get("options", {})
    assert isinstance(options, dict)
    assert set(options) <= {option.name for option in harvester.options}
    requests = harvester.start(str(preset["url"]), options, None)
    assert requests
    assert all(urlsplit(request.url).netloc == urlsplit(str(preset["url"])).netloc for request in requests)


def test_the_readable_list_says_the_same() -> None:
    rows = ROW.findall((ROOT / "docs" / "sources.md").read_text("utf-8"))
    listed = {name: (title, kind, url, options.strip()) for name, title, kind, url, options in rows}
    assert len(listed) == len(rows)
    expected = {preset["name"]: (preset["title"], preset["kind"], preset["url"], written(preset.get("options", {}))) for preset in PRESETS}
    assert listed == expected


def written(options: dict[str, str]) -> str:
    return " ".join(f"`{name}={value}`".replace("|", "\\|") for name, value in options.items())
