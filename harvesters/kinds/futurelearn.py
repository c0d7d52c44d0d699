"""FutureLearn's public feeds: one flat array of courses with their runs, or of programmes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from harvesters import listing
from harvesters.clean import dates, duration, html, language, money, people, query, text, url, workload
from harvesters.clean.values import Object, many, obj, objects
from harvesters.protocol import Harvester, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Offering, Raw, Record

FEED = "/feeds/courses"
HOST = "futurelearn.com"
MOST_RUNS = 100


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The whole feed; the site's address alone means its feed of courses."""
    return (listing.ask(address if "/feeds/" in address else query.rooted(address, FEED)),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """The array."""
    value = listing.value(response)
    if not isinstance(value, list):
        raise listing.refuse(response, "feed of FutureLearn: it is no list", f"The feed is usually at {FEED} of the site.")
    return Page(items=listing.items(value, response, read, options))


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    address = url.absolute(entry.get("url"), raw.url)
    address = query.without(address, "utm_") if address else None
    identifier, title = listing.named(entry.get("uuid") or address, text.line(entry.get("name")))
    programme = isinstance(entry.get("courses"), list)
    partner = obj(entry.get("organisation"))
    institution = text.line(partner.get("name"))
    load = workload.workload(entry.get("hours_per_week"), weekly=True)
    certificate = entry.get("has_certificates")
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        url=address,
        resource_type="programme" if programme else "course",
        summary=html.plain(entry.get("introduction"), text.SUMMARY),
        description=html.rich(entry.get("description")) or html.rich(entry.get("introduction")),
        languages=language.tags(many(entry.get("language"))),
        agents=tuple(_agents(entry, institution, url.absolute(partner.get("url")))),
        provider="FutureLearn",
        institution=institution,
        certificate=certificate if isinstance(certificate, bool) else None,
        offerings=tuple(_runs(entry, address)) or tuple(_price(entry, address)),
        duration=_length(entry),
        workload_min=load.min,
        workload_max=load.max,
        subjects=text.lines(many(entry.get("categories"))),
        image=url.absolute(entry.get("image_url"), raw.url),
    )


read = listing.reader(_entry)


def _agents(entry: Object, institution: str | None, home: str | None) -> Iterator[Agent]:
    yield from people.agents([entry.get("educator")], "instructor")
    if institution:
        yield Agent(name=institution, role="publisher", url=home, organisation=True)


def _runs(entry: Object, address: str | None) -> Iterator[Offering]:
    """A run without a date is one that is open, or that is not planned yet: the feed does not say which."""
    certificate = entry.get("has_certificates")
    for run in list(objects(entry.get("runs")))[-MOST_RUNS:]:
        yield Offering(
            identifier=text.identifier(run.get("uuid")),
            url=address,
            start=dates.moment(run.get("start_date")),
            mode="online",
            certificate=certificate if isinstance(certificate, bool) else None,
        )


def _price(entry: Object, address: str | None) -> Iterator[Offering]:
    """A programme's cost comes in cents, without a currency."""
    cents = money.money(entry.get("total_cost"))
    if cents:
        yield Offering(url=address, mode="online", price=cents.amount / Decimal(100))


def _length(entry: Object) -> str | None:
    weeks = [run.get("duration_in_weeks") for run in objects(entry.get("runs"))]
    return duration.duration(weeks[-1] if weeks else entry.get("total_week_count"), "weeks")


def probe(address: str) -> tuple[Request, ...]:
    return start(address, {}, None) if url.belongs(address, HOST) else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """An array of entries with runs and an organisation."""
    first = obj(listing.glance(response))
    if not ({"uuid", "name", "url"} <= first.keys() and ("runs" in first or "total_week_count" in first)):
        return None
    return Sighting(address=response.url, confidence=0.95, reason="It is a feed of FutureLearn courses.", title="FutureLearn")


HARVESTER = Harvester(
    kind="futurelearn",
    aliases=("future-learn",),
    title="FutureLearn feed",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
)
