"""Coursera's catalogue API, courses.v1: courses page by page, with their partners and instructors beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import dates, html, language, people, query, text, url, workload
from harvesters.clean.values import Object, many, obj, objects
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Offering, Raw, Record

API = "https://api.coursera.org/api/courses.v1"
HOST = "coursera.org"
PARTNERS, INSTRUCTORS = "partners.v1", "instructors.v1"
# What is not named here is silently left out of the answer.
FIELDS = (
    "name,slug,courseType,description,photoUrl,partnerIds,instructorIds,primaryLanguages,subtitleLanguages,workload,startDate,domainTypes,"
    "certificates,partners.v1(name,shortName,links),instructors.v1(firstName,lastName,fullName)"
)


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The first page. The site's own address means its API."""
    wanted = {
        "start": "0",
        "limit": str(listing.size(options, 100, 1_000)),
        "fields": FIELDS,
        "includes": "partnerIds,instructorIds",
    }
    given = address if "/courses.v1" in address else API if url.belongs(address, HOST) else query.rooted(address, urlsplit(API).path)
    return (listing.ask(given, wanted | query.parameters(given)),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page; each course is kept with those of the linked partners and instructors that are its own."""
    value = obj(listing.value(response))
    elements = value.get("elements")
    if not isinstance(elements, list):
        said = listing.said(value, "message", "errorCode")
        raise listing.refuse(response, f"course list of Coursera{f' but says: {said}' if said else ''}", f"The list is at {API}.")
    paging, linked = obj(value.get("paging")), obj(value.get("linked"))
    known = {name: {str(one.get("id")): one for one in objects(linked.get(name))} for name in (PARTNERS, INSTRUCTORS)}
    entries = [_with_linked(element, known) for element in elements]
    following = text.identifier(paging.get("next"))
    follow = (listing.again(request, {"start": following}),) if following and elements else ()
    return Page(items=listing.items(entries, response, read, options), follow=follow, total=_total(request, paging))


def _total(request: Request, paging: Object) -> int | None:
    """A list that begins in the middle does not send all that there are."""
    return listing.count(paging.get("total")) if query.parameters(request.url).get("start", "0") == "0" else None


def _with_linked(element: object, known: Mapping[str, Mapping[str, Object]]) -> object:
    if not isinstance(element, dict):
        return element
    wanted = {PARTNERS: many(element.get("partnerIds")), INSTRUCTORS: many(element.get("instructorIds"))}
    own = {name: [known[name][str(one)] for one in ids if str(one) in known[name]] for name, ids in wanted.items()}
    return {**element, "linked": {name: found for name, found in own.items() if found}}


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    identifier, title = listing.named(entry.get("id"), text.line(entry.get("name")))
    linked = obj(entry.get("linked"))
    partners = text.lines(partner.get("name") for partner in objects(linked.get(PARTNERS)))
    slug = text.identifier(entry.get("slug"))
    address = url.absolute(f"https://www.coursera.org/learn/{slug}") if slug else None
    load = workload.workload(entry.get("workload"), weekly=True)
    begin = dates.moment(entry.get("startDate"))
    certificates = entry.get("certificates")
    certificate = bool(certificates) if isinstance(certificates, list) else None
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        url=address,
        resource_type="course",
        description=html.rich(entry.get("description")),
        languages=language.tags(many(entry.get("primaryLanguages"))),
        subtitle_languages=language.tags(many(entry.get("subtitleLanguages"))),
        agents=tuple(_agents(linked)),
        provider="Coursera",
        institution=partners[0] if partners else None,
        certificate=certificate,
        offerings=(Offering(url=address, start=begin, mode="online", certificate=certificate),) if begin else (),
        workload_min=load.min,
        workload_max=load.max,
        subjects=text.lines(_words(domain.get("domainId")) for domain in objects(entry.get("domainTypes"))),
        keywords=text.lines(_words(domain.get("subdomainId")) for domain in objects(entry.get("domainTypes"))),
        image=url.absolute(entry.get("photoUrl")),
    )


read = listing.reader(_entry)


def _words(name: object) -> object:
    """ "computer-science" is a name for programs."""
    return name.replace("-", " ") if isinstance(name, str) else name


def _agents(linked: Object) -> Iterator[Agent]:
    for partner in list(objects(linked.get(PARTNERS)))[: text.LIST]:
        name = text.line(partner.get("name"))
        if name:
            yield Agent(name=name, role="publisher", url=url.absolute(obj(partner.get("links")).get("website")), organisation=True)
    listed = objects(linked.get(INSTRUCTORS))
    yield from people.agents((people.whole(one, "firstName", "lastName") or one.get("fullName") for one in listed), "instructor")


def probe(address: str) -> tuple[Request, ...]:
    return start(address, {"page_size": "1"}, None) if url.belongs(address, HOST) else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """A list of elements with Coursera's paging at the API's name."""
    value = obj(listing.glance(response))
    if "/courses.v1" not in response.url or not (isinstance(value.get("elements"), list) and "paging" in value):
        return None
    return Sighting(address=API, confidence=0.95, reason="Coursera's catalogue API answered with a list of courses.", title="Coursera")


HARVESTER = Harvester(
    kind="coursera",
    title="Coursera catalogue",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(Option(name="page_size", label="Courses a page", default="100", form="number"),),
)
