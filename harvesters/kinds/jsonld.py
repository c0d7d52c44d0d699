"""Sites whose pages carry schema.org data (JSON-LD or microdata), found through a sitemap, a list of addresses, or one page."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from xml.sax.saxutils import escape

from harvesters.clean import charset, dates, html, json, linked_data, schema_org, sitemap, url, xml
from harvesters.clean.values import Object
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Option, Page, Request, Response
from harvesters.record import Failure, Item, Raw, Record
from harvesters.sightings import jsonld as sighting

MEDIA_TYPE = "application/ld+json"
DEPTH = 4  # sitemaps inside one another
_TWINS = 50  # nodes of one page that the others are compared with
_KNOWN = 200  # sitemaps of one index that its members are told about
_HTML = {"Accept": "text/html, application/xhtml+xml, application/ld+json;q=0.9, */*;q=0.5"}


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """A site's root or its robots.txt lead to its sitemaps; any other address is asked as it is."""
    parts = urlsplit(address)
    context = {"depth": "0"} | ({"since": since} if since else {})
    if parts.path in ("", "/", "/robots.txt") and not parts.query:
        home = urlunsplit((parts.scheme, parts.netloc, "/", "", ""))
        page = Request(url=home, step="start", context=context, crawl=True, headers=_HTML)
        usual = Request(url=home + "sitemap.xml", step="start", context=context, robots=True, optional=True, otherwise=(page,))
        return (Request(url=home + "robots.txt", step="robots", context=context, optional=True, otherwise=(usual,)),)
    return (Request(url=address, step="start", context=context, robots=True),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One sitemap or one page, told apart by what they hold."""
    body = sitemap.unpacked(response.body)
    text = charset.decode(body, response.media_type, response.charset).lstrip("\ufeff \t\r\n\x00")
    if request.step == "robots":
        found = [] if json.looks_like_html(text) is not None else sitemap.robots(text, response.url)
        return _sitemaps(found, request, response, options) if found else Page(follow=request.otherwise)
    if text[:1] in ("{", "["):
        return _document(text, request, response)
    if json.looks_like_html(text) is not None or request.step == "page":
        return _page(text, request, response, options)
    if text.startswith("<"):
        document = xml.parse(body, response.media_type, response.charset, shape=sitemap.SHAPE, url=response.url, expected="a sitemap")
        entries = list(sitemap.entries(document, response.url))
        broken = tuple(_broken(entry, response.url) for entry in entries if isinstance(entry, xml.Broken))
        return _sitemaps([entry for entry in entries if isinstance(entry, sitemap.Entry)], request, response, options, broken)
    listed = sitemap.lines(text)
    if not listed:
        raise SourceError(
            f"The answer from {response.url} is no sitemap, no list of addresses and no page.",
            advice="Give the address of the site's sitemap or of one of its pages.",
        )
    return _sitemaps(listed, request, response, options)


def _sitemaps(
    entries: list[sitemap.Entry], request: Request, response: Response, options: Mapping[str, str], items: tuple[Item, ...] = ()
) -> Page:
    """What to ask next: sitemaps that were not asked on the way here, pages that the pattern lets through and that changed."""
    wanted = _pattern(options.get("include", ""))
    since = dates.moment(request.context.get("since"))
    newest = max((moment for moment in (dates.moment(entry.lastmod) for entry in entries) if moment), default=None)
    stamp = request.context.get("stamp") or _clock(response) or (newest.strftime("%Y-%m-%dT%H:%M:%SZ") if newest else None)
    context = {name: value for name, value in (("since", request.context.get("since")), ("stamp", stamp)) if value}
    changed = [entry for entry in entries if since is None or not _older(entry.lastmod, since)]
    inner = dict.fromkeys(entry.url for entry in changed if entry.sitemap)
    follow = [*_inner(inner, request, context)]
    pages = {entry.url: _version(entry.lastmod, stamp) for entry in changed if not entry.sitemap and wanted(entry.url)}
    follow += [
        Request(url=page, step="page", context=context, crawl=True, version=version, optional=True, headers=_HTML)
        for page, version in pages.items()
    ]
    return Page(items=(*items, *_circles(inner, request)), follow=tuple(follow), stamp=stamp)


def _clock(response: Response) -> str | None:
    moment = dates.moment(response.headers.get("date"))
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def _version(lastmod: str | None, stamp: str | None) -> str:
    """A lastmod that surely names one version: more than a day has passed, so that the page cannot change once more under it."""
    answered = dates.moment(stamp)
    return lastmod or "" if answered is not None and _older(lastmod, answered) else ""


def _older(lastmod: str | None, since: datetime) -> bool:
    """Surely unchanged: a day of overlap, since many sitemaps give days only."""
    moment = dates.moment(lastmod)
    return moment is not None and moment + timedelta(days=1) < since


def _inner(addresses: Iterable[str], request: Request, context: Mapping[str, str]) -> Iterable[Request]:
    """The sitemaps of an index that were not asked on the way to it. `above` are the index itself and those that it stands in."""
    depth = int(request.context.get("depth", "0")) + 1
    above = _above(request)
    asked = set(request.context.get("asked", "").split()) | set(above)
    names = {address: _short(address) for address in addresses}
    if depth > DEPTH:
        return
    known = asked | set(names.values()) if len(names) <= _KNOWN else asked
    notes = {**context, "depth": str(depth), "asked": " ".join(sorted(known)), "above": " ".join(above)}
    for address, name in names.items():
        if name not in asked:
            yield Request(url=address, step="sitemap", context=notes, robots=True)


def _above(request: Request) -> list[str]:
    return [*request.context.get("above", "").split(), _short(request.url)]


def _circles(addresses: Iterable[str], request: Request) -> Iterable[Failure]:
    """A sitemap that contains itself, directly or through others, is told and not asked again."""
    above = _above(request)
    for address in addresses:
        if _short(address) in above:
            yield _circle(Raw(f"<sitemap><loc>{escape(address)}</loc></sitemap>".encode(), "application/xml", request.url), address)


def _circle(raw: Raw, address: str) -> Failure:
    """Named, so that it is known that no record hides behind it."""
    through = "" if _short(address) == _short(raw.url) else f", through {raw.url}"
    reason = f"The sitemap {address} contains itself{through}. It was not asked again."
    return Failure(identifier=address, reason=reason, raw=raw, advice="Tell the owner of the site.")


def _short(address: str) -> str:
    return hashlib.sha256((url.canonical(address) or address).encode("utf-8", "replace")).hexdigest()[:10]


def _pattern(written: str) -> Callable[[str], bool]:
    """A regular expression, or a pattern with * as in file names; nothing lets everything through."""
    if not written:
        return lambda address: True
    glob = "*" in written and not re.search(r"[.\])\\]\*", written)
    try:
        found = re.compile(fnmatch.translate(written if written.startswith(("http", "*")) else f"*{written}") if glob else written)
    except re.error as error:
        raise SourceError(
            f'The option include is no pattern: "{written}" ({error}).', advice="Write a part of the addresses, for example: /courses/"
        ) from None
    return (lambda address: found.match(address) is not None) if glob else (lambda address: found.search(address) is not None)


def _page(text: str, request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The learning resources of one page. A page without any is no failure; a block that is not JSON is one.

    The page that a source begins with may be a list that names others.
    """
    found = linked_data.page(text, response.url)
    address = found.canonical if found.canonical and url.host(found.canonical) == url.host(response.url) else response.url
    bad = tuple(_bad(block.body, f"{address}#json-ld-{block.number}") for block in found.bad)
    items = (*_items(found, address), *bad)
    if request.step != "start":
        return Page(items=items, stamp=request.context.get("stamp"))
    wanted, here = _pattern(options.get("include", "")), {address, request.url, response.url}
    pages = (page for page in linked_data.listed(found.nodes, response.url) if page not in here and wanted(page))
    return Page(items=items, follow=tuple(Request(url=page, step="page", crawl=True, optional=True, headers=_HTML) for page in pages))


def _document(text: str, request: Request, response: Response) -> Page:
    try:
        value = linked_data.block(text)
    except ValueError as error:
        raise SourceError(f"The JSON-LD from {response.url} is not JSON: {error}.", advice="Open the address in a browser.") from None
    return Page(items=_items(linked_data.document(value), response.url), stamp=request.context.get("stamp"))


def _items(found: linked_data.Found, address: str) -> tuple[Item, ...]:
    """Each node with a payload of its own; those that only the page could name are told apart by their place on it.

    A course that the page describes twice (in JSON-LD and in microdata) is one: the first description, and what only the other says.
    """
    kept: list[tuple[Object, Item]] = []
    names: set[str | None] = set()
    filled = linked_data.filler(found.known)
    for number, node in enumerate(map(filled, schema_org.learning(found.nodes)), 1):
        item = _read(node, address)
        twin = next((place for place, other in enumerate(kept[:_TWINS]) if _same(other, (node, item))), None)
        if twin is not None:
            node = {**node, **kept[twin][0]}
            kept[twin] = (node, _read(node, address))
            continue
        if item.identifier in names and linked_data.own_address(node.get("@id"), address) is None:
            node = {**node, "@id": f"#{number}"}
            item = _read(node, address)
        names.add(item.identifier)
        kept.append((node, item))
    return tuple(item for _, item in kept)


def _read(node: Object, address: str) -> Item:
    return schema_org.record(node, Raw(json.dump(node), MEDIA_TYPE, address))


def _same(one: tuple[Object, Item], other: tuple[Object, Item]) -> bool:
    """Two nodes of one page about one thing: the title is the same, so is the start, so are address and text where both have them."""
    (left, first), (right, second) = one, other
    if not (isinstance(first, Record) and isinstance(second, Record) and first.title.casefold() == second.title.casefold()):
        return False
    said = [(html.plain(record.description, 60) or "").casefold() for record in (first, second)]
    if all(said) and said[0] != said[1]:
        return False
    named = [any(node.get(name) for name in ("@id", "url", "mainEntityOfPage")) for node in (left, right)]
    return (first.url == second.url or not all(named)) and left.get("startDate") == right.get("startDate")


def _bad(body: bytes, where: str) -> Failure:
    try:
        linked_data.block(body.decode("utf-8", "replace"))
        said = "it holds no object"
    except ValueError as error:
        said = str(error)
    return Failure(
        reason=f"A JSON-LD block of the page is not JSON: {said}.",
        raw=Raw(body, MEDIA_TYPE, where),
        identifier=where,
        advice="Mend the page's script block.",
    )


def _broken(piece: xml.Broken, where: str) -> Failure:
    return Failure(reason=f"An entry of the sitemap is not well-formed XML: {piece.reason}.", raw=Raw(piece.body, "application/xml", where))


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored node."""
    if raw.media_type == "application/xml":
        piece = xml.read_piece(raw.body)
        return _broken(piece, raw.url) if isinstance(piece, xml.Broken) else _circle(raw, (xml.content(piece) or "").strip())
    try:
        node = linked_data.block(raw.body.decode("utf-8", "replace"))
    except ValueError:
        return _bad(raw.body, raw.url)
    return schema_org.record(node, raw) if isinstance(node, dict) else _bad(raw.body, raw.url)


HARVESTER = Harvester(
    kind="jsonld",
    aliases=("json-ld", "sitemap", "schema-org", "schema.org", "microdata"),
    title="Sitemap and schema.org pages",
    start=start,
    parse=parse,
    read=read,
    probe=sighting.probe,
    recognise=sighting.recognise,
    options=(Option(name="include", label="Pages", help="Only pages whose address matches this, for example: /courses/"),),
)
