"""A schema.org node about learning -> a record. Vocabulary: https://schema.org/Course, https://schema.org/LearningResource"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urldefrag

from harvesters.clean import dates, duration, html, identifier, language, level, licence, linked_data, money, text, url, workload
from harvesters.clean.resource_type import resource_type
from harvesters.clean.schema_values import body, image, number, truth, words
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.record import Agent, Failure, Identifier, Item, Offering, Raw, Record

STRONG = {"Course", "LearningResource", "EducationalOccupationalProgram", "TrainingMaterial", "OnlineCourse", "Syllabus"}
WEAK = {
    "CourseInstance",
    "CreativeWork",
    "Book",
    "VideoObject",
    "MediaObject",
    "Quiz",
    "PodcastSeries",
    "PodcastEpisode",
    "CreativeWorkSeries",
}
MAYBE = {
    "Article",
    "BlogPosting",
    "ScholarlyArticle",
    "TechArticle",
    "HowTo",
    "Dataset",
    "SoftwareApplication",
    "WebApplication",
    "AudioObject",
    "PresentationDigitalDocument",
    "ItemPage",
    "WebPage",
    "Event",
}
_LEARNING = (
    "learningResourceType",
    "educationalLevel",
    "educationalUse",
    "teaches",
    "educationalAlignment",
    "timeRequired",
    "coursePrerequisites",
)
_PEOPLE = (
    ("author", "creator"),
    ("creator", "creator"),
    ("instructor", "instructor"),
    ("contributor", "contributor"),
    ("sourceOrganization", "contributor"),
    ("publisher", "publisher"),
)
MOST_RUNS = 100


def learning(nodes: tuple[Object, ...]) -> list[Object]:
    """The nodes that are resources for learning: when some are plainly so, works that merely stand beside them are not."""
    unique = list({str(node.get("@id") or number): node for number, node in enumerate(nodes)}.values())
    inner = {str(run.get("@id")) for node in unique for run in objects(node.get("hasCourseInstance")) if run.get("@id")}
    strong = [node for node in unique if STRONG & set(linked_data.types(node))]
    if strong:
        return strong
    return [node for node in unique if str(node.get("@id")) not in inner and _weak(node)]


def _weak(node: Object) -> bool:
    kinds = set(linked_data.types(node))
    return bool(kinds & WEAK) or bool(kinds & MAYBE and first(node, *_LEARNING[:5]))


def record(node: Object, raw: Raw) -> Item:
    """A record, or why there is none. A node without a name of its own has that of the page."""
    page = urldefrag(raw.url).url
    address = next((found for found in (url.absolute(words(node.get(name)), page) for name in ("url", "mainEntityOfPage")) if found), None)
    own = linked_data.own_address(node.get("@id"), page)
    if address is None and own is not None and own.startswith("http"):
        address = urldefrag(own).url
    name = text.identifier(own or address or raw.url)
    title = text.line(words(first(node, "name", "headline", "title")))
    modified = dates.moment(words(node.get("dateModified")))
    if title is None:
        return Failure(
            reason="The record has no title.",
            raw=raw,
            identifier=name,
            datestamp=modified,
            advice="schema.org's `name` has to be filled in.",
        )
    return _record(node, name or raw.url, title, address or page, raw)


def _record(node: Object, name: str, title: str, address: str, raw: Raw) -> Record:
    kinds = linked_data.types(node)
    runs = [node] if "CourseInstance" in kinds else list(objects(node.get("hasCourseInstance")))[:MOST_RUNS]
    agents = tuple(_agents(node, runs))
    provider = words(obj(first(node, "provider", "offeredBy", "organizer")) or first(node, "provider", "offeredBy"))
    known, where, said = _licence(node.get("license"))
    load = workload.workload(
        words(first(node, "courseWorkload")) or next((words(run.get("courseWorkload")) for run in runs if run.get("courseWorkload")), None),
        weekly=False,
    )
    offerings = tuple(_offerings(node, runs))
    keywords = [part for entry in many(node.get("keywords")) for part in text.split(words(entry), ",;；，、|\n")]
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=dates.moment(words(node.get("dateModified"))),
        url=address,
        resource_type=_kind(node, kinds),
        alternative_titles=tuple(
            other for other in text.lines(words(entry) for entry in many(node.get("alternateName"))) if other != title
        ),
        summary=html.plain(body(node.get("abstract")), text.SUMMARY),
        description=html.rich(body(node.get("description"))) or html.rich(body(node.get("abstract"))),
        languages=tuple(
            _languages(
                first(node, "inLanguage", "availableLanguage")
                or next((run.get("inLanguage") for run in runs if run.get("inLanguage")), None)
            )
        ),
        subtitle_languages=tuple(_languages(node.get("subtitleLanguage"))),
        agents=agents,
        provider=provider,
        institution=next((agent.name for agent in agents if agent.role == "contributor" and agent.organisation), None),
        code=text.line(words(node.get("courseCode"))),
        identifiers=_identifiers(node),
        same_as=tuple(
            dict.fromkeys(found for found in (url.absolute(words(entry)) for entry in many(node.get("sameAs"))[: text.LIST]) if found)
        ),
        licence=known,
        licence_url=where,
        rights=said or text.line(words(first(node, "copyrightNotice", "usageInfo"))),
        free=truth(node.get("isAccessibleForFree")),
        certificate=True if first(node, "educationalCredentialAwarded") else None,
        credits=number(node.get("numberOfCredits")),
        offerings=offerings,
        duration=duration.duration(words(first(node, "timeRequired", "duration", "timeToComplete")))
        or next(
            (
                found
                for found in (
                    duration.duration(words(run.get("duration")) or words(obj(run.get("courseSchedule")).get("duration"))) for run in runs
                )
                if found
            ),
            None,
        ),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels(
            entry
            for value in many(node.get("educationalLevel"))
            for entry in (words(value), value.get("@id") if isinstance(value, dict) else None)
        ),
        subjects=text.lines(words(entry) for entry in many(node.get("about"))),
        keywords=text.lines(keywords),
        teaches=text.lines(words(entry) for name in ("teaches", "assesses") for entry in many(node.get(name))),
        prerequisites=text.lines(words(entry) for name in ("coursePrerequisites", "competencyRequired") for entry in many(node.get(name))),
        audience=text.lines(
            words(entry.get("educationalRole")) or words(entry.get("audienceType")) if isinstance(entry, dict) else entry
            for entry in many(node.get("audience"))
        ),
        image=image(first(node, "image", "thumbnailUrl"), address),
        created=dates.moment(words(node.get("dateCreated"))),
        published=dates.moment(words(first(node, "datePublished", "uploadDate"))),
        modified=dates.moment(words(node.get("dateModified"))),
    )


def _kind(node: Object, kinds: tuple[str, ...]) -> str | None:
    """What the source says by word; else the node's own type."""
    said = [
        entry
        for value in many(node.get("learningResourceType"))
        for entry in ((words(value), value.get("@id")) if isinstance(value, dict) else (value,))
    ]
    own = resource_type(kind for kind in kinds if kind not in ("LearningResource", "CreativeWork"))
    if own == "course":
        return own
    return resource_type(said) or own or ("material" if {"LearningResource", "TrainingMaterial"} & set(kinds) else None)


