"""Searching: the site's own question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from flask import request
from pydantic import Field, field_validator

from hub.services import phrasing, seeking
from hub.web import context
from hub.web.api import addresses, cursors, describing
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.shapes import Page, Paging, Resource, Shape

Values = list[str]
Sort = Literal["relevance", "newest", "rating", "adopted", "start", "title", "catalogued"]


def chosen(description: str) -> Any:
    """A filter: given several times, any of the values fits."""
    return Field(default_factory=list, max_length=phrasing.VALUES_MOST, description=description)


class SearchQuery(Paging):
    """What is searched: the same words, filters and orders as on the site."""

    q: str = Field("", max_length=phrasing.WORDS_MOST, description='Words, in English or Chinese; "phrases", -without, title:word.')
    topic: Values = chosen("Notation of a topic: it and those under it.")
    tag: Values = chosen("Number of an institution's tag.")
    type: Values = chosen("Type of resource: course, textbook, video ...")
    language: Values = chosen("BCP 47.")
    use: Values = chosen("What the licence allows: copy, adapt, sell.")
    level: Values = chosen("Level of study.")
    score: Values = chosen("Least mean of reviews.")
    adopted: Values = chosen("Adopted by institutions.")
    platform: Values = chosen("Notation of a platform.")
    free: Values = chosen("yes or no.")
    certificate: Values = chosen("yes or no.")
    start: Values = chosen("Month of a run, 2026-09, or anytime.")
    provider: Values = chosen("Name of a provider.")
    institution: Values = chosen("Name of an institution.")
    licence: Values = chosen("Licence family: cc-by, cc-by-sa ...")
    sort: Sort | None = Field(None, description="Relevance when there are words, else newest.")
    facets: str = Field("", max_length=200, description=f"Which facets to count, with commas: {', '.join(seeking.FACETS)}.")
    labels: Literal["en", "zh-Hans"] = Field("en", description="Language of the facets' labels.")

    @field_validator("facets")
    @classmethod
    def known(cls, value: str) -> str:
        """Facets that there are."""
        unknown = [name for name in value.split(",") if name and name not in seeking.FACETS]
        if unknown:
            raise ValueError(f"there is no such facet; there are {', '.join(seeking.FACETS)}")
        return value


class FacetValue(Shape):
    """A value and how many of the matches have it; a topic's `depth` says how far down the tree it stands."""

    value: str
    label: str | None
    count: int
    selected: bool
    depth: int


class Found(Page):
    """One part of the matches."""

    total: int = Field(description="Of all matches.")
    items: list[Resource]
    facets: dict[str, list[FacetValue]] = Field(description="Those that were asked for.")
    suggestion: str | None = Field(description="Did you mean: the words, corrected.")


@operation(
    "GET",
    "/search",
    tag="Search",
    query=SearchQuery,
    answer=Found,
    errors=(503,),
    example={"q": "logistics", "facets": "topic,language"},
)
def search(call: Call) -> Answer:
    """Search the catalogue

    Pages of a search are at most 500: to copy the catalogue, read `/resources`.
    """
    asked: SearchQuery = call.query
    place = cursors.read(asked.cursor, int, int)
    limit, page = place or (asked.limit, 1)
    question = phrasing.read({name: values for name, values in request.args.lists() if name in FIELDS})
    facets = [name for name in asked.facets.split(",") if name]
    found = seeking.seek(
        context.session(),
        context.index(),
        phrasing.at_page(question, page),
        limit=limit,
        facets=facets,
        language=asked.labels,
        today=datetime.now(UTC).date(),
    )
    following = cursors.write(limit, page + 1) if found.more else None
    value = Found(
        total=found.total,
        items=[describing.resource(one) for one in found.resources],
        facets={group.name: [FacetValue.model_validate(choice) for choice in group.choices] for group in found.facets},
        suggestion=found.suggestion,
        next=following,
    )
    return Answer(value, headers=addresses.links(following))


FIELDS = frozenset(SearchQuery.model_fields) - {"cursor", "limit", "facets", "labels"}
