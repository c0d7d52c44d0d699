"""MOOChub course lists (JSON:API), versions 2.3 and 3: https://github.com/MOOChub/schema

Written so that the published JSON schemas hold, of 3.0 and of 2.1 to 2.3. What they demand and nobody knows is empty where they allow
that, and says the least where they do not: "proprietary" for the licence of a picture, "other" for a frequency, a person for somebody.
Version 3 knows subjects, skills and levels of a few frameworks alone (ISCED-F, ESCO ...): ours stand beside them under the names that AMB,
schema.org and version 2.3 have for them. One list of starts and ends stands for all runs, with one price.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hub.exports.jsonld import MOST_RUNS, known
from hub.exports.phrases import by_role, moment, terms, web
from hub.exports.site import Site
from hub.services.describing import Agent, Description

VERSIONS = ("3", "2.3")  # the newest first
ROLES = ("administrator", "generalPublic", "mentor", "parent", "peerTutor", "professional", "student", "teacher")
AUDIENCE = "http://purl.org/dcx/lrmi-vocabs/educationalAudienceRole/"
COURSE = {"identifier": "https://w3id.org/kim/hcrt/course", "type": "Concept", "inScheme": "https://w3id.org/kim/hcrt/scheme"}
PROPRIETARY = {"identifier": "proprietary", "url": None, "contentUrl": None}


def media_type(version: str) -> str:
    """What the answer says that it is."""
    return f"application/vnd.api+json; moochub-version={version}"


def write(ones: Iterable[Description], links: Mapping[str, str], site: Site, version: str) -> bytes:
    """One page of the list, in UTF-8."""
    kind, attributes = ("Course", version_3) if version == "3" else ("courses", version_2)
    entries = [{"id": identifier(one, site), "type": kind, "attributes": attributes(one, site)} for one in ones]
    return (json.dumps({"links": links, "data": entries}, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def identifier(one: Description, site: Site) -> str:
    """A UUID, made of the address that never changes."""
    return str(uuid5(NAMESPACE_URL, site.resource(one)))


def version_3(one: Description, site: Site) -> dict[str, Any]:
    """Attributes of version 3; the six that it demands are always there."""
    load = one.workload_max or one.workload_min
    return {
        "name": one.title,
        "learningResourceType": COURSE,
        "publisher": publisher(one, site),
        "url": web(one.url) or site.page(one),
        "license": licences(one),
        "creator": [person(agent) for agent in by_role(one, "creator")],
        **known(
            {
                "courseCode": one.code,
                "description": rich(one.description or one.summary),
                "inLanguage": list(one.languages),
                **starts_and_ends(one),
                **window(one),
                "instructor": [person(agent) for agent in by_role(one, "instructor")],
                "contributor": contributors(one),
                "image": image(one),
                "access": access(one),
                "offer": price(one),
                "courseMode": modes(one),
                "educationalCredentialsAwarded": ["certificate"] if one.certificate else [],
                "numberOfCredits": None if one.credits is None else float(one.credits),
                "duration": one.duration,
                "workload": {"timeValue": math.ceil(load), "timeUnit": "h/week"} if load else None,
                "keywords": list(dict.fromkeys(one.keywords)),
                "audience": [AUDIENCE + role for role in ROLES if role in one.audience],
                "about": about(one),
                "learningObjectives": list(one.teaches),
                "coursePrerequisites": list(one.prerequisites),
                "educationalLevels": list(one.levels),
                "dateCreated": moment(one.created),
                "dateModified": moment(one.modified),
            }
        ),
    }


def version_2(one: Description, site: Site) -> dict[str, Any]:
    """Attributes of version 2.3; the seven that it demands are always there."""
    load = one.workload_max or one.workload_min
    named, where = terms(one)
    return {
        "name": one.title,
        "courseMode": "MOOC",  # the only mode that the version knows
        "instructors": [{**person(agent), "type": "Person"} for agent in by_role(one, "instructor")],
        "moocProvider": {
            "name": publisher(one, site)["name"],
            "url": f"{site.address}/providers/{one.provider_slug}" if one.provider_slug else f"{site.address}/",
            "logo": "",
        },
        "url": web(one.url) or site.page(one),
        "courseLicenses": [{**known({"id": named, "name": one.rights or named}), "url": where}],
        "access": access(one) or ["other"],
        **known(
            {
                "courseCode": one.code,
                "abstract": one.summary,
                "description": rich(one.description),
                "languages": list(one.languages),
                **{name: next(iter(said), None) for name, said in starts_and_ends(one).items()},
                **window(one),
                "partnerInstitutes": [known({"name": who["name"], "url": who.get("url")}) for who in contributors(one) if is_house(who)],
                "image": {"url": web(one.image), "licenses": [{"id": "Proprietary", "url": None}]} if web(one.image) else None,
                "duration": one.duration,
                "workload": math.ceil(load) if load else None,
                "learningObjectives": list(one.teaches),
            }
        ),
    }


def publisher(one: Description, site: Site) -> dict[str, Any]:
    """Who offers it; the hub itself where no source says who does."""
    if one.provider:
        return {"name": one.provider, "type": "Organization"}
    named = by_role(one, "publisher")
    return person(named[0]) if named else {"name": one.institution or site.name, "type": "Organization"}


def contributors(one: Description) -> list[dict[str, Any]]:
    """The institution that made it first: readers take the first organisation for that."""
    everybody = {agent.name: person(agent) for agent in by_role(one, "contributor")}
    if one.institution is None:
        return list(everybody.values())
    house = {**everybody.pop(one.institution, {}), "name": one.institution, "type": "Organization"}
    return [house, *everybody.values()]


def is_house(who: Mapping[str, Any]) -> bool:
    """Is it an organisation?"""
    return who.get("type") == "Organization"


def person(agent: Agent) -> dict[str, Any]:
    """The schema of version 3 calls an address `url`, its OpenAPI description `identifier`; it knows nobody who is neither of both."""
    kind = "Organization" if agent.organisation else "Person"
    return known({"name": agent.name, "type": kind, "identifier": web(agent.url), "url": web(agent.url)})


def licences(one: Description) -> list[dict[str, Any]]:
    """The licence by its SPDX name and address. One that has no name is called by its address; one that nobody knows has an empty name."""
    named, where = terms(one)
    named = "proprietary" if named == "all-rights-reserved" else named or where or ""
    return [{"identifier": named, "url": where, "contentUrl": None if named == "proprietary" else where}]


def rich(html: str | None) -> str | None:
    """Readers take a backslash and an n for a line break, as the standard's own examples have it."""
    return html.replace("\\n", "&#92;n") if html else None


