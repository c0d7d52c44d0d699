"""MODS 3 (Metadata Object Description Schema) -> the values that Dublin Core has, and so a record."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from harvesters.clean import dublin_core, xml

_ROLES = {
    "aut": "creator",
    "author": "creator",
    "cre": "creator",
    "creator": "creator",
    "": "creator",
    "pbl": "publisher",
    "publisher": "publisher",
}
_HREF = "{http://www.w3.org/1999/xlink}href"
_PLAIN = {"abstract": "abstract", "tableOfContents": "description", "genre": "type", "typeOfResource": "type"}
_INSIDE = {"languageTerm": "language", "dateIssued": "issued", "dateCreated": "created", "dateModified": "modified",
           "publisher": "publisher", "topic": "subject", "url": "uri"}  # fmt: skip


def holder(node: etree._Element) -> etree._Element | None:
    """The MODS record at or under `node`."""
    return next((found for found in node.iter(etree.Element) if xml.local(found) == "mods"), None)


def values(mods: etree._Element) -> dublin_core.Values:
    """Element names of Dublin Core -> texts. What is told of related works is not of this one."""
    found: dict[str, list[str]] = {}
    for name, words in _told(mods):
        if words.strip():
            found.setdefault(name, []).append(words.strip())
    return found


def _told(mods: etree._Element) -> Iterator[tuple[str, str]]:
    for node in mods.iterchildren(etree.Element):
        name, words = xml.local(node), xml.content(node) or ""
        if name == "titleInfo":
            yield "alternative" if node.get("type") else "title", _title(node)
        elif name == "name":
            yield _role(node), _person(node)
        elif name == "identifier":
            scheme = (node.get("type") or "").lower()
            yield "identifier", f"{scheme}:{words.strip()}" if scheme in ("doi", "isbn", "issn", "hdl") and ":" not in words else words
        elif name == "accessCondition":
            yield "rights", node.get(_HREF) or ""
            yield "rights", words
        elif name in _PLAIN:
            yield _PLAIN[name], words
        elif name in ("originInfo", "language", "subject", "location"):
            for inner in node.iter(etree.Element):
                if xml.local(inner) in _INSIDE:
                    yield _INSIDE[xml.local(inner)], xml.content(inner) or ""


def _title(node: etree._Element) -> str:
    parts = {xml.local(child): (xml.content(child) or "").strip() for child in node}
    title = " ".join(filter(None, (parts.get("nonSort"), parts.get("title"))))
    return ": ".join(filter(None, (title, parts.get("subTitle"))))


def _person(node: etree._Element) -> str:
    parts = {child.get("type", ""): (xml.content(child) or "").strip() for child in node if xml.local(child) == "namePart"}
    shown = next((xml.content(child) or "" for child in node if xml.local(child) == "displayForm"), "")
    return ", ".join(filter(None, (parts.get("family"), parts.get("given")))) or parts.get("", "") or shown


def _role(node: etree._Element) -> str:
    said = {(xml.content(term) or "").strip().lower() for term in node.iter(etree.Element) if xml.local(term) == "roleTerm"}
    return next((_ROLES[role] for role in sorted(said) if role in _ROLES), "contributor") if said else "creator"
