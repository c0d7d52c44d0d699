"""A resource as schema.org data (JSON-LD 1.1), in its page for search engines and as a document: https://schema.org/Course

Terms are used where a resource has something to say by them, also on types for which schema.org does not list them: readers skip what they
do not know, and our own kind `jsonld` reads all of it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from harvesters.clean import licence
from hub.exports.phrases import by_role, moment, terms, web, workload
from hub.exports.site import METADATA_LICENCE, Site
from hub.services.describing import Agent, Description, Run, Topic

MEDIA_TYPE = "application/ld+json"
MOST_RUNS = 100
TYPES = {
    "course": "Course",
    "programme": "EducationalOccupationalProgram",
    "textbook": "Book",
    "video": "VideoObject",
    "article": "Article",
    "dataset": "Dataset",
    "tool": "SoftwareApplication",
    "podcast": "PodcastSeries",
}
PACES = {"self": "self-paced", "instructor": "instructor-led"}
RESOLVERS = {"doi": "https://doi.org/", "handle": "https://hdl.handle.net/", "issn": "https://portal.issn.org/resource/ISSN/"}
APART = re.compile(r"[,;；，、|\n]")  # what separates keywords that are written as one text
WEEKS = re.compile(r"P(\d{1,3})W")
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write(one: Description, site: Site) -> bytes:
    """The document, in UTF-8."""
    return (json.dumps(resource(one, site), ensure_ascii=False, indent=1) + "\n").encode()


def script(one: Description, site: Site) -> str:
    """The text of a script element. What could end the element is escaped, so it is safe whatever the titles say."""
    text = json.dumps(resource(one, site), ensure_ascii=False, separators=(",", ":"))
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return text


def resource(one: Description, site: Site) -> dict[str, Any]:
    """schema.org's properties; unknown ones are left out."""
    return known(
        {
            "@context": "https://schema.org",
            "@type": types(one.resource_type),
            "@id": site.resource(one),
            "mainEntityOfPage": site.page(one),
            "url": web(one.url) or site.page(one),
            "learningResourceType": one.resource_type,
            **texts(one),
            **people(one),
            **terms_of_use(one),
            **learning(one),
            **runs(one),
            "dateCreated": moment(one.created),
            "datePublished": moment(one.published),
            "dateModified": moment(one.modified),
            "aggregateRating": rating(one),
            "sdPublisher": {"@type": "Organization", "name": site.name, "url": f"{site.address}/"},
            "sdDatePublished": moment(one.updated_at),
            "sdLicense": METADATA_LICENCE,
        }
    )


