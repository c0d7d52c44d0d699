"""Typed text as we keep it: no characters that deceive, bounded, plain."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from harvesters.clean.text import scrub

ADDRESS_MOST = 500
EMPTY_LINES = re.compile(r"\n{3,}")


def one_line(text: str | None, most: int) -> str:
    """One line: white space collapsed, cut at `most` characters. Markup stays as it was typed: pages escape it."""
    return " ".join(scrub(text or "").split())[:most].strip()


def paragraphs(text: str | None, most: int) -> str:
    """Lines and paragraphs: never more than one empty line, cut at `most` characters."""
    lines = [" ".join(line.split()) for line in scrub(text or "").splitlines()]
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()[:most].strip()


def web_address(text: str | None) -> str | None:
    """An address of the web (http or https, with a host, without a password); None for anything else."""
    address = (text or "").strip()
    if len(address) > ADDRESS_MOST or scrub(address) != address or any(c.isspace() or c in "\\\"'<>`" for c in address):
        return None
    try:
        parts = urlsplit(address)
        there = parts.hostname
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return None
    return address if parts.scheme in ("http", "https") and there and "@" not in parts.netloc else None
