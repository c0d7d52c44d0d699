"""Strict JSON in, compact JSON out. What is not JSON is refused with a message that says what came instead."""

from __future__ import annotations

import json
import re

from harvesters.clean import charset
from harvesters.errors import SourceError

DEPTH = 100  # levels of nesting
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<!doctype\s+html|<html|<head|<body)", re.IGNORECASE)


def looks_like_html(text: str) -> str | None:
    """What an HTML page is called; "" when it has no title; None when this is no HTML page."""
    head = re.sub(r"^\s*<\?xml[^>]{0,200}>\s*", "", text[:4_096].lstrip("\ufeff \t\r\n"))
    head = re.sub(r"^<!--[^>]{0,500}-->\s*", "", head)
    if not _PAGE.match(head):
        return None
    title = _TITLE.search(text[:100_000])
    return " ".join(title.group(1).split()) if title else ""


def refuse_html(text: str, expected: str, url: str = "") -> None:
    """SourceError when `text` is a page for people."""
    title = looks_like_html(text)
    if title is not None:
        where = f" from {url}" if url else ""
        called = f' called "{title[:200]}"' if title else ""
        raise SourceError(
            f"An HTML page{called} came{where}, not {expected}.",
            advice="Open the address in a browser: it may ask for a login, show an error, or be the page about the service.",
        )


def load(text: str) -> object:
    """ValueError when `text` is not JSON, or nested deeper than DEPTH. NaN and Infinity become None: no standard knows them."""
    try:
        value: object = json.loads(text, parse_constant=lambda _: None)
    except RecursionError:
        raise ValueError(f"nested more than {DEPTH} levels deep") from None
    if not shallow(value):
        raise ValueError(f"nested more than {DEPTH} levels deep")
    return value


def shallow(value: object) -> bool:
    level = [value]
    for _ in range(DEPTH):
        below: list[object] = []
        for node in level:
            if isinstance(node, dict):
                below.extend(child for child in node.values() if isinstance(child, (dict, list)))
            elif isinstance(node, list):
                below.extend(child for child in node if isinstance(child, (dict, list)))
        if not below:
            return True
        level = below
    return False


def parse(body: bytes, media_type: str = "", declared: str | None = None, *, url: str = "") -> object:
    """The value that `body` holds; SourceError says where it stops being JSON."""
    text = charset.decode(body, media_type, declared)
    if not text.strip():
        raise SourceError(
            f"An empty answer came{f' from {url}' if url else ''}, not JSON.", advice="Ask again later, or check the address."
        )
    refuse_html(text, "JSON", url)
    try:
        return load(text)
    except json.JSONDecodeError as error:
        raise SourceError(_where(error, text, url), advice="Open the address in a browser: it has to answer with JSON.") from None
    except ValueError as error:
        raise SourceError(
            f"The JSON{f' from {url}' if url else ''} cannot be read: {error}.",
            advice="Open the address in a browser, and tell the source's owner.",
        ) from None


def _where(error: json.JSONDecodeError, text: str, url: str) -> str:
    source = f" from {url}" if url else ""
    if error.pos >= len(text.rstrip()) - 1 and text.lstrip()[:1] in ("{", "["):
        return f"The JSON{source} is cut in the middle at line {error.lineno}."
    return f"The answer{source} is not JSON: {error.msg}, line {error.lineno} column {error.colno}."


def dump(value: object) -> bytes:
    """Compact UTF-8; the same value gives the same bytes."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON allows and UTF-8 does not
        return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
