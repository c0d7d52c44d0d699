"""Thoth: the open metadata of open-access publishers, asked by GraphQL page after page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, html, identifier, language, licence, people, query, text, url
from harvesters.clean.values import Object, first, obj, objects
from harvesters.errors import ProtocolError
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Raw, Record, Withdrawn

API = "https://api.thoth.pub/graphql"
HOST = "thoth.pub"
TYPES = ("TEXTBOOK", "MONOGRAPH", "EDITED_BOOK", "")
_QUERY = """{ works(limit: %d, offset: %d%s) {
  workId workType workStatus doi landingPage license coverUrl publicationDate titles { fullTitle canonical }
  abstracts { content canonical abstractType } languages { languageCode } subjects { subjectType subjectCode }
  contributions { contributionType fullName } publications { publicationType isbn } imprint { publisher { publisherName publisherUrl } }
} }"""


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The first page of works of one type, textbooks unless the option says otherwise."""
    given = API if url.belongs(address, HOST) else query.rooted(address, urlsplit(API).path)
    return (_page(address if "/graphql" in address else given, 0, options),)


def _page(address: str, offset: int, options: Mapping[str, str]) -> Request:
    kind = options.get("type", TYPES[0])
    chosen = f", workTypes: [{kind}]" if kind in TYPES and kind else ""
    asked = _QUERY % (listing.size(options, 100, 1_000), offset, chosen)
    return listing.post(address, {"query": " ".join(asked.split())}, context={"offset": str(offset)})


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page; the last is the one that is not full."""
    value = obj(listing.value(response))
    works = obj(value.get("data")).get("works")
    if not isinstance(works, list):
        words = listing.said(obj(value.get("errors")), "message")
        if words:
            raise ProtocolError(f"The service at {response.url} answered: {words}", advice="Its interface may have changed.")
        raise listing.refuse(response, "list of Thoth works: it has no `data.works`", f"The interface is at {API}.")
    offset = int(request.context.get("offset", "0")) + len(works)
    follow = (_page(request.url, offset, options),) if len(works) >= listing.size(options, 100, 1_000) else ()
    return Page(items=listing.items(works, response, read, options), follow=follow)


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    title = _canonical(entry.get("titles"), "fullTitle") or entry.get("fullTitle")
    name, title = listing.named(entry.get("workId"), text.line(title))
    if str(entry.get("workStatus") or "ACTIVE").upper() not in ("ACTIVE", "FORTHCOMING"):
        return Withdrawn(identifier=name, raw=raw)
    publisher = obj(obj(entry.get("imprint")).get("publisher"))
    house = text.line(publisher.get("publisherName"))
    abstract = _canonical(entry.get("abstracts"), "content") or first(entry, "longAbstract", "shortAbstract")
    known = licence.licence(entry.get("license"))
    published = dates.moment(entry.get("publicationDate"))
    isbns = [one.get("isbn") for one in objects(entry.get("publications"))]
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        url=url.absolute(entry.get("landingPage")) or url.absolute(entry.get("doi")),
        resource_type="textbook",
        description=html.rich(abstract),
        languages=language.tags(one.get("languageCode") for one in objects(entry.get("languages"))),
        agents=tuple(_people(entry, house)),
        provider="Thoth",
        institution=house,
        identifiers=identifier.identifiers([entry.get("doi"), *isbns]),
        licence=known,
        licence_url=url.absolute(entry.get("license")) or licence.url(known),
        rights=text.line(entry.get("license")),
        free=True,
        keywords=text.lines(
            one.get("subjectCode") for one in objects(entry.get("subjects")) if one.get("subjectType") in ("KEYWORD", "CUSTOM")
        ),
        image=url.absolute(entry.get("coverUrl")),
        published=published,
    )


read = listing.reader(_entry)


def _canonical(value: object, field: str) -> object:
    """Titles and abstracts come in several languages and forms; one is the work's own."""
    found = sorted(objects(value), key=lambda one: one.get("canonical") is not True)
    return next((one[field] for one in found if one.get(field)), None)


def _people(entry: Object, publisher: str | None) -> Iterator[Agent]:
    listed = list(objects(entry.get("contributions")))
    authors, others = ([one for one in listed if (one.get("contributionType") == "AUTHOR") is author] for author in (True, False))
    yield from people.agents(one.get("fullName") for one in authors)
    yield from people.agents((one.get("fullName") for one in others), "contributor")
    yield from people.agents([publisher], "publisher", organisation=True)


def probe(address: str) -> tuple[Request, ...]:
    return start(address, {"page_size": "1"}, None) if url.belongs(address, HOST) else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """Works under `data`."""
    work = obj(obj(obj(listing.glance(response)).get("data")).get("works"))
    if not {"workId", "workType"} <= work.keys():
        return None
    return Sighting(address=response.url, confidence=0.95, reason="Thoth's GraphQL interface answered with works.", title="Thoth")


HARVESTER = Harvester(
    kind="thoth",
    title="Thoth open-access books",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(
        Option(name="type", label="Type of work", help="Empty: all works.", default="TEXTBOOK", form="choice", choices=TYPES),
        Option(name="page_size", label="Works a page", default="100", form="number"),
    ),
)
