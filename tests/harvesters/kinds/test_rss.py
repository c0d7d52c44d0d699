# ruff: noqa: E501  (an example a line)
from datetime import UTC, datetime

import pytest

from harvesters.errors import SourceError
from harvesters.record import Failure, Record

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN"><title>课程</title><rights>CC BY 4.0</rights><link rel="next" href="http://site.example.org/p2"/>
<entry><id>urn:x:1</id><title type="html">A &amp;amp; B</title><link rel="alternate" href="/c/1"/><link rel="license" href="https://creativecommons.org/licenses/by-sa/4.0/"/><updated>2026-01-02T03:04:05Z</updated>
<author><name>王芳</name></author><category term="payments"/><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi <b>you</b></p></div></content></entry>
<entry><id>urn:x:2</id><title/><updated>x</updated></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://e.org/"><title>C</title></channel>
<item rdf:about="https://e.org/1"><title>One</title><link>https://e.org/1</link><dc:date>2026-01-02</dc:date><dc:creator>Ann</dc:creator><dc:subject>SEO</dc:subject></item></rdf:RDF>"""


def rss(items: str, head: str = "") -> str:
    return f'<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>Feed</title>{head}{items}</channel></rss>'


def test_atom(ask):
    page = ask("rss", ATOM)
    one, two = page.items
    assert (one.identifier, one.title, one.url, one.languages) == ("urn:x:1", "A & B", "https://site.example.org/c/1", ("zh-Hans",))
    assert (
        one.licence == "CC-BY-SA-4.0"
        and one.agents[0].name == "王芳"
        and one.keywords == ("payments",)
        and "<p>Hi <b>you</b></p>" in one.description
    )
    assert one.modified == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert isinstance(two, Failure) and two.identifier == "urn:x:2" and two.datestamp is None
    assert page.follow[0].url == "https://site.example.org/p2"


def test_rdf(ask):
    (item,) = ask("rss", RDF).items
    assert (item.identifier, item.url, item.keywords) == ("https://e.org/1", "https://e.org/1", ("SEO",)) and item.published == datetime(
        2026, 1, 2, tzinfo=UTC
    )


def test_items_of_rss(ask):
    page = ask("rss", rss(
        "<item><title>Talk</title><guid>https://e.org/t</guid><itunes:duration>01:02:03</itunes:duration><enclosure url='https://e.org/t.mp3' type='audio/mpeg'/></item>"
        "<item><title>No name</title></item><item><guid>g</guid></item><item><title>&lt;b&gt;Bold&lt;/b&gt;</title><link> https://e.org/b </link><pubDate>32 May</pubDate></item>",
        "<language>de</language><copyright>All rights reserved</copyright>",
    ), options={"type": "podcast"})  # fmt: skip
    talk, nameless, untitled, bold = page.items
    assert (talk.duration, talk.resource_type, talk.licence, talk.languages) == ("PT1H2M3S", "podcast", "all-rights-reserved", ("de",))
    assert isinstance(nameless, Failure) and isinstance(untitled, Failure) and untitled.identifier == "g"
    assert bold.title == "Bold" and bold.identifier == bold.url == "https://e.org/b" and bold.published is None


def test_a_damaged_item_and_a_cut_feed(ask):
    body = rss(
        "<item><title>One</title><guid>1</guid></item><item><title>Two<guid>2</guid></item><item><title>3 & more</title><guid>3</guid></item>"
    )
    items = ask("rss", body).items
    assert [type(item) for item in items] == [Record, Failure, Record] and [item.identifier for item in items] == ["1", "2", "3"]
    with pytest.raises(SourceError, match="cut in the middle at line 1"):
        ask("rss", body[:-15])
    with pytest.raises(SourceError, match="no feed"):
        ask("rss", "<a/>")


def test_real_edx_feed(ask, samples):
    page = ask("rss", (samples / "rss" / "edx_course_feed.xml").read_bytes())
    (item,) = page.items
    assert (item.code, item.institution, item.duration, item.workload_min, item.workload_max) == ("21W.789.4x", "MITx", "P4W", 10, 12)
    assert item.offerings[0].start == datetime(2016, 4, 25, tzinfo=UTC) and item.offerings[0].pace == "instructor"
    assert [agent.name for agent in item.agents] == ["Frank Bentley", "Ed Barrett"] and item.subjects[1] == "Business & Management"
    assert item.summary.startswith("Learn to create your own mobile app") and "<p>This module will explore" in item.description
    assert page.follow[0].url == "https://www.edx.org/api/v2/report/course-feed/rss?page=1"


def test_real_feeds_that_are_not_well_formed(ask, samples):
    dtls = ask("rss", (samples / "rss" / "dtls_courses_feed.xml").read_bytes()).items
    assert [type(item) for item in dtls] == [Record] * 3 and "appeared first on" not in dtls[0].description
    assert dtls[0].offerings[0].start == datetime(2023, 2, 13, tzinfo=UTC)
    medium = ask("rss", (samples / "rss" / "medium_mit_open_learning.rss").read_bytes()).items
    assert medium[0].identifier == "https://medium.com/p/a685e2b89c6a" and medium[0].modified > medium[0].published and len(medium) == 3
