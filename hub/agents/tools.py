"""The tools that an agent may call: reads of the public catalogue, with the bounds of the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from hub.exports import jsonl
from hub.exports.jsonld import known
from hub.exports.site import Site
from hub.services import asking, browsing, describing, finding, phrasing, reading
from hub.services.summarising import Summary
from search.index import Index

MOST = 100  # results of one call, as the API has it
CUT = 600  # characters of a result's text; the whole stands in `get_resource`
Names = list[str]


@dataclass(frozen=True, slots=True)
class Hub:
    """What the tools are given."""

    session: Session
    index: Index
    site: str  # the hub's address without a final slash
    name: str = "Open Commerce Hub"

    def address(self, public_id: str, slug: str) -> str:
        """A resource's page."""
        return f"{self.site}/resources/{public_id}-{slug}".rstrip("-")


class Refused(Exception):
    """The call cannot be answered; the message tells the model what to do instead."""


class Arguments(BaseModel):
    """What a tool takes: nothing beside the fields that it names."""

    model_config = ConfigDict(extra="forbid")


class Search(Arguments):
    """Arguments of `search_resources`."""

    query: str = Field(
        "", max_length=phrasing.WORDS_MOST, description='Words in English or Chinese; "quoted phrases", OR and -without work.'
    )
    topic: Names = Field(
        [], max_length=phrasing.VALUES_MOST, description="Notations as `list_topics` gives them, such as logistics.customs; any of them."
    )
    type: Names = Field(
        [],
        max_length=phrasing.VALUES_MOST,
        description="course, programme, textbook, video, article, dataset, tool, case, exercise, podcast, material.",
    )
    language: Names = Field([], max_length=phrasing.VALUES_MOST, description="BCP 47: en, zh-Hans, …")
    level: Names = Field(
        [],
        max_length=phrasing.VALUES_MOST,
        description="school, vocational, undergraduate, postgraduate, professional, introductory, intermediate, advanced.",
    )
    use: list[Literal["copy", "adapt", "sell"]] = Field([], max_length=3, description="Only what the licence lets one copy, adapt or sell.")
    provider: Names = Field([], max_length=phrasing.VALUES_MOST, description="Names of providers, exactly.")
    free: bool = Field(False, description="true: only what costs nothing.")
    sort: Literal["relevance", "newest", "rating", "adopted"] | None = Field(
        None, description="relevance when there are words, else newest."
    )
    limit: int = Field(10, ge=1, le=MOST)
    page: int = Field(1, ge=1, le=finding.LAST_PAGE)


class OneResource(Arguments):
    """Arguments of `get_resource` and `similar_resources`."""

    id: str = Field(pattern=r"^[0-9a-z]{1,16}$", description="The `id` of a result.")


class Topics(Arguments):
    """Arguments of `list_topics`."""

    language: Literal["en", "zh-Hans"] = Field("en", description="Of the labels.")


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as the protocol names it; `call` answers an object, or raises Refused."""

    name: str
    title: str
    description: str
    takes: type[Arguments]
    call: Callable[[Hub, Any], dict[str, Any]]

    def described(self) -> dict[str, Any]:
        """As `tools/list` tells it. Every tool only reads, and asks nobody else."""
        schema = self.takes.model_json_schema()
        schema.pop("description", None)
        told = {"name": self.name, "title": self.title, "description": self.description, "inputSchema": schema}
        return {**told, "annotations": {"readOnlyHint": True, "idempotentHint": True, "openWorldHint": False}}

    def run(self, hub: Hub, arguments: Any) -> dict[str, Any]:
        """The answer to these arguments. Raises Refused: with what is wrong, and where, when they are not as the schema says."""
        try:
            given = self.takes.model_validate(arguments)
        except ValidationError as error:
            wrong = (f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in error.errors(include_url=False))
            raise Refused(f"Wrong arguments. {'; '.join(wrong)}"[:2_000]) from error
        return self.call(hub, given)


def search_resources(hub: Hub, given: Search) -> dict[str, Any]:
    """One page of results, best first, with the number of all."""
    chosen = {
        name: tuple(getattr(given, name)) for name in ("topic", "type", "language", "level", "use", "provider") if getattr(given, name)
    }
    if given.free:
        chosen["free"] = ("yes",)
    ask = phrasing.read({"q": [given.query], **chosen, "sort": [given.sort or ""]})
    page = found(hub, replace(ask, page=given.page), given.limit)
    return {
        "total": page.total,
        "page": given.page,
        "pages": page.pages,
        "results": [result(hub, one.resource) for one in page.results],
        **({"did_you_mean": page.suggestion} if page.suggestion else {}),
        **({"searched_instead": page.relaxed.words} if page.relaxed else {}),
        "in_browser": f"{hub.site}/search?{phrasing.written(ask)}".rstrip("?"),
    }


def found(hub: Hub, ask: asking.Ask, limit: int) -> finding.Page:
    """The site's own search. Raises Refused while there is none."""
    try:
        return finding.find(hub.session, hub.index, ask, language="en", today=datetime.now(UTC).date(), limit=limit)
    except finding.SearchUnavailable as error:
        raise Refused("The search cannot answer just now; try again in a minute.") from error


