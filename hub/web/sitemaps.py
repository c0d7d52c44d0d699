"""What crawlers ask first: robots.txt, and the sitemap (https://www.sitemaps.org/protocol.html) as an index of parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Blueprint, Response, abort, request

from hub.services import mapping
from hub.web import context, outlet

bp = Blueprint("sitemaps", __name__)
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
PAGES = ("/", "/topics", "/providers", "/sources", "/institutions", "/shelves", "/paths", "/about", "/search/help", "/dumps/")
CLOSED = ("/admin/", "/me/", "/login", "/suggest", "/search/facets/", "/search.", "/*?*")  # a question has endless others beside it


@bp.get("/robots.txt")
def robots() -> Response:
    """Everything may be read; questions with filters are endless, so they are not to be crawled."""
    rules = [*(f"Disallow: {path}" for path in CLOSED), "Allow: /oai?"]  # the longer rule wins (RFC 9309, section 2.2.2)
    lines = ["User-agent: *", *rules, f"Sitemap: {outlet.site().address}/sitemap.xml", ""]
    return outlet.answer("\n".join(lines), "text/plain")


@bp.get("/sitemap.xml")
def index() -> Response:
    """The parts, each with its last change."""
    address = outlet.site().address
    rows = [f"<sitemap><loc>{address}/sitemaps/pages.xml</loc></sitemap>"]
    rows += [
        f"<sitemap><loc>{address}/sitemaps/resources-{part.number}.xml</loc><lastmod>{written(part.changed)}</lastmod></sitemap>"
        for part in mapping.parts(context.session())
    ]
    body = f'{HEAD}<sitemapindex xmlns="{NAMESPACE}">\n' + "\n".join(rows) + "\n</sitemapindex>\n"
    return outlet.answer(body, "application/xml")


@bp.get("/sitemaps/pages.xml")
def pages() -> Response:
    """All pages but those of resources."""
    places: list[tuple[str, datetime | None]] = [*((path, None) for path in PAGES), *mapping.others(context.session())]
    return outlet.answer("".join(lines(outlet.site().address, iter(places))), "application/xml")


@bp.get("/sitemaps/resources-<int:number>.xml")
def resources(number: int) -> Response:
    """One part of the resources, sent as it is read; 304 for who has it and nothing has changed."""
    changed = mapping.changed(context.session(), number) if number else None
    if changed is None:
        abort(404)
    address = outlet.site().address
    response = context.streamed(lambda session: lines(address, pages_of(session, number)), outlet.typed("application/xml"))
    response.headers["Cache-Control"] = "public, max-age=600"
    response.last_modified = changed
    response.make_conditional(request)
    return response


def pages_of(session: Any, number: int) -> Iterator[tuple[str, datetime | None]]:
    """(path, last change) of a part's resources."""
    for public_id, slug, changed in mapping.resources(session, number):
        yield f"/resources/{f'{public_id}-{slug}'.rstrip('-')}", changed


def lines(address: str, places: Iterator[tuple[str, datetime | None]]) -> Iterator[str]:
    """A urlset, in pieces."""
    yield f'{HEAD}<urlset xmlns="{NAMESPACE}">\n'
    for path, changed in places:
        told = f"<lastmod>{written(changed)}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(address + quote(path))}</loc>{told}</url>\n"
    yield "</urlset>\n"


def written(moment: datetime) -> str:
    """W3C date and time, to the second."""
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")
