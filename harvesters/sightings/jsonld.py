"""Is an address a sitemap, a page with schema.org data, or a site that has a sitemap?"""

from __future__ import annotations

from harvesters.clean import charset, json, linked_data, schema_org, sitemap, text, url, xml
from harvesters.errors import SourceError
from harvesters.protocol import Request, Response, Sighting

_ROBOTS = "/robots.txt"


def probe(address: str) -> tuple[Request, ...]:
    """What robots.txt says of sitemaps, and the usual sitemap."""
    places = (url.place(address, path) for path in (_ROBOTS, "/sitemap.xml"))
    return tuple(Request(url=place, step="probe", optional=True) for place in places if place)


def recognise(request: Request, response: Response) -> Sighting | None:
    """Data on the page itself tells most; a sitemap says only that there are pages."""
    try:
        body = sitemap.unpacked(response.body)
        words = charset.decode(body, response.media_type, response.charset).lstrip("\ufeff \t\r\n\x00")
        if request.url.endswith(_ROBOTS) and request.step:
            return _robots(words, request, response)
        if words[:1] in ("{", "["):
            return _document(words, request)
        if json.looks_like_html(words) is not None:
            return _page(words, request, response)
        if words.startswith("<"):
            return _sitemap(body, request, response)
    except (SourceError, ValueError):
        return None
    pages = sitemap.lines(words[:200_000]) if response.media_type in ("", "text/plain") else []
    return _listed(request, len(pages), "a plain list of addresses") if pages else None


def _robots(words: str, request: Request, response: Response) -> Sighting | None:
    found = [] if json.looks_like_html(words) is not None else sitemap.robots(words, response.url)
    home = request.url.removesuffix(_ROBOTS) + "/"
    reason = f"robots.txt names {len(found)} sitemaps; whether the pages hold schema.org data is seen when they are read."
    return Sighting(address=home, confidence=0.45, reason=reason) if found else None


def _listed(request: Request, pages: int, what: str) -> Sighting:
    reason = f"The answer is {what} with {pages} entries; whether they hold schema.org data is seen when they are read."
    return Sighting(address=request.url, confidence=0.7 if not request.step else 0.5, reason=reason)


def _sitemap(body: bytes, request: Request, response: Response) -> Sighting | None:
    document = xml.parse(body, response.media_type, response.charset, shape=sitemap.SHAPE, expected="a sitemap")
    entries = [entry for entry in sitemap.entries(document, response.url) if isinstance(entry, sitemap.Entry)]
    return _listed(request, len(entries), "a sitemap") if entries else None


def _document(words: str, request: Request) -> Sighting | None:
    if '"@type"' not in words and '"@context"' not in words:
        return None
    found = schema_org.learning(linked_data.document(linked_data.block(words)).nodes)
    return Sighting(address=request.url, confidence=0.95, reason="The answer is JSON-LD with learning resources.") if found else None


def _page(words: str, request: Request, response: Response) -> Sighting | None:
    if "ld+json" not in words and "itemscope" not in words:
        return None
    page = linked_data.page(words, response.url)
    found = schema_org.learning(page.nodes)
    title = text.line(json.looks_like_html(words), 200) or ""
    reason = f"The page describes {len(list(found))} learning resources in schema.org's words."
    return Sighting(address=request.url, confidence=0.85, reason=reason, title=title) if list(found) else None
