"""Feeds that any reader reads, whatever stands in the titles."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from hub.exports import atom

NS = {"a": atom.NAMESPACE}
THEN = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


def feed(title: str, *entries: atom.Entry) -> atom.Feed:
    return atom.Feed(
        id="https://hub.example/feeds/x", title=title, link="https://hub.example/x", own_link="https://hub.example/feeds/x.atom",
        updated=THEN, author="Hub", entries=entries, language="en",
    )  # fmt: skip


def test_a_feed_has_all_that_the_standard_demands() -> None:
    entry = atom.Entry(id="https://hub.example/r/1", title="A & <b>", link="https://hub.example/r/1-a?x=1&y=2", updated=THEN, summary="s")
    root = etree.fromstring(atom.write(feed("News", entry)))
    assert root.tag == f"{{{atom.NAMESPACE}}}feed"
    assert root.findtext("a:id", namespaces=NS) == "https://hub.example/feeds/x"
    assert root.findtext("a:updated", namespaces=NS) == "2026-03-02T09:00:00Z"
    assert root.findtext("a:author/a:name", namespaces=NS) == "Hub"
    assert [link.get("rel") for link in root.findall("a:link", NS)] == ["self", "alternate"]
    assert root.findtext("a:entry/a:title", namespaces=NS) == "A & <b>"
    assert root.find("a:entry/a:link", NS).get("href") == "https://hub.example/r/1-a?x=1&y=2"


@given(st.text())
def test_any_text_makes_a_feed_that_can_be_read(text: str) -> None:
    entry = atom.Entry(id="urn:x", title=text, link=f"https://hub.example/{text}", updated=THEN, summary=text, author=text)
    root = etree.fromstring(atom.write(feed(text, entry)))
    kept = atom.NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    assert (root.findtext("a:entry/a:title", namespaces=NS) or "").replace("\r\n", "\n").replace("\r", "\n") == kept
