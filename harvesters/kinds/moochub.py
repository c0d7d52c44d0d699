"""MOOChub course lists (JSON:API), versions 1 to 3 and their mixtures. Specification: https://github.com/MOOChub/schema"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import zip_longest

from harvesters.clean import dates, duration, html, json, language, level, licence, money, text, url, workload
from harvesters.clean.resource_type import resource_type
from harvesters.clean.schema_values import truth
from harvesters.clean.values import EMPTY, Object, first, many, obj, objects
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Page, Request, Response
from harvesters.record import Agent, Failure, Item, Offering, Raw, Record
from harvesters.sightings import moochub as sighting

MEDIA_TYPE = "application/vnd.api+json"
ACCEPT = "application/vnd.api+json; moochub-version=3, application/vnd.api+json; moochub-version=2.3;q=0.8, application/json;q=0.5"
_PEOPLE = (
    ("creator", "creator"), ("instructor", "instructor"), ("instructors", "instructor"), ("contributor", "contributor"),
    ("partnerInstitutes", "contributor"), ("partnerInstitute", "contributor"), ("publisher", "publisher"),
)  # fmt: skip
MOST_RUNS = 100
APART = "#apart"  # on the address of a payload whose id is not its own


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    return (Request(url=address, step="page", headers={"Accept": ACCEPT}),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page of the list."""
    value = json.parse(response.body, response.media_type, response.charset, url=response.url)
    entries, links = _envelope(value, response.url)
    items = tuple(_apart([read(Raw(json.dump(entry), MEDIA_TYPE, response.url), options) for entry in entries]))
    following = obj(links.get("next")).get("href") if isinstance(links.get("next"), dict) else links.get("next")
    address = url.absolute(following, response.url) if following else None
    if address is None or address in (request.url, response.url):
        return Page(items=items)
    return Page(items=items, follow=(Request(url=url.same_scheme(address, response.url), step="page", headers=request.headers),))


def _envelope(value: object, where: str) -> tuple[list[object], Object]:
    """The standard's schema has a list in `data`, its own example an object."""
    if isinstance(value, list):
        return value, EMPTY
    if isinstance(value, dict):
        links = obj(value.get("links"))
        if isinstance(value.get("data"), (list, dict)):
            return many(value["data"]), links
        errors = list(objects(value.get("errors")))
        if errors:
            said = text.line(errors[0].get("detail") or errors[0].get("title")) or "an error without words"
            raise SourceError(f"The service at {where} answered: {said}", advice="Ask the platform's operator.")
    raise SourceError(
        f"The JSON from {where} is no MOOChub list: it has no `data`.", advice="Check the address of the platform's MOOChub interface."
    )


def _apart(items: list[Item]) -> Iterator[Item]:
    """Some platforms give all courses one id: where address or code differ they are different, and each gets its own name."""
    places: dict[str, set[str]] = {}
    for item in items:
        if isinstance(item, Record):
            places.setdefault(item.identifier, set()).add(_place(item))
    for item in items:
        if isinstance(item, Record) and len(places[item.identifier]) > 1:
            yield replace(item, identifier=_own(item.identifier, item), raw=replace(item.raw, url=item.raw.url + APART))
        else:
            yield item


def _own(identifier: str, item: Record) -> str:
    return f"{identifier}#{hashlib.sha256(_place(item).encode('utf-8', 'replace')).hexdigest()[:12]}"


