"""The Open Textbook Library (University of Minnesota): its list of textbooks as JSON, page after page until one is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, html, identifier, language, licence, people, query, text, url
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.protocol import Harvester, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Raw, Record

PATH = "/opentextbooks/textbooks"
HOST = "open.umn.edu"
_ROLES = {"author": "creator", "editor": "contributor", "translator": "contributor", "illustrator": "contributor"}
# The library's own labels, where the cleaner knows no such words.
_LABELS = {"free documentation license (gnu)": "GFDL-1.3-or-later", "no rights reserved": "CC0-1.0"}


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The first page, or the one book that the address names: each has its JSON beside it."""
    path = urlsplit(address).path.rstrip("/")
    place = query.rooted(address, path.removesuffix(".json") if path.startswith(PATH) else PATH)
    return (_page(query.extended(f"{place}.json", query.parameters(address)), 1),)


def _page(address: str, number: int) -> Request:
    return listing.ask(address, {"page": str(number)}, context={"page": str(number)})


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page: the list ends where `data` is empty."""
    value = obj(listing.value(response))
    found = value.get("data")
    if isinstance(found, dict):
        return Page(items=listing.items([found], response, read, options))
    if not isinstance(found, list):
        raise listing.refuse(response, "list of textbooks: it has no `data`", f"The list is at https://{HOST}{PATH}.")
    follow = (_page(request.url, int(request.context.get("page", "1")) + 1),) if found else ()
    return Page(items=listing.items(found, response, read, options), follow=follow)


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    changed = dates.moment(entry.get("updated_at"))
    name, title = listing.named(entry.get("id"), text.line(entry.get("title")), changed)
    said = text.line(entry.get("license"))
    known = _LABELS.get((said or "").lower()) or licence.licence(said)
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=changed,
        url=url.absolute(entry.get("url"), raw.url) or url.absolute(f"{PATH}/{name}", raw.url),
        resource_type="textbook",
        description=html.rich(entry.get("description")),
        languages=language.tags(many(entry.get("language"))),
        agents=(*_people(entry), *_publishers(entry)),
        provider="Open Textbook Library",
        institution=next((text.line(one.get("name")) for one in objects(entry.get("publishers"))), None),
        identifiers=identifier.identifiers([first(entry, "ISBN13", "isbn13"), first(entry, "ISBN10", "isbn10"), entry.get("doi")]),
        licence=known,
        licence_url=licence.url(known),
        rights=said,
        free=True,
        subjects=text.lines(subject.get("name") for subject in objects(entry.get("subjects"))),
        image=url.absolute(first(entry, "cover_url", "cover", "image_url"), raw.url),
        published=dates.moment(entry.get("copyright_year")),
        modified=changed,
    )


read = listing.reader(_entry)


def _people(entry: Object) -> Iterator[Agent]:
    for one in list(objects(entry.get("contributors")))[: text.LIST]:
        name = people.whole(one, "first_name", "middle_name", "last_name") or text.line(one.get("title"))
        if name:
            role = _ROLES.get(str(one.get("contribution") or "author").lower(), "contributor")
            yield Agent(name=name, role=role, organisation=one.get("corporate") is True)


def _publishers(entry: Object) -> Iterator[Agent]:
    for one in list(objects(entry.get("publishers")))[: text.LIST]:
        name = text.line(one.get("name"))
        if name:
            yield Agent(name=name, role="publisher", url=url.absolute(one.get("url")), organisation=True)


def probe(address: str) -> tuple[Request, ...]:
    return start(address, {}, None) if url.belongs(address, HOST) else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """`data` that holds books with the library's fields."""
    book = obj(obj(listing.glance(response)).get("data"))
    if not {"title", "license", "copyright_year"} <= book.keys():
        return None
    return Sighting(
        address=query.rooted(response.url, PATH),
        confidence=0.95,
        reason="It is the Open Textbook Library's list of textbooks.",
        title="Open Textbook Library",
    )


HARVESTER = Harvester(
    kind="open-textbook-library",
    aliases=("otl",),
    title="Open Textbook Library",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
)
