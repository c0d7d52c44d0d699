"""What a raw payload says in a field that no rule of ours could read: for a provider to see which words we do not know."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from harvesters.clean import xml

SAMPLE = 500  # payloads that a report looks into for each field
LARGEST = 200_000  # bytes of one
MOST = 5  # values of one payload
NAMES: Mapping[str, frozenset[str]] = {  # local names of elements and keys, in lower case
    "languages": frozenset(("language", "languages", "inlanguage", "lang", "content_language")),
    "resource_type": frozenset(("type", "learningresourcetype", "resource_type", "resourcetype")),
}


def values(field: str, raw: bytes) -> tuple[str, ...]:
    """The words that stand there, as they stand; none where the payload is neither XML nor JSON, or says nothing."""
    opened = zlib.decompressobj()
    body = opened.decompress(raw, LARGEST) if raw else b""
    if opened.unconsumed_tail:
        return ()
    found = dict.fromkeys(text for said in said_in(body, NAMES[field]) if (text := " ".join(said.split())))
    return tuple(found)[:MOST]


def said_in(body: bytes, names: frozenset[str]) -> Iterator[str]:
    """The texts of elements or keys with these names."""
    if body.lstrip()[:1] in (b"{", b"["):
        try:
            yield from in_json(json.loads(body), names)
        except (ValueError, RecursionError):
            return
    elif body.lstrip()[:1] == b"<":
        try:
            root = xml.element(body)
        except ValueError:
            return
        yield from (node.text for node in root.iter(etree.Element) if xml.local(node).lower() in names and node.text)


def in_json(value: Any, names: frozenset[str]) -> Iterator[str]:
    """Texts under these keys, however deep."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            for key, below in one.items():
                if key.lower().lstrip("@") in names:
                    yield from texts(below)
                elif isinstance(below, dict | list):
                    waiting.append(below)


def texts(value: Any) -> Iterator[str]:
    """A text, or each text of a list."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            yield one
