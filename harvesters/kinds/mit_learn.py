"""MIT Learn: courses, programmes, podcasts and videos of all of MIT in one list (API v1), with their runs and prices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from harvesters import listing
from harvesters.clean import attendance, dates, duration, html, language, level, money, people, query, text, url, workload
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.protocol import Harvester, Option, Page, Request, Response, Sighting
from harvesters.record import Agent, Item, Offering, Raw, Record, Withdrawn

API = "https://api.learn.mit.edu/api/v1/learning_resources/"
HOST = "learn.mit.edu"
TYPES = {
    "course": "course", "program": "programme", "podcast": "podcast", "podcast_episode": "podcast", "video": "video",
    "video_playlist": "video", "learning_path": "programme", "article": "article", "document": "material",
}  # fmt: skip
_MODES = (("hybrid", "blended"), ("online", "online"), ("in_person", "onsite"))  # "offline" is a download
MOST_RUNS = 100


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """The first page. The site's own address means its API."""
    wanted = {"limit": str(listing.size(options, 100, 1_000)), "offset": "0"}
    kind = options.get("resource_type", "")
    given = API if url.belongs(address, HOST) else query.rooted(address, urlsplit(API).path)
    given = address if "/learning_resources" in address else given
    return (listing.ask(given, wanted | ({"resource_type": kind} if kind else {}) | query.parameters(given)),)


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """One page of the list, or of a search."""
    value = obj(listing.value(response))
    results = value.get("results")
    if not isinstance(results, list):
        words = listing.said(value, "detail", "error_type", "error")
        raise listing.refuse(response, f"list of learning resources{f' but says: {words}' if words else ''}", f"The list is at {API}.")
    following = url.absolute(value.get("next"), response.url)
    follow = (listing.ask(url.same_scheme(following, response.url)),) if following and results else ()
    begins = query.parameters(request.url).get("offset", "0") == "0"
    return Page(items=listing.items(results, response, read, options), follow=follow, total=_total(value) if begins else None)


def _total(value: Object) -> int | None:
    return listing.count(value.get("count"))


def _entry(entry: Object, raw: Raw, options: Mapping[str, str]) -> Item:
    changed = dates.moment(entry.get("last_modified"))
    identifier, title = listing.named(entry.get("id"), text.line(entry.get("title")), changed)
    if entry.get("published") is False:
        return Withdrawn(identifier=identifier, datestamp=changed, raw=raw)
    runs = list(objects(entry.get("runs")))[:MOST_RUNS]
    address = url.absolute(entry.get("url"), raw.url)
    numbers = objects(obj(entry.get("course")).get("course_numbers"))
    provider, maker = (text.line(obj(entry.get(name)).get("name")) for name in ("platform", "offered_by"))
    load = _load(entry, *runs)
    certificate = entry.get("certification")
    free = entry.get("free")
    return Record(
        identifier=identifier,
        title=title,
        raw=raw,
        datestamp=changed,
        url=address,
        resource_type=TYPES.get(str(entry.get("resource_type"))),
        description=html.rich(first(entry, "full_description", "description")),
        languages=language.tags(name for one in (entry, *runs) for name in many(one.get("languages"))),
        agents=tuple(_people(runs)),
        provider=provider or maker,
        institution=maker,
        code=next((found for number in numbers for found in (text.line(number.get("value")),) if found), None),
        rights="Creative Commons" if entry.get("license_cc") is True else None,
        free=free if isinstance(free, bool) else None,
        certificate=certificate if isinstance(certificate, bool) else None,
        offerings=tuple(_offering(run, entry, address) for run in runs) or tuple(_priced(entry, address)),
        duration=_length(entry, *runs),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels(_named(one) for run in runs for one in many(run.get("level"))),
        subjects=text.lines(_named(one) for one in many(entry.get("topics"))),
        keywords=text.lines(_named(one) for name in ("departments", "ocw_topics") for one in many(entry.get(name))),
        image=url.absolute(obj(entry.get("image")).get("url"), raw.url),
        modified=changed,
    )


read = listing.reader(_entry)


def _named(one: object) -> object:
    return first(one, "name", "code") if isinstance(one, dict) else one


def _people(runs: list[Object]) -> Iterator[Agent]:
    listed = (person for run in runs for person in objects(run.get("instructors")))
    return people.agents((one.get("full_name") or people.whole(one, "first_name", "last_name") for one in listed), "instructor")


def _load(*holders: Object) -> workload.Workload:
    for one in holders:
        found = workload.both(one.get("min_weekly_hours"), one.get("max_weekly_hours"))
        found = found if found != workload.NONE else workload.workload(one.get("time_commitment"), weekly=True)
        if found != workload.NONE:
            return found
    return workload.NONE


def _length(*holders: Object) -> str | None:
    for one in holders:
        weeks = first(one, "max_weeks", "min_weeks")
        film = obj(one.get("video")).get("duration") or obj(one.get("podcast_episode")).get("duration")
        found = duration.duration(weeks, "weeks") or duration.duration(one.get("duration")) or duration.duration(film)
        if found:
            return found
    return None


def _offering(run: Object, entry: Object, address: str | None) -> Offering:
    price = _price(run) or _price(entry)
    ways = " ".join(str(_named(one)) for one in many(first(run, "pace") or entry.get("pace")))
    delivery = {str(obj(one).get("code") or one) for one in many(first(run, "delivery") or entry.get("delivery"))}
    certificate = entry.get("certification")
    return Offering(
        identifier=text.identifier(run.get("run_id")),
        url=url.absolute(run.get("url")) or address,
        start=dates.moment(run.get("start_date")),
        end=dates.moment(run.get("end_date")),
        enrolment_start=dates.moment(run.get("enrollment_start")),
        enrolment_end=dates.moment(run.get("enrollment_end")),
        pace=attendance.pace(ways.replace("_", " ").lower()),
        mode=next((mode for code, mode in _MODES if code in delivery), None),
        price=price.amount if price else None,
        currency=price.currency if price else None,
        certificate=certificate if isinstance(certificate, bool) else None,
    )


def _priced(entry: Object, address: str | None) -> Iterator[Offering]:
    price = _price(entry)
    if price:
        yield Offering(url=address, price=price.amount, currency=price.currency)


def _price(holder: Object) -> money.Money | None:
    """The least of the prices: where one is 0, taking part costs nothing."""
    known = [money.money(one.get("amount"), one.get("currency")) for one in objects(holder.get("resource_prices"))]
    known = known or [money.money(amount) for amount in many(holder.get("prices"))]
    return min((one for one in known if one), key=lambda one: one.amount, default=None)


def probe(address: str) -> tuple[Request, ...]:
    return start(address, {"page_size": "1"}, None) if url.belongs(address, HOST) else ()


def recognise(request: Request, response: Response) -> Sighting | None:
    """Results with the API's own fields."""
    value = obj(listing.glance(response))
    if not {"resource_type", "readable_id", "platform"} <= obj(value.get("results")).keys():
        return None
    place = query.without(query.without(response.url, "limit"), "offset")
    return Sighting(address=place, confidence=0.95, reason="MIT Learn's interface answered with learning resources.", title="MIT Learn")


HARVESTER = Harvester(
    kind="mit-learn",
    title="MIT Learn",
    start=start,
    parse=parse,
    read=read,
    probe=probe,
    recognise=recognise,
    options=(
        Option(name="resource_type", label="Type of resource", help="Empty: all types.", form="choice", choices=("", *TYPES)),
        Option(name="page_size", label="Resources a page", default="100", form="number"),
    ),
)
