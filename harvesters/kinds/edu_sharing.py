"""edu-sharing repositories: the search interface, asked by POST page after page; version 6 and earlier under another name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, html, language, level, licence, query, text, url
from harvesters.clean.resource_type import resource_type
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.errors import ProtocolError
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Raw, Record

ROOT = "/edu-sharing"
_SEARCH = "/rest/search/v1/{queries}/-home-/-default-/ngsearch"
_NOW: tuple[str, Mapping[str, object]] = ("queries", {"resolveCollections": False, "criteria": [], "facets": []})
_BEFORE: tuple[str, Mapping[str, object]] = ("queriesV2", {"criterias": [], "facettes": []})
_CARD = re.compile(r"^(FN|ORG|URL)[^:\r\n]{0,60}:(.{1,500}?)\r?$", re.MULTILINE)
_ROLES = (
    ("ccm:lifecyclecontributer_author", "creator"),
    ("ccm:lifecyclecontributer_editor", "contributor"),
    ("ccm:lifecyclecontributer_publisher", "publisher"),
)
_EMPTY = re.compile(r"null null|- .{1,20} -|unknown", re.IGNORECASE)  # what forms write where nothing was chosen


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The first page, by the present interface, or else by that of version 6."""
    size = listing.size(options, 100, 1_000)
    return (replace(_first(address, _NOW, size), optional=True, otherwise=(_first(address, _BEFORE, size),)),)


def _first(address: str, interface: tuple[str, Mapping[str, object]], size: int) -> Request:
    queries, body = interface
    place = query.rooted(address, _root(address) + _SEARCH.format(queries=queries))
    wanted = {"contentType": "FILES", "maxItems": str(size), "skipCount": "0", "propertyFilter": "-all-"}
    return listing.post(query.extended(place, wanted), body)


def _root(address: str) -> str:
    """The path of the repository: whatever stands before and with "/edu-sharing"."""
    before, found, _ = urlsplit(address).path.partition(ROOT)
    return f"{before}{ROOT}" if found else ROOT


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page of the search."""
    value = obj(listing.value(response))
    nodes = value.get("nodes")
    if not isinstance(nodes, list):
        words = listing.said(value, "message", "error")
        if words:
            raise ProtocolError(f"The repository at {response.url} answered: {words}", advice="It may not let guests search.")
        raise listing.refuse(response, "search of edu-sharing: it has no `nodes`", "Give the repository's address, up to /edu-sharing.")
    skipped = query.parameters(request.url).get("skipCount", "0")
    reached = (int(skipped) if skipped.isdigit() and len(skipped) < 9 else 0) + len(nodes)
    total = listing.count(obj(value.get("pagination")).get("total"))
    goes_on = bool(nodes) and (total is None or reached < total)
    follow = (replace(listing.again(request, {"skipCount": str(reached)}), optional=False, otherwise=()),) if goes_on else ()
    return Page(items=listing.items(nodes, response, read, options), follow=follow, total=total if skipped == "0" else None)


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    said = obj(entry.get("properties"))
    changed = _moment(entry.get("modifiedAt"), said, "cm:modifiedISO8601", "cm:modified")
    title = text.line(entry.get("title")) or next(iter(_texts(said, "cclom:title")), None) or text.line(entry.get("name"))
    identifier, title = listing.named(first(obj(entry.get("ref")), "id") or next(iter(_texts(said, "sys:node-uuid")), None), title, changed)
    page = url.absolute(f"{_root(raw.url)}/components/render/{identifier}", raw.url)
    address = next((found for found in map(url.absolute, _texts(said, "ccm:wwwurl")) if found), None)
    known, where, rights = _licence(entry, said)
    agents = tuple(dict.fromkeys(_agents(said)))[: text.LIST]
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=changed,
        url=address or page,
        same_as=(page,) if address and page else (),
        resource_type=resource_type(_shown(said, "ccm:educationallearningresourcetype", both=True))
        or resource_type([entry.get("mediatype")]),
        description=html.rich("\n\n".join(_strings(said, "cclom:general_description"))),
        languages=language.tags(_texts(said, "cclom:general_language")),
        agents=agents,
        institution=next(iter(_shown(said, "ccm:university")), None) or next((agent.name for agent in agents if agent.organisation), None),
        licence=known,
        licence_url=where,
        rights=rights,
        levels=level.levels(_shown(said, "ccm:educationalcontext", both=True)),
        subjects=_shown(said, "ccm:taxonid"),
        keywords=_texts(said, "cclom:general_keyword"),
        audience=_shown(said, "ccm:educationalintendedenduserrole"),
        image=url.absolute(obj(entry.get("preview")).get("url"), raw.url),
        created=_moment(entry.get("createdAt"), said, "cm:createdISO8601", "cm:created"),
        published=_moment(None, said, "ccm:published_dateISO8601", "ccm:published_date"),
        modified=changed,
    )


read = listing.reader(_entry)


def _strings(said: Object, name: str) -> list[str]:
    return [value for value in many(said.get(name)) if isinstance(value, str) and value.strip()]


def _texts(said: Object, name: str) -> tuple[str, ...]:
    return tuple(value for value in text.lines(many(said.get(name))) if not _EMPTY.fullmatch(value))


def _shown(said: Object, name: str, *, both: bool = False) -> tuple[str, ...]:
    """A property's labels; its own values, which are keys of a vocabulary, where there are none, or besides."""
    labels = _texts(said, f"{name}_DISPLAYNAME")
    return (*labels, *_texts(said, name)) if both or not labels else labels


