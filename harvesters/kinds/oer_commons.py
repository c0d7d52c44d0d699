"""OER Commons' search (https://www.oercommons.org/api/search). It asks for a token, which OER Commons gives on request."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree

from harvesters.clean import elements, fields, secrets, text, url, xml
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw

MEDIA_TYPE = "application/xml"
BATCH = 50
_NAMES = {
    "identifier": ("@id",), "title": ("title", "@title"), "url": ("url", "link", "@url"), "description": ("abstract", "description"),
    "creator": ("author", "authors", "creator"), "institution": ("institution", "provider", "collection", "content provider"),
    "subject": ("subject area", "subject", "subjects"), "type": ("material type", "material_type"), "language": ("languages", "language"),
    "level": ("education level", "level", "grade_levels"), "licence": ("license", "license_url", "conditions of use"),
    "keyword": ("keywords", "keyword"),
    "audience": ("primary user",), "image": ("thumbnail", "image"), "modified": ("modification_date",),
    "published": ("creation_date", "publication_date"),
}  # fmt: skip


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    return (_request(secrets.without(address), options, 0),)


def _request(base: str, options: Mapping[str, str], begin: int) -> Request:
    parts = urlsplit(base)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {"batch_size": str(BATCH), "batch_start": str(begin)}
    for option, name in (("terms", "f.search"), ("licence", "f.license")):
        if options.get(option, "").strip():
            query[name] = options[option].strip()
    query["token"] = options.get("token", "").strip()
    path = parts.path if parts.path not in ("", "/") else "/api/search"
    address = urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), ""))
    return Request(url=address, step="page", headers={"Accept": "application/xml"}, context={"base": base, "begin": str(begin)})


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One batch of results, and the next one while the total says that there is one."""
    where = secrets.without(response.url)
    root = xml.parse(response.body, response.media_type, response.charset, url=where, expected="OER Commons' results").root
    found = [node for node in root if node.get("id")]
    said = root.get("total-items", "")
    total = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
    if total is None and not found:
        words = text.line(xml.content(root), 300) or f"<{xml.local(root)}>"
        raise SourceError(f"OER Commons answered without results: {words}", advice="Check the token; OER Commons gives one on request.")
    items = tuple(_item(node, Raw(xml.source(node), MEDIA_TYPE, where)) for node in found)
    begin = request.context.get("begin", "0")
    reached = (int(begin) if begin.isdigit() and len(begin) < 10 else 0) + len(found)
    more = bool(found) and total is not None and reached < total
    return Page(items=items, follow=(_request(request.context.get("base", where), options, reached),) if more else (), total=total)


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored result."""
    try:
        return _item(xml.element(raw.body), raw)
    except ValueError as error:
        return Failure(reason=f"The stored result is not well-formed XML: {error}.", raw=raw)


def _item(node: etree._Element, raw: Raw) -> Item:
    found = elements.fields(node, _NAMES)
    title, said = text.line(found.one("title")), found.one("url")
    address = url.absolute(said, raw.url) if said else None
    name = fields.name(found, title, address)
    if title is None:
        return Failure(reason="The result has no title.", raw=raw, identifier=name)
    return fields.record(found, name or title, title, address, raw)


HARVESTER = Harvester(
    kind="oer-commons",
    aliases=("oercommons",),
    title="OER Commons (with a token)",
    start=start,
    parse=parse,
    read=read,
    options=(
        Option(name="token", label="Token", help="OER Commons gives one on request.", required=True, form="secret"),
        Option(name="terms", label="Terms", help="Only what matches, for example: e-commerce"),
        Option(name="licence", label="Licence", help="Only this one, for example: cc-by"),
    ),
)
