"""A resource as schema.org data inside its page, for search engines and other harvesters."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from hub.services.reading import ResourcePage, Run
from hub.web.markup import web_address

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
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def script(page: ResourcePage, address: str) -> Markup:
    """The text of the script element. What could end the element is escaped, so it is safe whatever the titles say."""
    text = json.dumps(resource(page, address), ensure_ascii=False, separators=(",", ":"))
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - escaped just above


def resource(page: ResourcePage, address: str) -> dict[str, Any]:
    """schema.org properties; unknown ones are left out."""
    summary = page.summary
    kind = TYPES.get(summary.resource_type or "", "LearningResource")
    found = {
        "@context": "https://schema.org",
        "@type": kind if kind in {"Course", "LearningResource"} else [kind, "LearningResource"],
        "@id": address,
        "name": summary.title,
        "alternateName": list(page.alternative_titles),
        "description": (page.lead or summary.text)[:1000],
        "url": web_address(page.url) or address,
        "inLanguage": list(summary.languages),
        "courseCode": page.code if kind == "Course" else None,
        "provider": {"@type": "Organization", "name": summary.provider} if summary.provider else None,
        "creator": [_agent(agent.name) for agent in page.agents if agent.role == "creator"][:20],
        "license": web_address(page.licence_url),
        "isAccessibleForFree": summary.free,
        "educationalLevel": list(summary.levels),
        "keywords": list(page.keywords[:20]),
        "about": [{"@type": "DefinedTerm", "name": topic.label, "termCode": topic.notation} for topic in page.topics],
        "teaches": list(summary.teaches[:20]),
        "coursePrerequisites": list(page.prerequisites[:10]) if kind == "Course" else None,
        "timeRequired": summary.duration,
        "datePublished": _day(page.published),
        "dateModified": _day(page.modified),
        "hasCourseInstance": [_instance(run) for run in page.offerings[:20]] if kind == "Course" else None,
    }
    return {name: value for name, value in found.items() if value not in (None, [], "")}


def _agent(name: str) -> dict[str, str]:
    return {"@type": "Person", "name": name}


def _day(moment: Any) -> str | None:
    return moment.date().isoformat() if moment else None


def _instance(run: Run) -> dict[str, Any]:
    """One offering as a CourseInstance."""
    offer = None if run.price is None else {"@type": "Offer", "price": str(run.price), "priceCurrency": run.currency}
    found = {
        "@type": "CourseInstance",
        "courseMode": run.mode,
        "startDate": _day(run.start),
        "endDate": _day(run.end),
        "url": web_address(run.url),
        "offers": offer,
    }
    return {name: value for name, value in found.items() if value is not None}
