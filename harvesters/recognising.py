"""Which kind of source is at an address that somebody pasted: what to ask, and what the answers say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from harvesters import registry
from harvesters.checkpoint import fingerprint
from harvesters.clean import html
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Request, Response, Sighting

MOST = 14  # requests
READ = 200_000  # bytes of an answer that are looked at


def questions(address: str) -> tuple[Request, ...]:
    """What to ask, the most telling first: the address itself, then what kinds without a probe of their own need, then the probes."""
    bare = address.partition("?")[0].partition("#")[0]
    asked = [
        Request(url=address),
        Request(url=f"{bare}?verb=Identify", step="identify", optional=True),
        Request(url=urljoin(address, "/sitemap.xml"), step="sitemap", optional=True),
    ]
    for harvester in registry.kinds().values():
        asked += harvester.probe(address) if harvester.probe else ()
    return tuple({fingerprint(request): request for request in asked}.values())[:MOST]


def verdict(answers: Sequence[tuple[Request, Response]]) -> tuple[tuple[Harvester, Sighting], ...]:
    """The kinds that recognise something, each once, the surest first."""
    found: dict[str, tuple[Harvester, Sighting]] = {}
    for request, response in answers:
        for harvester in registry.kinds().values():
            sighting = harvester.recognise(request, response) if harvester.recognise else sniff(harvester, request, response)
            known = found.get(harvester.kind)
            if sighting is not None and (known is None or sighting.confidence > known[1].confidence):
                found[harvester.kind] = (harvester, sighting)
    return tuple(sorted(found.values(), key=lambda pair: -pair[1].confidence))


def sniff(harvester: Harvester, request: Request, response: Response) -> Sighting | None:
    """For kinds that do not yet recognise their sources themselves."""
    head = response.body[:READ]
    if harvester.kind == "oai-pmh" and re.search(rb"<(?:\w+:)?OAI-PMH[\s>]", head):
        name = re.search(rb"<(?:\w+:)?repositoryName[^>]*>([^<]{1,300})<", head)
        title = html.plain(name[1].decode("utf-8", "replace")) or "" if name else ""
        sure = 1.0 if name else 0.9
        address = request.url.partition("?")[0]
        return Sighting(address=address, confidence=sure, reason="It answers the OAI-PMH protocol.", title=title)
    if harvester.kind == "rss" and re.search(rb"<(?:rss|feed|rdf:RDF)[\s>]", head[:2000]):
        name = re.search(rb"<title[^>]*>(?:<!\[CDATA\[)?([^<\]]{1,300})", head)
        title = html.plain(name[1].decode("utf-8", "replace")) or "" if name else ""
        return Sighting(address=response.url, confidence=0.95, reason="It is a feed (RSS or Atom).", title=title)
    if harvester.kind == "jsonld" and re.search(rb"<(?:urlset|sitemapindex)[\s>]", head[:2000]):
        return Sighting(address=response.url, confidence=0.8, reason="There is a sitemap.", title=urlsplit(response.url).hostname or "")
    if harvester.kind == "jsonld" and not request.step and b"application/ld+json" in head and b"schema.org" in head:
        return Sighting(address=response.url, confidence=0.6, reason="The page carries schema.org metadata.")
    if harvester.kind == "csv" and not request.step and response.media_type in ("text/csv", "text/tab-separated-values"):
        return Sighting(address=response.url, confidence=0.8, reason="It is a table.")
    if harvester.kind in ("moochub", "openedx") and head[:1] == b"{":
        return of_json(harvester, request, response)
    return None


def of_json(harvester: Harvester, request: Request, response: Response) -> Sighting | None:
    """A list that the kind itself can read, with something in it."""
    try:
        page = harvester.parse(request, response, {})
    except SourceError:
        return None
    right = re.search(rb'"(?:data|results)"\s*:\s*\[\s*\{', response.body[:READ])
    return Sighting(address=response.url, confidence=0.7, reason=f"It is a list: {harvester.title}.") if page.items and right else None