def known(found: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not known."""
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def types(resource_type: str | None) -> str | list[str]:
    """The node's types: all of them are learning resources, though no search engine knows that of books and videos."""
    kind = TYPES.get(resource_type or "", "LearningResource")
    return kind if kind in {"Course", "LearningResource"} else [kind, "LearningResource"]


def texts(one: Description) -> dict[str, Any]:
    """What it is called, and what is said of it."""
    return {
        "name": one.title,
        "alternateName": list(one.alternative_titles),
        "abstract": one.summary,
        "description": one.description or one.summary,
        "inLanguage": list(one.languages),
        "subtitleLanguage": list(one.subtitle_languages),
        "courseCode": one.code,
        "image": web(one.image),
        "identifier": [identifier(scheme, value) for scheme, value in one.identifiers],
        "isbn": [value for scheme, value in one.identifiers if scheme == "isbn"],
        "sameAs": [address for address in one.same_as if web(address)],
        "keywords": [keyword(word) for word in one.keywords],
    }


def identifier(scheme: str, value: str) -> dict[str, str]:
    """A name that the whole world shares."""
    found = {"@type": "PropertyValue", "propertyID": scheme, "value": f"hdl:{value}" if scheme == "handle" else value}
    return {**found, "url": RESOLVERS[scheme] + value} if scheme in RESOLVERS else found


def keyword(word: str) -> str | dict[str, str]:
    """One with a comma in it is one thing with a name, lest it be taken for two."""
    return {"@type": "DefinedTerm", "name": word} if APART.search(word) else word


def people(one: Description) -> dict[str, Any]:
    """Who has a part in it. The institution is where it comes from, the provider where it is offered."""
    offered = [organisation(one.provider)] if one.provider else []
    return {
        "provider": alone([*offered, *(person(agent) for agent in by_role(one, "provider") if agent.name != one.provider)]),
        "sourceOrganization": house(one) if one.institution else None,
        "creator": [person(agent) for agent in by_role(one, "creator")],
        "contributor": [person(agent) for agent in by_role(one, "contributor") if agent.name != one.institution],
        "publisher": alone([person(agent) for agent in by_role(one, "publisher")]),
    }


def house(one: Description) -> dict[str, Any]:
    """The institution, with what is known of it as one who contributed."""
    return next(
        (person(agent) for agent in by_role(one, "contributor") if agent.name == one.institution), organisation(one.institution or "")
    )


def alone(found: Sequence[Any]) -> Any:
    """One thing without a list around it."""
    return found[0] if len(found) == 1 else list(found)


def organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": name}


def person(agent: Agent) -> dict[str, Any]:
    """A person, an organisation, or somebody of whom no source says which."""
    kind = None if agent.organisation is None else "Organization" if agent.organisation else "Person"
    return known({"@type": kind, "name": agent.name, "url": web(agent.url)})


def terms_of_use(one: Description) -> dict[str, Any]:
    """What one may do with it, and what it costs."""
    name, where = terms(one)
    said: Any = where if licence.licence(where) == name else known({"@type": "CreativeWork", "identifier": name, "url": where})
    return {
        "license": (said or None) if name or where else None,
        "copyrightNotice": one.rights,
        "isAccessibleForFree": one.free,
        "offers": offers(one),
        "educationalCredentialAwarded": {"@type": "EducationalOccupationalCredential", "credentialCategory": "Certificate"}
        if one.certificate
        else None,
        "numberOfCredits": None if one.credits is None else int(one.credits) if one.credits == int(one.credits) else float(one.credits),
    }


def offers(one: Description) -> dict[str, Any] | None:
    """The price, when all runs have one and the same; what is known to cost something, and not how much, says only that."""
    prices = {(run.price, run.currency) for run in one.offerings}
    amount, currency = next(iter(prices)) if len(prices) == 1 else (None, None)
    if amount is not None:
        category = "Paid" if amount else "Free"
        return known({"@type": "Offer", "category": category, "price": str(amount), "priceCurrency": currency})
    return {"@type": "Offer", "category": "Paid"} if one.free is False and not any(run.price is not None for run in one.offerings) else None


def learning(one: Description) -> dict[str, Any]:
    """What is learned, by whom, with how much work."""
    return {
        "about": [term(topic) for topic in (*one.topics, *one.platforms)],
        "educationalAlignment": [
            {"@type": "AlignmentObject", "alignmentType": "educationalSubject", "targetName": subject} for subject in one.subjects
        ],
        "educationalLevel": list(one.levels),
        "teaches": list(one.teaches),
        "coursePrerequisites": list(one.prerequisites),
        "audience": [{"@type": "EducationalAudience", "educationalRole": role} for role in one.audience],
        "timeRequired": one.duration,
    }


def term(topic: Topic) -> dict[str, Any]:
    """A concept of the vocabulary with its names."""
    names = [{"@value": label, "@language": language} for language, label in sorted(topic.labels.items())]
    return {
        "@type": "DefinedTerm",
        "@id": topic.uri,
        "termCode": topic.notation,
        "name": names or topic.notation,
        "inDefinedTermSet": topic.uri.rpartition("/")[0] + "/",
    }


def runs(one: Description) -> dict[str, Any]:
    """Its runs, each with teachers and workload; a resource without runs says these of itself."""
    teachers = [person(agent) for agent in by_role(one, "instructor")]
    shared = known({"instructor": teachers, "courseWorkload": workload(one)})
    if not one.offerings:
        return shared
    weekly = known({"courseSchedule": schedule(one)})
    said = ((run(offering), weekly if offering.mode or offering.pace else {}) for offering in one.offerings[:MOST_RUNS])
    return {"hasCourseInstance": [{**found, **shared, **times} for found, times in said]}


def schedule(one: Description) -> dict[str, Any] | None:
    """Hours a week, and for how many weeks, as search engines count them (Google's "Course info")."""
    load = one.workload_max or one.workload_min
    if not load:
        return None
    minutes, weeks = round(load * 60), WEEKS.fullmatch(one.duration or "")
    time = "PT" + (f"{minutes // 60}H" if minutes >= 60 else "") + (f"{minutes % 60}M" if minutes % 60 else "")
    return known({"@type": "Schedule", "repeatFrequency": "Weekly", "duration": time, "repeatCount": int(weeks[1]) if weeks else None})


def run(offering: Run) -> dict[str, Any]:
    """One run."""
    how = [word for word in (offering.mode, PACES.get(offering.pace or "")) if word]
    return known(
        {
            "@type": "CourseInstance",
            "identifier": offering.identifier,
            "url": web(offering.url),
            "courseMode": how,
            "startDate": moment(offering.start),
            "endDate": moment(offering.end),
            "organizer": organisation(offering.provider) if offering.provider else None,
            "offers": offer(offering),
        }
    )


def offer(offering: Run) -> dict[str, Any] | None:
    """The price of one run, and when one can enrol."""
    price = None if offering.price is None else str(offering.price)
    found = known(
        {
            "category": None if offering.price is None else "Paid" if offering.price else "Free",
            "price": price,
            "priceCurrency": offering.currency if price else None,
            "availabilityStarts": moment(offering.enrolment_start),
            "availabilityEnds": moment(offering.enrolment_end),
        }
    )
    return {"@type": "Offer", **found} if found else None


def rating(one: Description) -> dict[str, Any] | None:
    """The mean of independent reviews, where there are any."""
    if not one.reviews or one.score is None:
        return None
    return {
        "@type": "AggregateRating",
        "ratingValue": round(one.score, 2),
        "reviewCount": one.reviews,
        "bestRating": 5,
        "worstRating": 1,
    }
