"""A flat XML element as services write one result: the texts of its children, under the names of our fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from harvesters.clean import xml
from harvesters.clean.fields import Fields


def fields(node: etree._Element, names: Mapping[str, Sequence[str]]) -> Fields:
    """`names`: our field -> the names of the children that may hold it, in lower case; attributes are named with @.

    A child that holds others gives their texts, one by one; one with `title` and `value` is known by its title.
    """
    said: dict[str, list[str]] = {f"@{name}": [node.get(name, "")] for name in map(str, node.attrib)}
    for child in node.iterchildren(etree.Element):
        inner = list(child.iterchildren(etree.Element))
        for part in inner or [child]:
            titled = part.get("title") if part.get("value") else None
            name = titled or xml.local(child)
            words = part.get("value") if titled else xml.content(part)
            said.setdefault(name.lower(), []).append((words or "").strip())
    found = {field: [words for name in wanted for words in said.get(name, ()) if words] for field, wanted in names.items()}
    return Fields(found)
