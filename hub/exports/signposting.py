"""FAIR Signposting (level 1, https://signposting.org/FAIR/): typed links from a page to what a machine wants of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from hub.exports import formats, jsonld
from hub.exports.phrases import by_role, terms, web
from hub.exports.site import Site
from hub.services.describing import Description

AUTHORS_MOST = 10
SAFE = "!#$%&'()*+,/:;=?@[]~-._"  # of an address in a header; a quote or a bracket would end it


@dataclass(frozen=True, slots=True)
class Link:
    """One typed link; `media_type` of what is at its end."""

    rel: str
    href: str
    media_type: str = ""


def links(one: Description, site: Site) -> list[Link]:
    """From the page of a resource. What it cites is the name that lasts: a DOI, else our own address without words."""
    return [
        Link(rel, quote(href, safe=SAFE).replace(",", "%2C").replace(";", "%3B"), media_type) for rel, href, media_type in found(one, site)
    ]


def found(one: Description, site: Site) -> Iterator[tuple[str, str, str]]:
    """(relation, address, media type)."""
    doi = next((value for scheme, value in one.identifiers if scheme == "doi"), None)
    yield "cite-as", f"https://doi.org/{doi}" if doi else site.resource(one), ""
    yield "type", "https://schema.org/AboutPage", ""
    kind = jsonld.types(one.resource_type)
    yield "type", f"https://schema.org/{kind if isinstance(kind, str) else kind[0]}", ""
    for agent in by_role(one, "creator", "instructor")[:AUTHORS_MOST]:
        if where := web(agent.url):
            yield "author", where, ""
    if where := web(terms(one)[1]):
        yield "license", where, ""
    if where := web(one.url):
        yield "item", where, ""
    for each in formats.OF_ONE.values():
        yield "describedby", site.document(one, each.suffix), each.media_type


def header(links: list[Link]) -> str:
    """As one Link header (RFC 8288)."""
    return ", ".join(f'<{link.href}>; rel="{link.rel}"' + (f'; type="{link.media_type}"' if link.media_type else "") for link in links)
