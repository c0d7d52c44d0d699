"""The elements of a feed's item: RSS in no namespace, RSS 1.0 and Atom in their own, everything else beside them."""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from harvesters.clean import dates, url, xml

ATOM = "{http://www.w3.org/2005/Atom}"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MEDIA = "{http://search.yahoo.com/mrss/}"
_MAIL = re.compile(r"[^\s@<>()]{1,100}@[^\s@<>()]{1,100}")


def shape(namespaces: str = "") -> xml.Shape:
    """Where the items of a feed begin and end."""
    return xml.Shape(
        start=re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>])"),
        end=re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,50}>"),
        tail=re.compile(r"</(?:[\w.-]{1,40}:)?(?:channel|rss|feed|RDF)\s{0,50}>"),
        namespaces=namespaces,
    )


def own(item: etree._Element, *names: str) -> etree._Element | None:
    """A child of the feed's own vocabulary, not media:description and the like."""
    home = etree.QName(item).namespace
    for name in names:
        found = item.find(f"{{{home}}}{name}" if home else name)
        if found is not None:
            return found
    return None


def markup(node: etree._Element | None) -> str | None:
    """An Atom text construct (RFC 4287, 3.1): XHTML as HTML, everything else as its text."""
    if node is None:
        return None
    if node.get("type") == "xhtml" and len(node):
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in node)
    words = xml.content(node)
    if words and node.get("type") == "text" and isinstance(node.tag, str) and node.tag.startswith(ATOM):
        return words.replace("&", "&amp;").replace("<", "&lt;")
    return words


def child_of(item: etree._Element, *names: str) -> etree._Element | None:
    """The first child of these names, the feed's own vocabulary first."""
    found = own(item, *names)
    return found if found is not None else next((child for name in names for child in item if xml.local(child) == name), None)


def said(item: etree._Element, *names: str) -> str | None:
    return next((words.strip() for name in names for words in (xml.content(child_of(item, name)),) if words and words.strip()), None)


def every(item: etree._Element, *names: str) -> list[str]:
    return [words.strip() for child in item if xml.local(child) in names for words in (xml.content(child) or "",) if words.strip()]


def date(item: etree._Element, *names: str) -> datetime | None:
    return next(
        (found for name in names for child in item if xml.local(child) == name for found in (dates.moment(xml.content(child)),) if found),
        None,
    )


def base(where: str, *written: str | None) -> str:
    """What an item's relative addresses are relative to (RFC 4287, section 2): the feed's xml:base and the item's own, from outside in."""
    for said in written:
        where = url.absolute(said, where) or where
    return where


def of_media(item: etree._Element) -> str | None:
    """The description that stands with a film (Media RSS), as YouTube has it."""
    node = item.find(f"{_MEDIA}group/{_MEDIA}description")
    return markup(node if node is not None else item.find(f"{_MEDIA}description"))


def medium(item: etree._Element) -> str | None:
    """What kind of resource an item is by what comes with it: an episode, or a film."""
    kinds = [node.get("type") or "" for node in item if xml.local(node) == "enclosure" or node.get("rel") == "enclosure"]
    if any(kind.startswith("video/") for kind in kinds) or any("youtube.com/xml" in str(node.tag) for node in item):
        return "video"
    return "podcast" if any(kind.startswith("audio/") for kind in kinds) else None


def person(written: str) -> str:
    """The name without the address: RSS asks for "mail (name)", many write "name" or "name <mail>"."""
    rest = _MAIL.sub(" ", written[:1_000])
    if rest == written:
        return written
    return rest.replace("<", " ").replace(">", " ").strip(" ()\t\n")
