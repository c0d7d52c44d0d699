"""Dublin Core in the head of a page (https://www.dublincore.org/specifications/dublin-core/dc-html/): for crawlers, and for reference
managers that know neither unAPI nor COinS. No Highwire tags (`citation_title` ...): by them readers take anything for a journal's article.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.exports import dublin_core
from hub.exports.phrases import by_role
from hub.exports.site import Site
from hub.services.describing import Description

SCHEMA = "http://purl.org/dc/elements/1.1/"
MOST = 20  # people of each role, and words
ABSTRACT = 500  # characters


def pairs(one: Description, site: Site) -> Iterator[tuple[str, str]]:
    """(name, content) of each meta element."""
    for name, value in elements(one, site):
        if value:
            yield f"DC.{name}", value


def elements(one: Description, site: Site) -> Iterator[tuple[str, str | None]]:
    """(element, value); empty where nothing is known."""
    yield "title", one.title
    yield from (("creator", agent.name) for agent in by_role(one, "creator")[:MOST])
    yield from (("contributor", agent.name) for agent in by_role(one, "instructor", "contributor")[:MOST])
    yield from (("publisher", name) for name in dublin_core.publishers(one))
    yield "date", dublin_core.day(one.published or one.created or one.modified)
    yield "type", one.resource_type
    yield from (("language", language) for language in one.languages)
    yield from (("subject", word) for word in dict.fromkeys((*one.keywords, *one.subjects)[:MOST]))
    yield "description", one.text[:ABSTRACT]
    yield from (("identifier", name) for name in dublin_core.identifiers(one, site.page(one)))
    yield from (("rights", words) for words in dublin_core.rights(one.licence, one.licence_url, one.rights))
