"""Coursera, FutureLearn, MIT Learn and Kolibri: lists of courses with fixed addresses."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from harvesters.errors import SourceError
from harvesters.kinds import coursera, futurelearn, kolibri, mit_learn
from harvesters.protocol import Request, Response
from harvesters.record import Record, Withdrawn

FEED = "https://www.futurelearn.com/feeds/courses"
LEARN = "https://api.learn.mit.edu/api/v1/learning_resources/?limit=2&offset=0"


def test_coursera_names_every_field_that_it_wants():
    (first,) = coursera.start("https://www.coursera.org/browse/business", {"page_size": "50"}, None)
    assert first.url.startswith("https://api.coursera.org/api/courses.v1?start=0&limit=50&fields=name,slug")
    assert "includes=partnerIds,instructorIds" in first.url
    (search,) = coursera.start("https://api.coursera.org/api/courses.v1?q=search&query=trade", {}, None)
    assert search.url.startswith("https://api.coursera.org/api/courses.v1?q=search&query=trade&start=0&limit=100&")


def test_the_real_page_of_coursera(ask, samples):
    where = "https://api.coursera.org/api/courses.v1?start=0&limit=2"
    page = ask("coursera", (samples / "coursera" / "courses_v1_page.json").read_bytes(), url=where)
    assert [request.url for request in page.follow] == ["https://api.coursera.org/api/courses.v1?start=2&limit=2"]
    assert page.total == 1925
    media, games = page.items
    assert (media.identifier, media.url) == ("v1-228", "https://www.coursera.org/learn/digitalmedia")
    assert (media.workload_min, media.workload_max, media.offerings, media.certificate) == (5, 10, (), False)
    assert [agent.name for agent in media.agents] == ["University of London", "Marco Gillies", "Mathew Yee-King", "Dr Mick Grierson"]
    assert (games.institution, games.subjects, games.keywords) == (
        "University of Pennsylvania", ("computer science", "business"), ("design and product", "marketing"),
    )  # fmt: skip
    assert games.offerings[0].start == datetime(2015, 11, 9, 19, 0, 21, 493000, tzinfo=UTC)
    assert (games.certificate, games.subtitle_languages[:2]) == (True, ("uk", "zh-Hans"))


def test_the_end_of_courseras_list_and_its_refusals(ask):
    assert ask("coursera", '{"elements": [], "paging": {"next": "3"}}').follow == ()
    assert ask("coursera", '{"elements": [{"id": "1", "name": "T"}], "paging": {}}').follow == ()
    with pytest.raises(SourceError, match="says: Rate limit"):
        ask("coursera", '{"errorCode": "x", "message": "Rate limit"}')


def test_the_real_feed_of_futurelearn(ask, samples):
    items = ask("futurelearn", (samples / "futurelearn" / "courses_feed.json").read_bytes(), url=FEED).items
    assert Counter(map(type, items)) == {Record: 384}
    assert not any("utm_" in item.url for item in items)
    first = items[0]
    assert (first.identifier, first.url) == (
        "d3995b4d-3aa4-469b-abe8-3de3bfa43657", "https://www.futurelearn.com/courses/begin-programming",
    )  # fmt: skip
    assert (first.institution, first.duration, first.workload_max, first.certificate) == ("University of Reading", "P7W", 4, True)
    assert first.offerings[0].start == datetime(2013, 10, 28, tzinfo=UTC)
    assert any(run.start is None for item in items for run in item.offerings)
    assert sum(len(item.offerings) for item in items) == 1478


def test_addresses_without_a_scheme_and_programmes(ask):
    body = """[{"uuid": "1", "name": "P", "url": "//www.futurelearn.com/programs/p?utm_source=x&v=2", "image_url": "//i.example.org/p.jpg",
      "total_cost": 19900, "total_week_count": 16, "courses": [{"uuid": "2"}]}]"""
    (programme,) = ask("futurelearn", body, url="https://www.futurelearn.com/feeds/programs").items
    assert (programme.resource_type, programme.url) == ("programme", "https://www.futurelearn.com/programs/p?v=2")
    assert (programme.image, programme.duration) == ("https://i.example.org/p.jpg", "P16W")
    assert (programme.offerings[0].price, programme.offerings[0].currency) == (Decimal(199), None)


def test_mit_learn(ask, own_samples):
    (first,) = mit_learn.start("https://learn.mit.edu/search", {"resource_type": "course", "page_size": "20"}, None)
    assert first.url == "https://api.learn.mit.edu/api/v1/learning_resources/?limit=20&offset=0&resource_type=course"
    page = ask("mit-learn", (own_samples / "mit_learn" / "learning_resources.json").read_bytes(), url=LEARN)
    assert [request.url for request in page.follow] == ["https://api.learn.mit.edu/api/v1/learning_resources/?limit=2&offset=2"]
    course, episode, gone = page.items
    assert (course.identifier, course.code, course.provider, course.institution) == ("901", "SC.3x", "MITx Online", "MITx")
    assert (course.description, course.levels) == ("<p>How goods reach buyers.</p>", ("postgraduate",))
    assert (course.subjects, course.keywords) == (("Business & Management", "Supply Chain"), ("Management",))
    assert (course.languages, course.workload_min, course.workload_max, course.duration) == (("en", "zh-Hans"), 8, 10, "P13W")
    (run,) = course.offerings
    assert (run.start, run.price, run.currency) == (datetime(2026, 3, 4, 15, tzinfo=UTC), Decimal(300), "USD")
    assert (run.pace, run.mode, run.certificate, run.enrolment_end) == ("instructor", "online", True, None)
    assert [agent.name for agent in course.agents] == ["Ada Lopez", "Bo Chen"]
    assert (episode.resource_type, episode.duration, episode.free) == ("podcast", "PT31M", True)
    assert isinstance(gone, Withdrawn)


def test_what_mit_learn_says_no_with(ask):
    with pytest.raises(SourceError, match="says: Not found"):
        ask("mit-learn", '{"detail": "Not found."}')
    assert ask("mit-learn", '{"results": [], "next": "https://e.org/?offset=9"}').follow == ()


def test_kolibri(ask, own_samples):
    (first,) = kolibri.start("https://studio.learningequality.org", {"keyword": "business"}, None)
    assert first.url == "https://studio.learningequality.org/api/public/v1/channels?keyword=business"
    shop, closed = ask("kolibri", (own_samples / "kolibri" / "channels.json").read_bytes(), url=first.url).items
    assert (shop.title, shop.languages, shop.image) == ("Small business basics", ("en", "es"), None)
    assert shop.modified == datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert isinstance(closed, Withdrawn)
    with pytest.raises(SourceError, match="no list of Kolibri channels"):
        ask("kolibri", "{}")


@pytest.mark.parametrize(
    ("kind", "home", "body"),
    [
        (coursera, "https://www.coursera.org/", b'{"elements": [], "paging": {}}'),
        (futurelearn, "https://www.futurelearn.com/", b'[{"uuid": "1", "name": "T", "url": "/x", "runs": []}]'),
        (mit_learn, "https://learn.mit.edu/", b'{"results": [{"resource_type": "course", "readable_id": "r", "platform": null}]}'),
        (kolibri, "https://studio.learningequality.org/", b'[{"id": "1", "name": "T", "included_languages": [], "last_published": null}]'),
    ],
)
def test_they_are_recognised(kind, home, body):
    (probe,) = kind.probe(home)
    seen = kind.recognise(probe, Response(url=probe.url, body=body))
    assert seen is not None
    assert kind.start(seen.address, {}, None)[0].url.partition("?")[0] == probe.url.partition("?")[0]
    assert kind.recognise(probe, Response(url=probe.url, body=b"[{}]")) is None
    assert kind.recognise(Request(url=home), Response(url=home, body=b"<html>")) is None
    assert kind.probe("https://example.org/") == ()