def result(hub: Hub, one: Summary) -> dict[str, Any]:
    """What tells whether a resource is worth a look."""
    told = {
        "id": one.public_id,
        "title": one.title,
        "text": one.text[:CUT],
        "type": one.resource_type,
        "languages": list(one.languages),
        "provider": one.provider,
        "institution": one.institution,
        "licence": one.licence,
        "free": one.free,
        "certificate": one.certificate,
        "levels": list(one.levels),
        "topics": list(one.topics),
        "score": one.score,
        "reviews": one.reviews or None,
        "adoptions": one.adoptions or None,
        "page": hub.address(one.public_id, one.slug),
    }
    return known(told)


def get_resource(hub: Hub, given: OneResource) -> dict[str, Any]:
    """Everything that is known of one resource."""
    found = reading.page(hub.session, given.id, language="en")
    public_id = found.public_id if isinstance(found, reading.Moved) else given.id
    described = describing.by_public_id(hub.session, public_id)
    if described is None:
        raise Refused(f"There is no resource {given.id!r}: take an id from the results of search_resources.")
    if described.gone:
        raise Refused(f"The resource {given.id!r} is no longer in the catalogue.")
    return jsonl.resource(described, Site(hub.site, hub.name))


def similar_resources(hub: Hub, given: OneResource) -> dict[str, Any]:
    """Resources like one."""
    number = reading.number(hub.session, given.id)
    if number is None:
        raise Refused(f"There is no resource {given.id!r}: take an id from the results of search_resources.")
    return {"results": [result(hub, one) for one in reading.similar(hub.session, hub.index, number, limit=10)]}


def list_topics(hub: Hub, given: Topics) -> dict[str, Any]:
    """The vocabulary as a tree, with the number of resources under each topic."""
    return {"topics": [branch(one) for one in browsing.topic_tree(hub.session, hub.index, language=given.language)]}


def branch(topic: browsing.TopicCount) -> dict[str, Any]:
    """A topic and those below it."""
    below = {"narrower": [branch(one) for one in topic.narrower]} if topic.narrower else {}
    return {"notation": topic.notation, "label": topic.label, "resources": topic.count, **below}


TOOLS = (
    Tool(
        "search_resources",
        "Search teaching resources",
        "Search open courses, textbooks, videos and other teaching resources on e-commerce. Answers a page of results with their number.",
        Search,
        search_resources,
    ),
    Tool(
        "get_resource",
        "Read one resource",
        "Everything known of one resource: description, people, licence, runs with dates and prices, topics, and which source said so.",
        OneResource,
        get_resource,
    ),
    Tool("similar_resources", "Resources like this one", "Other resources of the same subject.", OneResource, similar_resources),
    Tool("list_topics", "List topics", "The topics of e-commerce under which resources stand, with numbers.", Topics, list_topics),
)
BY_NAME = {tool.name: tool for tool in TOOLS}
