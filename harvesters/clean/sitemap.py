"""Lists of a site's pages: sitemaps, indexes of them, plain lists, compressed or not, and robots.txt.

Specification: https://www.sitemaps.org/protocol.html
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from harvesters.clean import url, xml
from harvesters.errors import SourceError

LARGEST = 64 * 1024 * 1024
SHAPE = xml.Shape(
    start=re.compile(r"<(?:[\w.-]{1,40}:)?(?:url|sitemap)(?=[\s>])"),
    end=re.compile(r"</(?:[\w.-]{1,40}:)?(?:url|sitemap)\s{0,50}>"),
    tail=re.compile(r"</(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)\s{0,50}>"),
)
MOST = 50_000  # entries of one sitemap, by its specification
_ROOTS = {"urlset": False, "sitemapindex": True}


@dataclass(frozen=True, slots=True)
class Entry:
    """One page, or one further sitemap."""

    url: str
    lastmod: str | None
    sitemap: bool


def unpacked(body: bytes) -> bytes:
    """gzip undone where the body itself is compressed: a .xml.gz is often sent without a Content-Encoding."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    packed = zlib.decompressobj(wbits=31)
    try:
        found = packed.decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise SourceError(
            f"The compressed sitemap cannot be unpacked: {error}.", advice="Ask the site's owner to write it again."
        ) from None
    if len(found) > LARGEST or packed.unconsumed_tail:
        raise SourceError(
            f"The compressed sitemap is larger than {LARGEST // 1024 // 1024} MB when unpacked.",
            advice="Use the smaller sitemaps of the site.",
        )
    if not packed.eof:
        raise SourceError("The compressed sitemap is cut in the middle.", advice="The answer did not come whole; the next run asks again.")
    return found


def entries(document: xml.Document, base: str) -> Iterator[Entry | xml.Broken]:
    """Those of an XML sitemap, in order, at most MOST."""
    root = document.root
    name = xml.local(root)
    if name not in _ROOTS:
        raise SourceError(
            f"The answer from {base} is XML, but no sitemap: its root is <{name}>.",
            advice="Look for the sitemap's address in the site's robots.txt.",
        )
    for number, node in enumerate(document.pieces if document.pieces is not None else root):
        if number >= MOST:
            return
        if isinstance(node, xml.Broken):
            yield node
            continue
        found = {xml.local(child): (xml.content(child) or "").strip() for child in node if xml.local(child) in ("loc", "lastmod")}
        address = url.absolute(found.get("loc"), base)
        if address:
            yield Entry(address, found.get("lastmod") or None, _ROOTS[name])


def lines(text: str) -> list[Entry]:
    """A plain-text sitemap: an address a line, and nothing else."""
    found = []
    for line in text.splitlines()[: MOST + 1]:
        if line.strip() and not line.lstrip().startswith("#"):
            address = url.absolute(line)
            if address is None:
                return []
            found.append(Entry(address, None, re.search(r"sitemap[^/]{0,100}\.xml(?:\.gz)?$", address) is not None))
    return found


def robots(text: str, base: str) -> list[Entry]:
    """The sitemaps that a robots.txt names (RFC 9309, section 2.2.4)."""
    found = []
    for line in text.splitlines()[:10_000]:
        name, _, value = line.partition(":")
        if name.strip().lower() == "sitemap":
            address = url.absolute(value.split("#")[0].strip(), base)
            if address:
                found.append(Entry(address, None, sitemap=True))
    return found[:1_000]