def _moment(value: object, said: Object, *names: str) -> datetime | None:
    values = [value, *(one for name in names for one in many(said.get(name)))]
    return next((found for found in map(dates.moment, values) if found), None)


def _licence(entry: Object, said: Object) -> tuple[str | None, str | None, str | None]:
    """The address says it best; a key such as CC_BY_SA has its version beside it."""
    key = next(iter(_texts(said, "ccm:commonlicense_key")), "")
    version = next(iter(_texts(said, "ccm:commonlicense_cc_version")), "")
    place = obj(entry.get("license")).get("url") or next(iter(_texts(said, "virtual:licenseurl")), None)
    dashed = "CC0" if key in ("CC_0", "CC_ZERO") else key.replace("_", "-")
    words = f"{dashed}-{version}" if version and dashed.startswith("CC-BY") else dashed
    known = licence.licence(place) or licence.licence(words)
    return known, url.absolute(place) or licence.url(known), text.line(f"{key} {version}")


def _agents(said: Object) -> Iterator[Agent]:
    found = False
    for name, role in _ROLES:
        for card in _strings(said, name)[: text.LIST]:
            known = {field: value.replace("\\", "") for field, value in reversed(_CARD.findall(card[:5_000]))}  # "A\\, B"
            person = text.line(known.get("FN"))
            whole = person if person and not _EMPTY.fullmatch(person) else text.line(known.get("ORG"))
            if whole:
                found = True
                yield Agent(name=whole, role=role, url=url.absolute(known.get("URL")), organisation=whole != person)
    if not found:
        for name in _texts(said, "ccm:lifecyclecontributer_authorFN") or _texts(said, "ccm:author_freetext"):
            yield Agent(name=name)


def probe(address: str) -> tuple[Request, ...]:
    """Where the address names the software, both interfaces."""
    if ROOT not in (url.absolute(address) or ""):
        return ()
    return tuple(_first(address, interface, 1) for interface in (_NOW, _BEFORE))


def recognise(request: Request, response: Response) -> Sighting | None:
    """Nodes with edu-sharing's properties."""
    value = obj(listing.glance(response))
    node = next(objects(value.get("nodes")), None)
    if "pagination" not in value or (node is None and value.get("nodes") != []) or (node is not None and "properties" not in node):
        return None
    place = query.rooted(response.url, _root(response.url))
    return Sighting(address=place, confidence=0.95, reason="The search interface of an edu-sharing repository answered.")


HARVESTER = Harvester(
    kind="edu-sharing",
    aliases=("edusharing",),
    title="edu-sharing repository",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    answers_errors=True,
    options=(Option(name="page_size", label="Materials a page", default="100", form="number"),),
)
