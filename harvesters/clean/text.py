"""Plain text as sources write it -> one clean line: no control characters, white space collapsed, NFC, bounded."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

TITLE = 1_000  # characters of a title, a name, a keyword
SUMMARY = 5_000
DESCRIPTION = 100_000
IDENTIFIER = 1_000
LIST = 100  # values of one list

# Controls, soft hyphens, direction overrides (they can make one text look like another), byte order marks, lone surrogates, non-characters.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|dd|div|dl|dt|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|scp|small|span|strong|sub|sup|table|td|th|tr|tt|u|ul)"
    r"(?:\s[^<>]{0,2000})?/?>",
    re.IGNORECASE,
)


def scrub(value: str) -> str:
    """The same text without characters that no text should hold, in NFC. Keeps line breaks and tabs."""
    if _UNWANTED.search(value):
        value = _UNWANTED.sub("", value)
    return value if unicodedata.is_normalized("NFC", value) else unicodedata.normalize("NFC", value)


def line(value: object, limit: int = TITLE) -> str | None:
    """One line of plain text, None when nothing is left. Numbers count as text; entities and inline tags are resolved."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value[: limit * 4]
    if "<" in value:
        value = _MARKUP.sub(" ", value)
    if "&" in value:
        value = html.unescape(value)
        if "<" in value:  # markup that was escaped twice on its way
            value = _MARKUP.sub(" ", value)
    value = " ".join(scrub(value).split())
    return shorten(value, limit) or None


def shorten(value: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there is one near the end, with an ellipsis."""
    if len(value) <= limit:
        return value
    cut = value[: limit - 1]
    space = cut.rfind(" ", limit - min(limit // 4, 200))
    return (cut[:space] if space > 0 else cut).rstrip() + "…"


def lines(values: Iterable[object], limit: int = TITLE) -> tuple[str, ...]:
    """Each value as a line, once each, in order, at most LIST."""
    found: dict[str, None] = {}
    for value in values:
        text = line(value, limit)
        if text is not None:
            found.setdefault(text)
            if len(found) >= LIST:
                break
    return tuple(found)


def split(value: object, separators: str = ";；|、\n") -> tuple[str, ...]:
    """The values that somebody wrote into one text; a comma does not separate unless the caller says so."""
    if not isinstance(value, str):
        return lines([value])
    return lines(re.split("[" + re.escape(separators) + "]", value[:DESCRIPTION]))


def identifier(value: object) -> str | None:
    """A source's own name for a record: exactly as written, but for white space around it and characters that no text holds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    return _UNWANTED.sub("", value).strip()[:IDENTIFIER] or None
