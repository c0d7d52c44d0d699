"""A visitor's question asked by a program: resources in full in the same order as on the site, and only the facets that are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from hub.services import describing, faceting, finding, labelling, querying
from hub.services.asking import SHOWN, USE, Ask
from hub.services.describing import Description
from hub.services.faceting import Group
from search.index import Index

LAST_PAGE = querying.LAST_PAGE
FACETS = SHOWN
VALUES_MOST = 300  # of one facet


@dataclass(frozen=True, slots=True)
class Sought:
    """One part of an answer."""

    total: int
    resources: tuple[Description, ...]
    facets: tuple[Group, ...]
    suggestion: str | None
    read_as: str | None
    more: bool


def seek(session: Session, index: Index, ask: Ask, *, limit: int, facets: Sequence[str] = (), language: str = "en", today: date) -> Sought:
    """The answer to a question. What a program asks is matched as it stands: no looser question takes its place. Raises
    SearchUnavailable."""
    tags = finding.wording_of_tags(session, ask) if "tag" in facets or "tag" in ask.filters else {}
    counted = tuple(dict.fromkeys("licence" if name == USE else name for name in facets))
    asked = querying.read(session, ask, limit=limit, facets=counted, values=VALUES_MOST, tags=tuple(tags)).query
    hits = querying.find(index, asked)
    exact = [hit.id for hit in hits.hits if not hit.related]
    groups: tuple[Group, ...] = ()
    if facets:
        vocabulary = replace(labelling.vocabulary(session, language), tags=tags)
        made = faceting.groups(hits, ask, vocabulary, today=today, show=faceting.ALL)
        groups = tuple(group for group in made if group.name in facets)
    return Sought(
        total=hits.total,
        resources=tuple(describing.in_order(session, exact)),
        facets=groups,
        suggestion=hits.suggestion,
        read_as=asked.read_as,
        more=ask.page * limit < hits.total and ask.page < LAST_PAGE,
    )
