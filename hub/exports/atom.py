"""Atom 1.0 (RFC 4287): news -> the bytes of a feed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One piece of news. Texts are plain; addresses are absolute."""

    id: str  # an IRI that never changes
    title: str
    link: str
    updated: datetime
    published: datetime | None = None  # when it came, where that is not when it was last changed
    summary: str = ""
    author: str = ""
    language: str | None = None  # of title and summary, BCP 47


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed and its entries, newest first. `updated` is the latest change of an entry, or when it began."""

    id: str
    title: str
    link: str  # the page of which this is the feed
    own_link: str  # of the feed itself
    updated: datetime
    author: str
    entries: Sequence[Entry] = ()
    language: str | None = None


def write(feed: Feed) -> bytes:
    """The document, in UTF-8. Characters that XML cannot have are left out."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs know no default namespace
    if feed.language:
        root.set(LANG, feed.language)
    _head(root, feed.id, feed.title, feed.updated)
    _link(root, "self", feed.own_link)
    _link(root, "alternate", feed.link)
    _author(root, feed.author)
    for entry in feed.entries:
        _entry(root, entry)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _entry(root: etree._Element, entry: Entry) -> None:
    made = etree.SubElement(root, f"{{{NAMESPACE}}}entry")
    if entry.language:
        made.set(LANG, entry.language)
    _head(made, entry.id, entry.title, entry.updated)
    if entry.published:
        _text(made, "published", _moment(entry.published))
    _link(made, "alternate", entry.link)
    if entry.author:
        _author(made, entry.author)
    if entry.summary:
        _text(made, "summary", entry.summary)


def _head(parent: etree._Element, id: str, title: str, updated: datetime) -> None:
    """What a feed and each entry must have."""
    _text(parent, "id", id)
    _text(parent, "title", title)
    _text(parent, "updated", _moment(updated))


def _moment(value: datetime) -> str:
    """RFC 3339, to the second."""
    return value.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _link(parent: etree._Element, rel: str, address: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}link", rel=rel, href=NOT_XML.sub("", address))


def _author(parent: etree._Element, name: str) -> None:
    _text(etree.SubElement(parent, f"{{{NAMESPACE}}}author"), "name", name)


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = NOT_XML.sub("", text)
