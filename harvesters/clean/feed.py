"""The elements of a feed's item: RSS in no namespace, RSS 1.0 and Atom in their own, everything else beside them."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from harvesters.clean import dates, xml

ATOM = "{http://www.w3.org/2005/Atom}"


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
