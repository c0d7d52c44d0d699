"""MERLOT's search for materials (https://www.merlot.org/merlot/materials.rest). MERLOT gives a licence key on request."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree

from harvesters.clean import elements, fields, secrets, text, url, xml
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw

MEDIA_TYPE = "application/xml"
_KEY = "licenseKey"
_NAMES = {
    "identifier": ("materialid", "id", "@id"), "title": ("title",), "url": ("detailurl", "detail_url", "url"),
    "description": ("description",),
    "creator": ("authors", "authorname", "author"), "institution": ("authororg", "organization"), "subject": ("categories", "category"),
    "type": ("materialtype",), "language": ("languages", "language"), "level": ("audiences", "primaryaudience", "audience"),
    "licence": ("creativecommons", "license"), "created": ("creationdate",), "modified": ("modifieddate", "lastmodifieddate"),
}  # fmt: skip


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    return (_request(secrets.without(address), options, 1, ""),)


def _request(base: str, options: Mapping[str, str], page: int, last: str) -> Request:
    parts = urlsplit(base)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if options.get("keywords", "").strip():
        query["keywords"] = options["keywords"].strip()
    query |= {_KEY: options.get("key", "").strip()} | ({"page": str(page)} if page > 1 else {})
    path = parts.path if parts.path not in ("", "/") else "/merlot/materials.rest"
    address = urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))
    return Request(url=address, step="page", headers={"Accept": "application/xml"}, context={"base": base, "page": str(page), "last": last})


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page of results; the last is empty, or the same as the one before."""
    where = secrets.without(response.url)
    root = xml.parse(response.body, response.media_type, response.charset, url=where, expected="MERLOT's results").root
    found = [node for node in root.iter(etree.Element) if xml.local(node) == "material"]
    if not found and not any(xml.local(node) in ("results", "merlotMaterials") for node in root.iter(etree.Element)):
        said = text.line(xml.content(root), 300) or f"<{xml.local(root)}>"
        raise SourceError(f"MERLOT answered without results: {said}", advice="Check the licence key; MERLOT gives one on request.")
    items = tuple(_item(node, Raw(xml.source(node), MEDIA_TYPE, where)) for node in found)
    mark = hashlib.sha256(response.body).hexdigest()[:16]
    if not items or mark == request.context.get("last"):
        return Page()
    page, base = request.context.get("page", "1"), request.context.get("base", where)
    number = int(page) if page.isdigit() and len(page) < 9 else 1
    return Page(items=items, follow=(_request(base, options, number + 1, mark),))


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored material."""
    try:
        return _item(xml.element(raw.body), raw)
    except ValueError as error:
        return Failure(reason=f"The stored material is not well-formed XML: {error}.", raw=raw)


def _item(node: etree._Element, raw: Raw) -> Item:
    found = elements.fields(node, _NAMES)
    title, said = text.line(found.one("title")), found.one("url")
    address = url.absolute(said, raw.url) if said else None
    name = fields.name(found, title, address)
    if title is None:
        return Failure(reason="The material has no title.", raw=raw, identifier=name)
    return fields.record(found, name or title, title, address, raw)


HARVESTER = Harvester(
    kind="merlot",
    title="MERLOT (with a key)",
    start=start,
    parse=parse,
    read=read,
    options=(
        Option(name="key", label="Licence key", help="MERLOT gives one on request.", required=True, form="secret"),
        Option(name="keywords", label="Keywords", help="Only materials that match, for example: e-commerce"),
    ),
)