def _place(item: Record) -> str:
    """What tells two courses of one id apart: the address, and the code, or without one the title."""
    return "\n".join(((url.canonical(item.url) or "") if item.url else "", item.code or item.title))


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """One stored entry of `data`."""
    try:
        entry = json.load(raw.body.decode())
    except ValueError as error:
        return Failure(reason=f"The record is not JSON: {error}.", raw=raw)
    if not isinstance(entry, dict):
        return Failure(reason="The record is no JSON object.", raw=raw, advice="Each entry of `data` has to be a course.")
    attributes = obj(entry.get("attributes")) or entry
    address = url.absolute(first(attributes, "url", "link"), raw.url)
    identifier = text.identifier(first(entry, "id", "identifier")) or text.identifier(first(attributes, "id", "courseCode")) or address
    if identifier is None:
        return Failure(reason="The record has no id.", raw=raw)
    modified = dates.moment(first(attributes, "dateModified", "modified"))
    title = _words(attributes.get("name")) or _words(attributes.get("title"))
    if title is None:
        return Failure(
            reason="The record has no title.", raw=raw, identifier=identifier, datestamp=modified, advice="MOOChub requires `name`."
        )
    record = _record(attributes, identifier, title, address, raw)
    return replace(record, identifier=_own(identifier, record)) if raw.url.endswith(APART) else record


def _record(attributes: Object, identifier: str, title: str, address: str | None, raw: Raw) -> Record:
    agents = tuple(_agents(attributes))
    known, where, said = _licence(attributes)
    load = _workload(attributes)
    access = {str(word).lower() for word in many(attributes.get("access"))}
    offerings = _offerings(attributes, access)
    provider = obj(first(attributes, "moocProvider", "provider"))
    short = first(attributes, "abstract", "abtract", "shortDescription")
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=dates.moment(first(attributes, "dateModified", "modified")),
        url=address,
        resource_type=resource_type(
            obj(kind).get("identifier") if isinstance(kind, dict) else kind for kind in many(attributes.get("learningResourceType"))
        )
        or "course",
        summary=html.plain(_plain(short), text.SUMMARY),
        description=html.rich(_plain(attributes.get("description"))) or html.rich(_plain(short)),
        languages=language.tags(many(first(attributes, "inLanguage", "languages", "language"))),
        subtitle_languages=language.tags(many(first(attributes, "subtitleLanguage", "subtitleLanguages"))),
        agents=agents,
        provider=text.line(provider.get("name")) or next((agent.name for agent in agents if agent.role == "publisher"), None),
        institution=next((agent.name for agent in agents if agent.role == "contributor" and agent.organisation), None),
        code=_words(attributes.get("courseCode")),
        licence=known,
        licence_url=where,
        rights=said,
        free="free" in access if access & {"free", "paid"} else truth(attributes.get("isAccessibleForFree")),
        certificate=True if many(first(attributes, "educationalCredentialsAwarded", "educationalCredentialAwarded")) else None,
        credits=_credits(first(attributes, "numberOfCredits", "credits")),
        offerings=offerings,
        duration=duration.duration(attributes.get("duration")),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels(
            name
            for node in many(first(attributes, "educationalLevel", "educationalLevels"))
            for name in (_words(obj(node).get("name")), node if isinstance(node, str) else None)
        ),
        subjects=text.lines(
            [
                *(_words(node.get("name")) for node in objects(attributes.get("educationalAlignment"))),
                *(_label(node.get("prefLabel")) for node in objects(attributes.get("about"))),
            ]
        ),
        keywords=text.lines(many(attributes.get("keywords"))),
        teaches=text.lines(
            _words(node.get("name")) if isinstance(node, dict) else node
            for node in many(first(attributes, "teaches", "learningObjectives", "learningobjectives"))
        ),
        prerequisites=text.lines(
            _words(node.get("name")) if isinstance(node, dict) else node
            for node in many(first(attributes, "competencyRequired", "coursePrerequisites"))
        ),
        audience=text.lines(str(who).rpartition("/")[2] for who in many(attributes.get("audience"))),
        image=next((found for found in map(_media, many(attributes.get("image"))) if found), None),
        created=dates.moment(attributes.get("dateCreated")),
        published=dates.moment(attributes.get("datePublished")),
        modified=dates.moment(attributes.get("dateModified")),
    )


def _plain(value: object) -> object:
    """The examples of the standard write line breaks as backslash and n."""
    return value.replace("\\n", "\n") if isinstance(value, str) else value


def _words(value: object) -> str | None:
    """A text, or the first of several in several languages."""
    for entry in many(value):
        found = text.line(entry.get("name") or entry.get("@value") or entry.get("value")) if isinstance(entry, dict) else text.line(entry)
        if found:
            return found
    return None


