"""Topics, providers and institutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.services import browsing, labelling, mustering, permitting, portraying
from hub.web import context
from hub.web.api import addresses, cursors
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.shapes import Page, Paging, Shape
from hub.web.problems import Problem


class Naming(BaseModel):
    """In which language labels are."""

    model_config = ConfigDict(extra="forbid")

    labels: Literal["en", "zh-Hans"] = Field("en", description="Language of the labels.")


class Topic(Shape):
    """A concept of the vocabulary; `count` is of the resources about it or a narrower one, null while the index cannot say."""

    notation: str
    label: str
    broader: str | None
    count: int | None


class Topics(Shape):
    """The whole vocabulary, in its own order."""

    items: list[Topic]


class TopicInFull(Topic):
    """A concept with what stands around it."""

    definition: str | None
    labels: dict[str, str]
    above: list[str] = Field(description="Broader ones, the topmost first.")
    narrower: list[Topic]
    page: str


class Provider(Shape):
    """Who offers resources."""

    slug: str
    name: str
    count: int


class Providers(Page):
    """Some of them, those with most resources first."""

    items: list[Provider]


class ProviderInFull(Shape):
    """One of them."""

    slug: str
    name: str
    page: str


class InstitutionsQuery(Paging):
    """Which institutions."""

    q: str = Field("", max_length=200, description="Words in name or place.")
    kind: Literal["university", "enterprise", "agency"] | None = None
    verified: bool = Field(False, description="Only those for which an admin of the hub vouches.")


class Institution(Shape):
    """A member of the hub. Numbers are of what everybody sees."""

    slug: str
    name: str
    name_zh: str | None
    kind: str
    place: str
    about: str
    verified: bool
    closed: bool
    members: int
    shelves: int
    reviews: int
    adoptions: int


class Institutions(Page):
    """Some of them by name."""

    total: int
    items: list[Institution]


class InstitutionInFull(Shape):
    """One of them, with what it opens, shares, evaluates and adopts."""

    slug: str
    name: str
    name_zh: str | None
    kind: str
    place: str
    about: str
    url: str | None
    verified: bool
    closed: bool
    page: str
    names: list[str] = Field(description="Under which the catalogue knows it.")
    opened: int | None = Field(description="Resources that it made; null while the index cannot say.")
    shelves: int
    tags: int
    reviews: int
    adoptions: int
    adopted_elsewhere: int
    members: int
    partners: int


def flat(tree: Sequence[browsing.TopicCount], broader: str | None = None) -> Iterator[Topic]:
    """A tree as a list, each under its broader one."""
    for one in tree:
        yield Topic(notation=one.notation, label=one.label, broader=broader, count=one.count)
        yield from flat(one.narrower, one.notation)


@operation("GET", "/topics", tag="Vocabulary", query=Naming, answer=Topics)
def list_topics(call: Call) -> Answer:
    """All topics with their counts"""
    tree = browsing.topic_tree(context.session(), context.index(), language=call.query.labels)
    return Answer(Topics(items=list(flat(tree))))


@operation("GET", "/topics/{notation}", tag="Vocabulary", query=Naming, answer=TopicInFull, errors=(404,))
def get_topic(call: Call) -> Answer:
    """One topic: what it means, what stands around it"""
    session, notation = context.session(), call.path["notation"]
    found = browsing.topic(session, context.index(), notation, language=call.query.labels)
    if found is None:
        raise Problem(404, "There is no such topic.")
    terms = {language: labelling.vocabulary(session, language).topics for language in ("en", "zh-Hans")}
    tree = browsing.topic_tree(session, context.index(), language=call.query.labels)
    own = next(one for one in flat(tree) if one.notation == notation)
    return Answer(
        TopicInFull(
            **own.model_dump(),
            definition=found.definition,
            labels={language: known.label(notation) for language, known in terms.items()},
            above=[term.notation for term in found.above],
            narrower=[one for one in flat(found.narrower, notation) if one.broader == notation],
            page=addresses.absolute(f"/topics/{notation}"),
        )
    )


@operation("GET", "/providers", tag="Vocabulary", query=Paging, answer=Providers, errors=(503,))
def list_providers(call: Call) -> Answer:
    """Providers, those with most resources first"""
    place = cursors.read(call.query.cursor, int)
    start = place[0] if place else 0
    every = browsing.providers(context.index())
    shown = every[start : start + call.query.limit]
    following = cursors.write(start + len(shown)) if start + len(shown) < len(every) else None
    return Answer(Providers(items=[Provider.model_validate(one) for one in shown], next=following), headers=addresses.links(following))


@operation("GET", "/providers/{slug}", tag="Vocabulary", answer=ProviderInFull, errors=(404,))
def get_provider(call: Call) -> Answer:
    """One provider"""
    slug = call.path["slug"]
    name = browsing.provider_name(context.session(), slug)
    if name is None:
        raise Problem(404, "There is no such provider.")
    return Answer(ProviderInFull(slug=slug, name=name, page=addresses.absolute(f"/providers/{slug}")))


@operation("GET", "/institutions", tag="Vocabulary", query=InstitutionsQuery, answer=Institutions)
def list_institutions(call: Call) -> Answer:
    """Institutions by name"""
    asked: InstitutionsQuery = call.query
    after = cursors.read(asked.cursor, str, int)
    found = mustering.listed(
        context.session(), kind=asked.kind or "", words=asked.q, verified=asked.verified, after=after, limit=asked.limit
    )  # fmt: skip
    following = cursors.write(*found.following) if found.following else None
    items = [Institution.model_validate(one) for one in found.entries]
    return Answer(Institutions(total=found.total, items=items, next=following), headers=addresses.links(following))


@operation("GET", "/institutions/{slug}", tag="Vocabulary", answer=InstitutionInFull, errors=(404,))
def get_institution(call: Call) -> Answer:
    """One institution, with what it opens, shares, evaluates and adopts"""
    session = context.session()
    found = permitting.find(session, call.path["slug"])
    if found is None:
        raise Problem(404, "There is no such institution.")
    return Answer(in_full(portraying.page(session, context.index(), call.who, found, datetime.now(UTC).date())))


def in_full(page: portraying.Portrait) -> InstitutionInFull:
    """An institution's page as the API has it."""
    one: Any = page.institution
    numbers = page.numbers
    plain = {name: getattr(one, name) for name in ("slug", "name", "name_zh", "kind", "place", "about", "url")}
    counted = {name: getattr(numbers, name) for name in ("opened", "shelves", "tags", "reviews", "adoptions", "members")}
    return InstitutionInFull(
        **plain,
        **counted,
        verified=one.verified_at is not None,
        closed=one.closed_at is not None,
        page=addresses.absolute(f"/institutions/{one.slug}"),
        names=list(page.names),
        adopted_elsewhere=numbers.elsewhere,
        partners=page.partners_total,
    )
