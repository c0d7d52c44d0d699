"""When, how and for how much a schema.org course can be taken -> offerings, duration and workload.

Vocabulary: https://schema.org/CourseInstance, https://schema.org/Schedule as Google's guide to course pages reads it: `repeatCount` times
`repeatFrequency` is the length of the course, `duration` the work in one of these units, an ISO `courseWorkload` the work in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from harvesters.clean import attendance, dates, duration, linked_data, money, text, workload
from harvesters.clean.schema_values import address, words
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.record import Offering

MOST_RUNS = 100
_ITSELF = {"CourseInstance", "EducationEvent", "Event", "BusinessEvent"}
_WHEN = ("startDate", "endDate", "courseMode", "educationalProgramMode", "courseSchedule", "applicationDeadline", "eventAttendanceMode")
_UNITS = {
    "day": "D",
    "daily": "D",
    "p1d": "D",
    "week": "W",
    "weekly": "W",
    "p1w": "W",
    "p7d": "W",
    "month": "M",
    "monthly": "M",
    "p1m": "M",
}
_WEEKLY = {"D": 7.0, "W": 1.0, "M": 12 / 52.18}  # times in a week


def runs(node: Object) -> list[Object]:
    """Its instances; the node itself where it says when or how it takes place."""
    found = list(objects(node.get("hasCourseInstance")))[:MOST_RUNS]
    return found or ([node] if _ITSELF & set(linked_data.types(node)) or first(node, *_WHEN) is not None else [])


def offerings(node: Object, instances: list[Object]) -> Iterator[Offering]:
    """The runs; a course without any is offered as its own offers say."""
    price = _price(node)
    if not instances and price is None:
        return
    for run in instances or [{}]:
        cost = _price(run) or price
        schedule = obj(run.get("courseSchedule"))
        how = _how(run)
        offer = obj(first(run, "offers") or node.get("offers"))
        own = run if run is not node or "CourseInstance" in linked_data.types(node) else {}
        yield Offering(
            identifier=text.identifier(own.get("@id")) or text.identifier(own.get("identifier")),
            url=address(own.get("url")),
            start=dates.moment(words(run.get("startDate")) or words(schedule.get("startDate"))),
            end=dates.moment(words(run.get("endDate")) or words(schedule.get("endDate"))),
            enrolment_start=_date(run, "applicationStartDate") or _date(offer, "availabilityStarts", "validFrom"),
            enrolment_end=_date(run, "applicationDeadline") or _date(offer, "availabilityEnds", "validThrough"),
            pace=attendance.pace(how),
            mode=attendance.mode(how),
            price=cost.amount if cost else None,
            currency=cost.currency if cost else None,
            provider=words(obj(own.get("organizer")).get("name")),
        )


def _date(holder: Object, *names: str) -> datetime | None:
    return next((found for found in (dates.moment(words(holder.get(name))) for name in names) if found), None)


def _how(run: Object) -> str:
    """Everything that a run says of its form."""
    said = [words(entry) for name in ("courseMode", "educationalProgramMode", "eventAttendanceMode") for entry in many(run.get(name))]
    place = "virtual" if any("VirtualLocation" in linked_data.types(where) for where in objects(run.get("location"))) else None
    return " ".join(filter(None, (*said, place)))


def _price(holder: Object) -> money.Money | None:
    """The least of its offers: what it costs to take part."""
    found = [price for offer in objects(holder.get("offers")) for price in _prices(offer, 0)]
    return min(found, key=lambda price: price.amount, default=None)


def _prices(offer: Object, depth: int) -> Iterator[money.Money]:
    for part in (offer, *objects(offer.get("priceSpecification"))):
        known = money.money(first(part, "price", "lowPrice", "minPrice"), words(part.get("priceCurrency")))
        if known:
            yield known
            return
    if str(words(offer.get("category")) or "").lower() == "free":
        yield money.Money(Decimal(0), money.currency(words(offer.get("priceCurrency"))))
    elif depth < 2:
        for inner in list(objects(offer.get("offers")))[:MOST_RUNS]:
            yield from _prices(inner, depth + 1)


def length(node: Object, instances: list[Object]) -> str | None:
    """How long the whole takes, as far as somebody says so: the node, a run, its schedule, the work in all."""
    for holder in (node, *instances):
        for name in ("timeRequired", "duration", "timeToComplete"):
            found = duration.duration(words(holder.get(name)))
            if found:
                return found
    for run in instances:
        schedule = obj(run.get("courseSchedule"))
        found = _repeated(schedule) if schedule.get("repeatFrequency") else duration.duration(words(schedule.get("duration")))
        if found:
            return found
    return next((found for found in map(_total, (node, *instances)) if found), None)


def _unit(schedule: Object) -> str | None:
    return _UNITS.get(str(words(schedule.get("repeatFrequency")) or "").lower().rpartition("/")[2])


def _repeated(schedule: Object) -> str | None:
    count, unit = words(schedule.get("repeatCount")) or "", _unit(schedule)
    return duration.duration(f"P{count}{unit}") if unit and re.fullmatch(r"[1-9]\d{0,3}", count, re.ASCII) else None


def _total(holder: Object) -> str | None:
    said = words(holder.get("courseWorkload")) or ""
    return duration.duration(said) if said[:1] in "Pp" else None


def load(node: Object, instances: list[Object]) -> workload.Workload:
    """Hours a week."""
    for holder in (node, *instances):
        found = workload.workload(words(holder.get("courseWorkload")))
        if found != workload.NONE:
            return found
        schedule = obj(holder.get("courseSchedule"))
        unit, hours = _unit(schedule), duration.hours(words(schedule.get("duration")) or "")
        found = workload.workload(f"{hours * _WEEKLY[unit]:.2f}", weekly=True) if unit and hours else workload.NONE
        if found != workload.NONE:
            return found
    return workload.NONE