def _label(value: object) -> str | None:
    """The English name of a concept of AMB, else its first."""
    names = obj(value)
    return text.line(names.get("en") or next(iter(names.values()), None))


def _agents(attributes: Object) -> Iterator[Agent]:
    seen: set[Agent] = set()
    for field, role in _PEOPLE:
        for node in many(attributes.get(field))[: text.LIST]:
            holder = node if isinstance(node, dict) else {"name": node}
            name = _words(holder.get("name"))
            kind = str(holder.get("type") or "").lower()
            organisation = True if "organi" in kind or "partner" in field else False if "person" in kind or field == "instructors" else None
            if name:
                agent = Agent(name=name, role=role, url=url.absolute(first(holder, "url", "identifier")), organisation=organisation)
                if agent not in seen:
                    seen.add(agent)
                    yield agent


def _licence(attributes: Object) -> tuple[str | None, str | None, str | None]:
    """The licence, its address, and the source's own words."""
    for node in many(first(attributes, "license", "licence", "courseLicenses", "licenses")):
        holder = node if isinstance(node, dict) else {"url": node}
        said = [holder.get(name) for name in ("identifier", "url", "id", "contentUrl", "name")]
        known = next((found for found in map(licence.licence, said) if found), None)
        where = next((found for found in map(url.absolute, said) if found), None)
        if known or any(said):
            return known, where or licence.url(known), text.line(next((one for one in said if one), None))
    return None, None, None


def _workload(attributes: Object) -> workload.Workload:
    said = attributes.get("workload")
    if isinstance(said, dict):
        return workload.workload(said.get("timeValue"), str(said.get("timeUnit") or ""))
    return workload.workload(said, weekly=True)


def _credits(value: object) -> Decimal | None:
    try:
        found = Decimal(str(obj(value).get("value") if isinstance(value, dict) else value).replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found <= 360 else None


def _offerings(attributes: Object, access: set[str]) -> tuple[Offering, ...]:
    """Parallel lists of the starts and ends, that belong together by their place alone."""
    starts, ends = (many(attributes.get(name))[:MOST_RUNS] for name in ("startDate", "endDate"))
    offer = _price(attributes)
    if offer is None and access == {"free"}:
        offer = money.Money(Decimal(0))
    modes = {str(mode).lower() for mode in many(attributes.get("courseMode"))}
    mode = next(
        (name for name in ("blended", "onsite", "online") if name in modes),
        "online" if modes & {"mooc", "synchronous", "asynchronous"} else None,
    )
    runs = [(dates.moment(begin), dates.moment(end)) for begin, end in zip_longest(starts, ends)]
    if not any(begin or end for begin, end in runs):
        runs = [(None, None)] if offer or mode else []
    return tuple(
        Offering(
            start=begin,
            end=end,
            enrolment_start=dates.moment(attributes.get("applicationStartDate")),
            enrolment_end=dates.moment(attributes.get("applicationDeadline")),
            mode=mode,
            price=offer.amount if offer else None,
            currency=offer.currency if offer else None,
        )
        for begin, end in dict.fromkeys(runs)
        if begin or end or len(runs) == 1
    )


def _price(attributes: Object) -> money.Money | None:
    """What taking part costs, before what the certificate costs."""
    offers = list(objects(first(attributes, "offer", "offers")))
    offers.sort(key=lambda node: str(node.get("category") or "").lower() == "certificate")
    return next((found for found in (money.money(node.get("price"), node.get("priceCurrency")) for node in offers) if found), None)


def _media(node: object) -> str | None:
    return url.absolute(first(node, "contentUrl", "url") if isinstance(node, dict) else node)


HARVESTER = Harvester(
    kind="moochub",
    aliases=("mooc-hub",),
    title="MOOChub list",
    start=start,
    parse=parse,
    read=read,
    probe=sighting.probe,
    recognise=sighting.recognise,
)
