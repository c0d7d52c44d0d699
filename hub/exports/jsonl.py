"""JSON Lines: a resource a line with all that the catalogue says of it, in its own words. Terms: docs/formats.md"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hub.exports.jsonld import known
from hub.exports.phrases import moment
from hub.exports.site import METADATA_LICENCE, Site
from hub.services.describing import Agent, Description, Run, Topic

MEDIA_TYPE = "application/x-ndjson"
SAME = (
    *("title", "summary", "description", "resource_type", "code", "provider", "institution", "licence", "licence_family", "licence_url"),
    *("rights", "free", "certificate", "duration", "workload_min", "workload_max", "image", "links"),
)
LISTS = (
    *("alternative_titles", "languages", "subtitle_languages", "levels", "subjects", "keywords", "teaches", "prerequisites", "audience"),
    "same_as",
)


def write(one: Description, site: Site) -> str:
    """One line, without its end: JSON has none inside."""
    return json.dumps(resource(one, site), ensure_ascii=False, separators=(",", ":"))


def resource(one: Description, site: Site) -> dict[str, Any]:
    """The values; unknown ones are left out."""
    return known(
        {
            "id": one.public_id,
            "page": site.page(one),
            "url": one.url,
            **{name: getattr(one, name) for name in SAME},
            **{name: list(getattr(one, name)) for name in LISTS},
            "agents": [agent(who) for who in one.agents],
            "credits": number(one.credits),
            "offerings": [offering(run) for run in one.offerings],
            "topics": [topic(about) for about in one.topics],
            "platforms": [topic(about) for about in one.platforms],
            "identifiers": [{"scheme": scheme, "value": value} for scheme, value in one.identifiers],
            "created": moment(one.created),
            "published": moment(one.published),
            "modified": moment(one.modified),
            "completeness": one.completeness,
            "score": one.score,
            "reviews": one.reviews,
            "adoptions": one.adoptions,
            "catalogued_at": moment(one.catalogued_at),
            "updated_at": moment(one.updated_at),
            "version": one.version,
            "inferred": list(one.provenance.get("inferred", ())),
            "sources": [
                known(
                    {
                        "source": origin.source,
                        "identifier": origin.identifier,
                        "url": origin.url,
                        "first_seen_at": moment(origin.first_seen_at),
                        "last_seen_at": moment(origin.last_seen_at),
                    }
                )
                for origin in one.origins
                if origin.state == "active"
            ],
            "metadata_licence": METADATA_LICENCE,
        }
    )


def agent(who: Agent) -> dict[str, Any]:
    """Somebody with a part in it."""
    return known({"name": who.name, "role": who.role, "url": who.url, "organisation": who.organisation})


def offering(run: Run) -> dict[str, Any]:
    """One run."""
    moments = {name: moment(getattr(run, name)) for name in ("start", "end", "enrolment_start", "enrolment_end")}
    said = {name: getattr(run, name) for name in ("identifier", "url", "provider", "pace", "mode", "currency", "certificate")}
    return known({**said, **moments, "price": None if run.price is None else str(run.price)})


def topic(about: Topic) -> dict[str, Any]:
    """A concept, and who says that the resource is about it."""
    return {
        "notation": about.notation,
        "uri": about.uri,
        "labels": dict(about.labels),
        "origin": about.origin,
        "confidence": about.confidence,
    }


def number(value: Decimal | None) -> str | None:
    """A decimal as text, so that nothing is rounded."""
    return None if value is None else str(value)
