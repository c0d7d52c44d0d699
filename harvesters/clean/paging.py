"""How a list is asked page by page: an address and a body with places for page, offset, size and cursor."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from urllib.parse import quote

_PLACES = re.compile(r"(?:\{|%7B)(page|offset|size|cursor)(?:\}|%7D)", re.IGNORECASE)


def names(*templates: str) -> frozenset[str]:
    """The places that these texts have."""
    return frozenset(found.lower() for template in templates for found in _PLACES.findall(template))


def address(template: str, values: Mapping[str, str]) -> str:
    """The address with its places filled in."""
    return _PLACES.sub(lambda found: quote(values.get(found[1].lower(), ""), safe=""), template)


def body(template: str, values: Mapping[str, str]) -> str:
    """The body with its places filled in, as its own form wants it."""
    fill = _in_json if is_json(template) else lambda value: quote(value, safe="")
    return _PLACES.sub(lambda found: fill(values.get(found[1].lower(), "")), template)


def is_json(template: str) -> bool:
    return template.lstrip()[:1] in ("{", "[")


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=True)[1:-1]


def headers(lines: str) -> dict[str, str]:
    """`Name: value`, one a line. ValueError says which line is none."""
    found = {}
    for line in lines.splitlines()[:50]:
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        if not colon or not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", name.strip()) or not _sendable(value):
            raise ValueError(f'"{name[:60].strip()}" is no header: write Name: value')
        found[name.strip()] = value.strip()
    return found


def _sendable(value: str) -> bool:
    return bool(value.strip()) and value.isascii() and value.strip().isprintable()
