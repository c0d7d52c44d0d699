"""A schema.org node about learning -> a record. Vocabulary: https://schema.org/Course, https://schema.org/LearningResource"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urldefrag

from harvesters.clean import dates, html, identifier, language, level, licence, linked_data, schema_runs, text, url
from harvesters.clean.resource_type import resource_type
from harvesters.clean.schema_values import address, body, image, labels, number, texts, truth, words
from harvesters.clean.values import Object, first, many, obj, objects
from harvesters.record import Agent, Failure, Identifier, Item, Raw, Record

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


def learning(nodes: tuple[Object, ...]) -> list[Object]:
    """The nodes that are resources for learning: when some are plainly so, works that merely stand beside them are not."""
    unique = list({str(node.get("@id") or number): node for number, node in enumerate(nodes)}.values())
    inner = {str(run.get("@id")) for node in unique for run in objects(node.get("hasCourseInstance")) if run.get("@id")}
    strong = [node for node in unique if STRONG & set(linked_data.types(node))]
    if strong:
        return [node for node in strong if linked_data.types(node) != ("Syllabus",)] or strong
    return [node for node in unique if str(node.get("@id")) not in inner and _weak(node)]


def _weak(node: Object) -> bool:
    kinds = set(linked_data.types(node))
    return bool(kinds & WEAK) or bool(kinds & MAYBE and first(node, *_LEARNING[:5]))


def record(node: Object, raw: Raw) -> Item:
    """A record, or why there is none. A node without a name of its own has that of the page."""
    page = urldefrag(raw.url).url
    own = linked_data.own_address(node.get("@id"), page)
    where = address(node.get("url"), page) or address(_about_it(node), page)
    if where is None and own is not None and own.startswith("http"):
        where = urldefrag(own).url
    name = text.identifier(own or where or raw.url)
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
    return _record(node, name or raw.url, title, where or page, raw)


def _about_it(node: Object) -> list[object]:
    """Its pages; those of a portal that merely lists it have a provider of their own (AMB, https://w3id.org/kim/amb/)."""
    return [page for page in many(node.get("mainEntityOfPage")) if not (isinstance(page, dict) and page.get("provider"))]


def _record(node: Object, name: str, title: str, where: str, raw: Raw) -> Record:
    kinds = linked_data.types(node)
    runs = schema_runs.runs(node)
    agents = tuple(_agents(node, runs))
    known, terms, said = _licence(node.get("license"))
    load = schema_runs.load(node, runs)
    aligned = list(objects(node.get("educationalAlignment")))
    keywords = [part for entry in many(node.get("keywords")) for part in _keywords(entry)]
    return Record(
        identifier=name,
        title=title,
        raw=raw,
        datestamp=dates.moment(words(node.get("dateModified"))),
        url=where,
        resource_type=_kind(node, kinds),
        alternative_titles=tuple(
            other for other in text.lines([*texts(node.get("name")), *texts(node.get("alternateName"))]) if other != title
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
        provider=_provider(node, agents),
        institution=_institution(node, agents),
        code=text.line(words(node.get("courseCode"))),
        identifiers=_identifiers(node),
        same_as=tuple(
            dict.fromkeys(found for found in (url.absolute(words(entry)) for entry in many(node.get("sameAs"))[: text.LIST]) if found)
        ),
        licence=known,
        licence_url=terms,
        rights=text.line(words(node.get("copyrightNotice"))) or said or text.line(words(node.get("usageInfo"))),
        free=truth(node.get("isAccessibleForFree")),
        certificate=True if first(node, "educationalCredentialAwarded") else None,
        credits=number(node.get("numberOfCredits")),
        offerings=tuple(schema_runs.offerings(node, runs)),
        duration=schema_runs.length(node, runs),
        workload_min=load.min,
        workload_max=load.max,
        levels=level.levels(
            entry
            for value in (*many(node.get("educationalLevel")), *_named(aligned, "educationallevel"), *many(node.get("programType")))
            for entry in (*texts(value), value.get("@id") if isinstance(value, dict) else None)
        ),
        subjects=labels(node.get("about"), _named(aligned, "educationalsubject")),
        keywords=labels(keywords),
        teaches=labels(node.get("teaches"), node.get("assesses"), _named(aligned, "teaches")),
        prerequisites=labels(node.get("coursePrerequisites"), node.get("competencyRequired"), _named(aligned, "requires")),
        audience=text.lines(
            words(entry.get("educationalRole")) or words(entry.get("audienceType")) or words(entry) if isinstance(entry, dict) else entry
            for entry in many(node.get("audience"))
        ),
        image=image(first(node, "image", "thumbnailUrl"), where),
        created=dates.moment(words(node.get("dateCreated"))),
        published=dates.moment(words(first(node, "datePublished", "uploadDate"))),
        modified=dates.moment(words(node.get("dateModified"))),
    )


def _keywords(entry: object) -> tuple[str, ...]:
    """Several in one text; a term with a name is one, whatever stands in it."""
    if isinstance(entry, dict) and "DefinedTerm" in linked_data.types(entry):
        return text.lines([words(entry)])
    return text.split(words(entry), ",;；，、|\n")


def _named(aligned: list[Object], kind: str) -> list[object]:
    return [entry for entry in aligned if str(entry.get("alignmentType", "")).lower().replace(" ", "") == kind]


def _provider(node: Object, agents: tuple[Agent, ...]) -> str | None:
    """Who offers it; who published it, or the portal that lists it, where nobody is said to."""
    portals = [page.get("provider") for page in objects(node.get("mainEntityOfPage"))]
    return (
        next((name for field in ("provider", "offeredBy", "organizer") if (name := words(node.get(field)))), None)
        or next((agent.name for agent in agents if agent.role == "publisher"), None)
        or words(portals)
    )


def _institution(node: Object, agents: tuple[Agent, ...]) -> str | None:
    school = next(
        (words(who) for who in objects(node.get("provider")) if {"CollegeOrUniversity", "School"} & set(linked_data.types(who))), None
    )
    return (
        school
        or words(node.get("sourceOrganization"))
        or next((agent.name for agent in agents if agent.role == "contributor" and agent.organisation), None)
    )


def _kind(node: Object, kinds: tuple[str, ...]) -> str | None:
    """What the source says by word; else the node's own type."""
    said = [
        entry
        for value in many(node.get("learningResourceType"))
        for entry in ((*texts(value), value.get("@id")) if isinstance(value, dict) else (value,))
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
    people += [(entry, "provider") for entry in many(node.get("provider"))[1 : text.LIST]]
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