def _languages(value: object) -> Iterator[str]:
    values = [
        part
        for entry in many(value)
        for part in (
            (entry.get("alternateName"), entry.get("name"), entry.get("@value"), entry.get("@id")) if isinstance(entry, dict) else (entry,)
        )
    ]
    yield from language.tags(values)


def _agents(node: Object, runs: list[Object]) -> Iterator[Agent]:
    seen: set[tuple[str, str]] = set()
    people = [(entry, role) for field, role in _PEOPLE for entry in many(node.get(field))[: text.LIST]]
    people += [(entry, "instructor") for run in runs for entry in many(run.get("instructor"))[: text.LIST] if run is not node]
    for entry, role in people:
        name = text.line(words(entry))
        if not name or (name, role) in seen or name.startswith(("http://", "https://")):
            continue
        seen.add((name, role))
        holder = obj(entry)
        kinds = " ".join(linked_data.types(holder)).lower()
        organisation = (
            True if any(word in kinds for word in ("organi", "university", "college", "school")) else False if "person" in kinds else None
        )
        yield Agent(name=name, role=role, url=url.absolute(words(holder.get("url")) or holder.get("@id")), organisation=organisation)


def _licence(value: object) -> tuple[str | None, str | None, str | None]:
    for entry in many(value):
        said = [entry.get(name) for name in ("url", "@id", "identifier", "name")] if isinstance(entry, dict) else [entry]
        known = next((found for found in map(licence.licence, said) if found), None)
        where = next((found for found in map(url.absolute, said) if found), None)
        if any(isinstance(one, str) and one for one in said):
            return known, where or licence.url(known), text.line(next((one for one in said if isinstance(one, str) and one), None))
    return None, None, None


def _identifiers(node: Object) -> tuple[Identifier, ...]:
    values: list[object] = [node.get("@id"), *many(node.get("isbn")), *many(node.get("issn")), *many(node.get("sameAs"))]
    for entry in many(node.get("identifier")):
        values.append(first(entry, "value", "@id", "url") if isinstance(entry, dict) else entry)
    return identifier.identifiers(values)


def _offerings(node: Object, runs: list[Object]) -> Iterator[Offering]:
    """The runs; a course without any is offered as its own offers say."""
    price = _price(node)
    if not runs and price is None:
        return
    for run in runs or [{}]:
        cost = _price(run) or price
        schedule = obj(run.get("courseSchedule"))
        modes = {str(mode).lower().rpartition("/")[2] for entry in many(run.get("courseMode")) for mode in text.split(words(entry), ",;/")}
        mode = next((name for name in ("blended", "onsite", "online") if name in modes or (name == "onsite" and "offline" in modes)), None)
        offer = obj(first(run, "offers") or node.get("offers"))
        yield Offering(
            identifier=text.identifier(run.get("@id")),
            url=url.absolute(words(run.get("url"))),
            start=dates.moment(words(run.get("startDate")) or words(schedule.get("startDate"))),
            end=dates.moment(words(run.get("endDate")) or words(schedule.get("endDate"))),
            enrolment_start=dates.moment(words(offer.get("availabilityStarts")) or words(offer.get("validFrom"))),
            enrolment_end=dates.moment(words(offer.get("availabilityEnds")) or words(offer.get("validThrough"))),
            pace="self"
            if {"self-paced", "self paced", "asynchronous"} & modes
            else "instructor"
            if {"instructor-led", "synchronous"} & modes
            else None,
            mode=mode,
            price=cost.amount if cost else None,
            currency=cost.currency if cost else None,
            provider=words(obj(run.get("organizer")).get("name")),
        )


def _price(holder: Object) -> money.Money | None:
    for offer in objects(holder.get("offers")):
        for part in (offer, obj(offer.get("priceSpecification"))):
            found = money.money(first(part, "price", "lowPrice"), words(part.get("priceCurrency")))
            if found:
                return found
        if str(offer.get("category", "")).lower() == "free":
            return money.Money(Decimal(0), money.currency(words(offer.get("priceCurrency"))))
    return None
