"""MOOChub course lists (JSON:API), versions 2.3 and 3: https://github.com/MOOChub/schema

What the standard demands and nobody knows stays empty, never invented. One list of starts and ends stands for all runs, with one price.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
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
CERTIFICATE = {"name": [{"inLanguage": "en", "name": "Certificate"}], "type": "EducationalCredential"}
FRAMEWORK = "Open Commerce Hub"


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
                **dates(one),
                "instructor": [person(agent) for agent in by_role(one, "instructor")],
                "contributor": contributors(one),
                "image": image(one),
                "access": access(one),
                "offer": [offer] if (offer := price(one)) else [],
                "courseMode": modes(one),
                "educationalCredentialsAwarded": [{"name": words("Certificate"), "type": "EducationalCredential"}]
                if one.certificate
                else [],
                "numberOfCredits": None if one.credits is None else float(one.credits),
                "duration": one.duration,
                "workload": {"timeValue": load, "timeUnit": "h/week"} if load else None,
                "educationalAlignment": alignment(one),
                "keywords": list(one.keywords),
                "teaches": [{"name": words(skill, *one.languages), "type": "Skill"} for skill in one.teaches],
                "competencyRequired": [{"name": words(skill, *one.languages), "type": "Skill"} for skill in one.prerequisites],
                "educationalLevel": [{"name": words(level), "shortCode": level, "type": "EducationalLevel"} for level in one.levels],
                "audience": [AUDIENCE + role for role in ROLES if role in one.audience],
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
        "courseMode": modes(one),
        "instructors": [{**person(agent), "type": "Person"} for agent in by_role(one, "instructor")],
        "moocProvider": known({"name": publisher(one, site)["name"], "url": f"{site.address}/providers/{one.provider_slug}"})
        if one.provider_slug
        else {"name": publisher(one, site)["name"]},
        "url": web(one.url) or site.page(one),
        "courseLicenses": [known({"id": named, "url": where, "name": one.rights or named})] if named or where or one.rights else [],
        "access": access(one),
        **known(
            {
                "courseCode": one.code,
                "abstract": one.summary,
                "description": rich(one.description),
                "languages": list(one.languages),
                **dates(one),
                "partnerInstitutes": [known({"name": who["name"], "url": who.get("url")}) for who in contributors(one) if is_house(who)],
                "image": {"url": web(one.image), "licenses": []} if web(one.image) else None,
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
    """The schema of version 3 calls an address `url`, its OpenAPI description `identifier`."""
    kind = None if agent.organisation is None else "Organization" if agent.organisation else "Person"
    return known({"name": agent.name, "type": kind, "identifier": web(agent.url), "url": web(agent.url)})


def licences(one: Description) -> list[dict[str, Any]]:
    """The licence by name and address; none when neither is known."""
    named, where = terms(one)
    return [known({"identifier": named, "url": where, "contentUrl": where})] if named or where else []


def rich(html: str | None) -> str | None:
    """Readers take a backslash and an n for a line break, as the standard's own examples have it."""
    return html.replace("\\n", "&#92;n") if html else None


def dates(one: Description) -> dict[str, Any]:
    """Starts and ends in two lists that belong together by their place, and the first window of enrolment that is known."""
    runs = one.offerings[:MOST_RUNS]
    dated = list(dict.fromkeys((moment(run.start), moment(run.end)) for run in runs if run.start or run.end))
    windows = [run for run in runs if run.enrolment_start or run.enrolment_end]
    return {
        "startDate": [start for start, _ in dated],
        "endDate": [end for _, end in dated],
        "applicationStartDate": moment(windows[0].enrolment_start) if windows else None,
        "applicationDeadline": moment(windows[0].enrolment_end) if windows else None,
    }


def modes(one: Description) -> list[str]:
    """How it takes place, as far as the first run that says so does."""
    return [mode for run in one.offerings[:MOST_RUNS] if (mode := run.mode)][:1]


def access(one: Description) -> list[str]:
    """Who may come in; empty when unknown."""
    return [] if one.free is None else ["free"] if one.free else ["paid"]


def price(one: Description) -> dict[str, Any] | None:
    """The first price that a run has."""
    run = next((run for run in one.offerings[:MOST_RUNS] if run.price is not None), None)
    if run is None:
        return None
    return known({"price": float(run.price or 0), "priceCurrency": run.currency, "category": "course"})


def alignment(one: Description) -> list[dict[str, Any]]:
    """Our topics with their addresses, then the source's own words."""
    ours = [
        {
            "alignmentType": "educationalSubject",
            "educationalFramework": FRAMEWORK,
            "url": topic.uri,
            "shortCode": topic.notation,
            "name": [{"inLanguage": language, "name": label} for language, label in sorted(topic.labels.items())] or words(topic.notation),
            "type": "EducationalAlignment",
        }
        for topic in (*one.topics, *one.platforms)
    ]
    theirs = [
        {"alignmentType": "educationalSubject", "name": words(subject, *one.languages), "type": "EducationalAlignment"}
        for subject in one.subjects
    ]
    return ours + theirs


def image(one: Description) -> dict[str, Any] | None:
    """The picture; of its licence nobody says anything."""
    return {"type": "ImageObject", "contentUrl": web(one.image), "license": []} if web(one.image) else None


def words(text: str, *languages: str) -> Sequence[Mapping[str, str]]:
    """A text with its language: the resource's first, English for our own words."""
    return [{"inLanguage": next(iter(languages), "en"), "name": text}]
