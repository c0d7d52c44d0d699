"""LibreTexts Commons: the export for libraries' knowledge bases (KBART's fields in JSON), whole in one answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from harvesters import listing
from harvesters.clean import dates, html, identifier, language, licence, people, query, text, url
from harvesters.clean.values import Object, first, many, obj
from harvesters.protocol import Harvester, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Raw, Record

PATH = "/api/v1/commons/kbexport"
_SHORT = re.compile(r"cc(by)(nc)?(nd|sa)?")
_OTHER = {"publicdomain": "public-domain", "gnu": "GPL-3.0-or-later", "gnufdl": "GFDL-1.3-or-later", "arr": "all-rights-reserved"}
_SCRIPTED = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{2}) (\d{4})(?: .{0,80})?")  # a date as JavaScript writes it


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The whole export."""
    return (listing.ask(address if "/api/" in address else query.rooted(address, PATH)),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """All titles."""
    value = obj(listing.value(response))
    titles = value.get("titles")
    if not isinstance(titles, list):
        raise listing.refuse(response, "export of LibreTexts: it has no `titles`", f"The export is at {PATH} of commons.libretexts.org.")
    return Page(items=listing.items(titles, response, read, options))


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    address = url.absolute(entry.get("title_url"), raw.url)
    changed = _moment(entry.get("date_last_updated"))
    name, title = listing.named(first(entry, "title_id") or address, text.line(entry.get("publication_title")), changed)
    said = text.line(entry.get("license"))
    known = _licence(said)
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=changed,
        url=address,
        resource_type="textbook",
        description=html.rich(entry.get("description")),
        languages=language.tags(many(entry.get("language"))),
        agents=tuple(_agents(entry)),
        provider="LibreTexts",
        institution=text.line(entry.get("publisher_name")),
        identifiers=identifier.identifiers([entry.get("online_identifier"), entry.get("print_identifier")]),
        licence=known,
        licence_url=licence.url(known),
        rights=said,
        free=True,
        subjects=text.lines([_library(address)]),
        image=url.absolute(entry.get("thumbnail_url"), raw.url),
        published=_moment(entry.get("date_monograph_published_online")),
        modified=changed,
    )


read = listing.reader(_entry)


def _moment(value: object) -> datetime | None:
    scripted = _SCRIPTED.fullmatch(value) if isinstance(value, str) else None
    return dates.moment(f"{scripted[2]} {scripted[1]} {scripted[3]}") if scripted else dates.moment(value)


def _licence(said: str | None) -> str | None:
    code = (said or "").lower().replace("-", "")
    short = _SHORT.fullmatch(code)
    if short:
        return licence.licence("cc-" + "-".join(part for part in short.groups() if part))
    return _OTHER.get(code) or licence.licence(said)


def _library(address: str | None) -> str | None:
    """The libraries are named by subject: chem.libretexts.org, biz.libretexts.org."""
    name = (url.host(address) or "").removesuffix(".libretexts.org") if address else ""
    return {
        "bio": "Biology", "biz": "Business", "chem": "Chemistry", "eng": "Engineering", "espanol": None, "geo": "Geosciences",
        "human": "Humanities", "k12": "K12 Education", "math": "Mathematics", "med": "Medicine", "phys": "Physics",
        "socialsci": "Social Sciences", "stats": "Statistics", "workforce": "Workforce",
    }.get(name)  # fmt: skip


def _agents(entry: Object) -> Iterator[Agent]:
    yield from people.agents(many(first(entry, "authors", "first_author")))
    yield from people.agents([entry.get("publisher_name")], "publisher", organisation=True)


def probe(address: str) -> tuple[Request, ...]:
    return (listing.ask(f"https://commons.libretexts.org{PATH}"),) if url.belongs(address, "libretexts.org") else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """Titles with KBART's fields."""
    title = obj(obj(listing.glance(response)).get("titles"))
    if not {"publication_title", "title_url"} <= title.keys():
        return None
    return Sighting(address=response.url, confidence=0.95, reason="It is the export of LibreTexts Commons.", title="LibreTexts")


HARVESTER = Harvester(kind="libretexts", title="LibreTexts Commons", start=start, parse=parse, read=read, probe=probe, recognise=recognise)
