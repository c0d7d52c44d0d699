"""`hub source report`, `hub record show`, `hub links`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Quick = Callable[..., Any]


@pytest.fixture
def harvested(quick: Quick, repository: Any) -> Quick:
    quick("source", "add", "one", "oai-pmh", repository.url)
    quick("harvest", "one")
    return quick


def test_a_report(harvested: Quick) -> None:
    told = json.loads(harvested("source", "report", "one", "--json").stdout)
    assert told["records"]["active"] > 200 and told["made_at"]
    assert "missing licence" in harvested("source", "report", "one", "--renew").stdout or told["missing"] is not None
    assert "There is no source named two" in harvested("source", "report", "two", status=2).output


def test_no_report_before_the_first_harvest(quick: Quick, repository: Any) -> None:
    quick("source", "add", "one", "oai-pmh", repository.url)
    assert "no report of one yet" in quick("source", "report", "one", status=2).output
    assert json.loads(quick("source", "report", "one", "--renew", "--json").stdout)["records"]["active"] == 0


def test_one_record(harvested: Quick) -> None:
    identifier = harvested("record", "dump", "--source", "one").stdout.split("\t")[0]
    shown = harvested("record", "show", identifier, "--source", "one").stdout
    assert f"identifier\t{identifier}" in shown and "value title\t" in shown
    assert harvested("record", "show", identifier, "--source", "one", "--raw").stdout.lstrip().startswith("<")
    told = json.loads(harvested("record", "show", "1", "--json").stdout)
    assert told["source"] == "one" and told["differences"] == []
    assert "There is no record nothing of one" in harvested("record", "show", "nothing", "--source", "one", status=2).output
    assert "Give --source NAME" in harvested("record", "show", "nothing", status=2).output


def test_links_are_asked_and_listed(quick: Quick, site_parts: Any, web: Any) -> None:
    web.pages["/feed"] = site_parts.page(
        f"<rss version='2.0'><channel><title>F</title><item><title>Trade</title><link>{web.url('/a')}</link></item>"
        f"<item><title>Law</title><link>{web.url('/b')}</link></item></channel></rss>",
        media_type="application/rss+xml",
    )
    web.pages["/a"] = site_parts.page("<title>Trade</title>")
    quick("source", "add", "one", "rss", web.url("/feed"))
    quick("harvest", "one")
    assert quick("links", "check", "--limit", "1").stdout == "1 links asked, 0 of them broken.\n"
    assert json.loads(quick("links", "check", "--json").stdout) == {"checked": 1, "broken": 0, "offline": False}
    found = json.loads(quick("links", "list", "--json").stdout)
    assert {one["title"]: (one["state"], one["status"]) for one in found} == {"Trade": ("ok", 200), "Law": ("doubtful", 404)}
    assert quick("links", "list", "--state", "doubtful").stdout.startswith("doubtful\t")
    law = next(one["resource"] for one in found if one["title"] == "Law")
    assert quick("links", "check", "--resource", f"{law}-law").stdout == "1 links asked, 0 of them broken.\n"
    assert "There is no resource" in quick("links", "check", "--resource", "zzz", status=2).output
    assert "There is no state" in quick("links", "list", "--state", "x", status=2).output