def starts_and_ends(one: Description) -> dict[str, list[str]]:
    """Starts and ends in two lists that belong together by their place and name no moment twice: whole runs first, then those whose end
    nobody knows. A run of which only the end is known has a place where no start is known at all."""
    runs = [(moment(run.start), moment(run.end)) for run in one.offerings[:MOST_RUNS] if run.start or run.end]
    starts, ends = list[str](), list[str]()
    for start, end in sorted(runs, key=lambda run: run[1] is None):
        if start and start not in starts and end not in ends:
            starts.append(start)
            ends += [end] if end else []
    if not starts:
        ends = list(dict.fromkeys(end for _, end in runs if end))
    return {"startDate": starts, "endDate": ends}


def window(one: Description) -> dict[str, str | None]:
    """The first window of enrolment that is known."""
    run = next((run for run in one.offerings[:MOST_RUNS] if run.enrolment_start or run.enrolment_end), None)
    return {"applicationStartDate": moment(run.enrolment_start), "applicationDeadline": moment(run.enrolment_end)} if run else {}


def modes(one: Description) -> list[str]:
    """How it takes place, as far as the first run that says so does."""
    return [mode for run in one.offerings[:MOST_RUNS] if (mode := run.mode)][:1]


def access(one: Description) -> list[str]:
    """Who may come in; empty when unknown."""
    return [] if one.free is None else ["free"] if one.free else ["paid"]


def price(one: Description) -> list[dict[str, Any]]:
    """The first price that a run has, with its currency; how often it is to be paid no source says."""
    priced = (run for run in one.offerings[:MOST_RUNS] if run.price is not None and run.currency)
    return [
        {"price": float(run.price or 0), "priceCurrency": run.currency, "paymentFrequency": "other", "category": "course"}
        for run in islice(priced, 1)
    ]


def about(one: Description) -> list[dict[str, Any]]:
    """Our topics with their addresses, then the source's own words: as AMB (https://dini-ag-kim.github.io/amb/) has subjects."""
    ours = [
        {"type": "Concept", "id": topic.uri, "prefLabel": dict(sorted(topic.labels.items())) or {"en": topic.notation}}
        for topic in (*one.topics, *one.platforms)
    ]
    language = next(iter(one.languages), "en")
    return ours + [{"type": "Concept", "prefLabel": {language: subject}} for subject in one.subjects]


def image(one: Description) -> dict[str, Any] | None:
    """The picture. Nobody says that one may use it, so its licence says that one may not."""
    return {"type": "ImageObject", "contentUrl": web(one.image), "license": [PROPRIETARY]} if web(one.image) else None
