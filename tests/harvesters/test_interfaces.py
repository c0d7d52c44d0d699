"""Kinds that page through a source's interface, from the first request to the last, over real HTTP on loopback."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from harvesters import registry
from harvesters.errors import ProtocolError
from harvesters.record import Failure
from harvesters.walk import from_json, to_json, walk

CHANNEL = "UCabcdefghijklmnopqrstuv"


@pytest.fixture
def harvest(make_fetcher):
    """kind, address, options -> the steps of a whole harvest."""

    def go(kind, address, options, requests=None):
        harvester = registry.kind(kind)
        fetch = make_fetcher(urlsplit(address).netloc)
        return list(walk(harvester, requests or harvester.start(address, options, None), options, fetch))

    return go


def items(steps):
    return [item for step in steps for item in step.page.items]


def names(steps):
    return [item.identifier for item in items(steps)]


@pytest.mark.parametrize("depth", ["0", "1", "3"])
def test_a_wiki_gives_each_page_of_a_category_with_its_extract(harvest, interfaces, depth):
    with interfaces.serving(interfaces.wiki(45)) as (address, received):
        steps = harvest("mediawiki", address, {"category": "A", "depth": depth})
    found = {item.identifier: item for item in items(steps)}
    expected = {str(n) for n in range(1, 46)} | ({str(n) for n in range(1001, 1008)} if depth != "0" else set())
    assert set(found) == expected
    assert all(item.description == f"About {name}." and item.licence == "CC-BY-SA-4.0" for name, item in found.items())
    if depth == "0":
        assert len(names(steps)) == 45
        assert [asked.query.get("gcmcontinue") for asked in received[1:]] == [None, None, "20", "20", "40"]
        assert [asked.query.get("excontinue") for asked in received[1:]] == [None, "10", None, "10", None]


def test_a_wiki_without_the_category_says_so(harvest, interfaces):
    with (
        interfaces.serving(interfaces.wiki(1)) as (address, _),
        pytest.raises(ProtocolError, match="category name you entered is not valid"),
    ):
        harvest("mediawiki", address, {"category": "Nothing"})


@pytest.mark.parametrize("interface", ["queries", "queriesV2"])
def test_an_edu_sharing_of_either_age_is_read_to_its_end(harvest, interfaces, interface):
    with interfaces.serving(interfaces.repository(23, interface)) as (address, received):
        steps = harvest("edu-sharing", address, {"page_size": "10"})
    assert names(steps) == [f"node-{n}" for n in range(23)]
    assert [asked.query["skipCount"] for asked in received if f"/{interface}/" in asked.path] == ["0", "10", "20"]
    assert {asked.method for asked in received} == {"POST"}


def test_a_harvest_of_an_edu_sharing_goes_on_at_its_checkpoint(harvest, interfaces):
    with interfaces.serving(interfaces.repository(23, "queriesV2")) as (address, _):
        first = harvest("edu-sharing", address, {"page_size": "10"})[0]
        rest = harvest("edu-sharing", address, {"page_size": "10"}, tuple(from_json(to_json(request)) for request in first.remaining))
    assert names([first, *rest]) == [f"node-{n}" for n in range(23)]


@pytest.mark.parametrize("functions", [("core_course_search_courses",), ("core_course_get_courses_by_field",)])
def test_a_moodle_gives_all_its_courses_by_what_the_token_allows(harvest, interfaces, functions):
    with interfaces.serving(interfaces.moodle(7, functions=functions)) as (address, received):
        steps = harvest("moodle", f"{address}/lms", {"token": interfaces.KEY, "page_size": "3"})
    assert names(steps) == [str(n) for n in range(2, 9)]
    assert all(interfaces.KEY not in item.raw.url and interfaces.KEY.encode() not in item.raw.body for item in items(steps))
    assert all(asked.path == "/lms/webservice/rest/server.php" and not asked.query for asked in received)


def test_a_moodle_says_why_not(harvest, interfaces):
    with interfaces.serving(interfaces.moodle(7, functions=())) as (address, _):
        with pytest.raises(ProtocolError, match="Invalid token - token not found"):
            harvest("moodle", address, {"token": "wrong"})
        with pytest.raises(ProtocolError, match="Access control exception"):
            harvest("moodle", address, {"token": interfaces.KEY})


def test_every_video_of_a_channel(harvest, interfaces):
    with interfaces.serving(interfaces.videos(120)) as (address, received):
        steps = harvest("youtube-api", address, {"key": interfaces.KEY, "channel_id": CHANNEL})
        assert sorted(names(steps)) == [f"video-{n:05}" for n in range(120)]
        assert all(item.duration == "PT5M" for item in items(steps))
        assert len(received) == 7  # the channel, three pages of its uploads, and the videos of each
        with pytest.raises(ProtocolError, match="API key not valid"):
            harvest("youtube-api", address, {"key": "wrong", "channel_id": CHANNEL})


def test_one_book_that_is_gone_costs_itself(harvest, interfaces):
    with interfaces.serving(interfaces.books(25, broken=12)) as (address, _):
        steps = harvest("openstax", address, {})
        (failure,) = [item for item in items(steps) if isinstance(item, Failure)]
        assert "404" in failure.reason
        assert sorted(int(name) for name in names(steps) if name) == [n for n in range(25) if n != 12]
