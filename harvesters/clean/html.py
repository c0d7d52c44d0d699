"""HTML as sources write it -> a small safe subset, and plain text."""

from __future__ import annotations

import html
import re

import nh3

from harvesters.clean import text

_TAGS = set(
    "a b blockquote br code dd dl dt em h3 h4 h5 h6 hr i li ol p pre strong sub sup table tbody td th thead tr ul".split()  # noqa: SIM905
)
_DROPPED = set("script style template noscript iframe object embed svg math form select textarea title head".split())  # noqa: SIM905
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_DROPPED,
    attributes={"a": {"href"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)
_STRIPPER = nh3.Cleaner(tags=set(), clean_content_tags=_DROPPED, attributes={}, url_schemes=set())
_MOST_TAGS = 3_000
_MOST_OPEN = 300  # HTML's rules for misnested tags take time that grows with the square of those that are never closed
_FORMAT = re.compile(r"<(/?)(?:a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)\b", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_BLOCK = re.compile(r"(?=</?(?:p|div|br|li|ul|ol|tr|td|th|h[1-6]|dd|dt|section|article|table|blockquote|pre)\b)", re.IGNORECASE)
_ELEMENT = re.compile(r"<[a-zA-Z/!]")
_ESCAPED = re.compile(r"&lt;/?(?:p|div|br|li|ul|ol|b|i|em|strong|span|a|h[1-6])\b[^&<>]{0,300}/?&gt;", re.IGNORECASE)
_PARAGRAPH = re.compile(r"[ \t]*(?:\r\n?|\n)[ \t]*(?:\r\n?|\n)\s*")
_LISTED = re.compile(
    r"(?:\r\n?|\n)(?=[ \t]{0,20}(?:[-*•·–]|\d{1,2}[.)、])\s?)"
)  # a line break that means something: the next line is one of a list
_LEVELS = re.compile(r"(</?)h([12])\b", re.IGNORECASE)


def _costly(value: str) -> bool:
    tags = value.count("<")
    if tags <= _MOST_OPEN:
        return False
    marks = _FORMAT.findall(value)
    return tags > _MOST_TAGS or len(marks) - 2 * sum(map(bool, marks)) > _MOST_OPEN


def rich(value: object, limit: int = text.DESCRIPTION) -> str | None:
    """Safe HTML: plain text is escaped and keeps its paragraphs. None when nothing is left to read."""
    if not isinstance(value, str):
        return None
    value = text.scrub(value[: limit * 2]).strip()
    if "<" not in value and "&" in value and _ESCAPED.search(value):
        value = html.unescape(value)  # a source that escaped its HTML twice
    if _costly(value):
        value = _TAG.sub(" ", value)
    if not _ELEMENT.search(value):
        return _paragraphs(value, limit)
    if "<" in value and _LEVELS.search(value):
        value = _LEVELS.sub(r"\1h3", value)  # the page has its own first and second level
    cleaned = str(_CLEANER.clean(value)).strip()
    if len(cleaned) > limit:
        return _paragraphs(plain(cleaned) or "", limit)
    return cleaned if plain(cleaned, 200) else None


def _paragraphs(value: str, limit: int) -> str | None:
    if "&" in value:
        value = html.unescape(value)
    value = text.shorten(value.strip(), limit)
    if not value:
        return None
    if "\n" not in value and "\r" not in value:
        return html.escape(" ".join(value.split()), quote=False)
    parts = [[" ".join(line.split()) for line in _LISTED.split(part)] for part in _PARAGRAPH.split(value)]
    return "".join(f"<p>{'<br>'.join(html.escape(line, quote=False) for line in part if line)}</p>" for part in parts if any(part)) or None


def plain(value: object, limit: int = text.DESCRIPTION) -> str | None:
    """One line of text, without tags, scripts and entities."""
    if not isinstance(value, str):
        return None
    value = value[: limit * 4 + 1_000]
    if _costly(value):
        value = _TAG.sub(" ", value)
    if _ELEMENT.search(value):
        value = _STRIPPER.clean(_BLOCK.sub(" ", value))
    if "&" in value:
        value = html.unescape(value)
    return text.shorten(" ".join(text.scrub(value).split()), limit) or None
