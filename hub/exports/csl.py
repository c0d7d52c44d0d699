"""A resource as CSL-JSON, which citation processors format: https://github.com/citation-style-language/schema"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from hub.exports.jsonld import known
from hub.exports.phrases import by_role, makers, publisher, web
from hub.exports.site import Site
from hub.services.describing import Agent, Description

MEDIA_TYPE = "application/vnd.citationstyles.csl+json"
TYPES = {
    "textbook": "book",
    "video": "motion_picture",
    "article": "article",
    "dataset": "dataset",
    "tool": "software",
    "podcast": "broadcast",
    "course": "webpage",
    "programme": "webpage",
}


def write(one: Description, site: Site) -> str:
    """One item of a CSL-JSON list, on one line."""
    return json.dumps(item(one, site), ensure_ascii=False, separators=(",", ":"))


def item(one: Description, site: Site) -> dict[str, Any]:
    """The item; what is not known is left out."""
    made = makers(one)
    names = dict(reversed(one.identifiers))
    return known(
        {
            "id": site.resource(one),
            "type": TYPES.get(one.resource_type or "", "document"),
            "title": one.title,
            "author": [name(agent) for agent in made],
            "contributor": [name(agent) for agent in by_role(one, "instructor", "contributor") if agent not in made],
            "publisher": publisher(one),
            "issued": day(one.published or one.created or one.modified),
            "abstract": one.summary or one.text,
            "keyword": ", ".join((*one.keywords, *one.subjects)[:50]),
            "language": next(iter(one.languages), None),
            "DOI": names.get("doi"),
            "ISBN": names.get("isbn"),
            "ISSN": names.get("issn"),
            "URL": web(one.url) or site.page(one),
            "source": site.name,
        }
    )


def name(agent: Agent) -> dict[str, str]:
    """A name as it is written: which part of it is the family's no source says."""
    return {"literal": agent.name}


def day(moment: datetime | None) -> dict[str, list[list[int]]] | None:
    return None if moment is None else {"date-parts": [[moment.year, moment.month, moment.day]]}
