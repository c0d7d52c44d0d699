"""One resource as its own page shows it: values, offerings, and where each of them comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.link import Link
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource
from hub.models.source import Source
from hub.models.topic import Assignment, Concept
from hub.services import asking, completing, finding, labelling, naming, summarising
from hub.services.summarising import Summary
from search.index import Index, IndexFault

OFFERINGS_MOST = 200
WORDS = re.compile(r"[\u3400-\u9fff]{2}|[^\W\u3400-\u9fff]{3,}")  # Chinese two characters at a time


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody with a part in the resource."""

    name: str
    role: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One offering: when it can be taken and at what price."""

    start: datetime | None
    end: datetime | None
    enrolment_end: datetime | None
    pace: str | None
    mode: str | None
    price: Decimal | None
    currency: str | None
    certificate: bool | None
    provider: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Origin:
    """One record behind the resource."""

    source: str
    source_title: str
    kind: str
    identifier: str
    state: str  # active | withdrawn | failed
    url: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    datestamp: datetime | None
    withdrawn_at: datetime | None
    record_id: int


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the resource, and whether a rule found it."""

    notation: str
    label: str
    inferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePage:
    """All that the page shows. `fields` names the source of each field; `inferred` the fields that no source gave."""

    summary: Summary
    alternative_titles: tuple[str, ...]
    lead: str | None  # the summary, plain
    description: str | None  # sanitised HTML
    url: str | None
    agents: tuple[Agent, ...]
    code: str | None
    licence_url: str | None
    rights: str | None
    credits: Decimal | None
    subjects: tuple[str, ...]
    keywords: tuple[str, ...]
    prerequisites: tuple[str, ...]
    audience: tuple[str, ...]
    created: datetime | None
    published: datetime | None
    modified: datetime | None
    completeness: int
    missing: tuple[str, ...]  # fields that matter and that no source gives
    links: str | None  # ok | broken | elsewhere; None: unknown
    broken_since: datetime | None
    other_offers: tuple[str, ...]  # addresses of the same course that work, while its own is broken
    catalogued_at: datetime
    updated_at: datetime
    withdrawn_at: datetime | None
    hidden_at: datetime | None
    topics: tuple[Topic, ...]
    platforms: tuple[str, ...]
    offerings: tuple[Run, ...]
    origins: tuple[Origin, ...]
    fields: Mapping[str, str]  # field -> title of the source that gave it
    inferred: frozenset[str]
    corrected: Mapping[str, datetime]  # field -> when a curator corrected it


@dataclass(frozen=True, slots=True)
class Moved:
    """The resource was merged into another one, which has this address now."""

    public_id: str
    slug: str


def page(session: Session, public_id: str, *, language: str) -> ResourcePage | Moved | None:
    """The resource with this public id; None when there never was one. A withdrawn one says since when."""
    resource = session.scalar(select(Resource).where(Resource.public_id == public_id[:16]))
    if resource is None:
        return None
    if resource.merged_into_id is not None:
        return merged_into(session, resource)
    vocabulary = labelling.vocabulary(session, language)
    concepts = concepts_of(session, resource.id)
    topics = tuple(Topic(n, vocabulary.topics.label(n), o == "rule") for scheme, n, o in concepts if scheme == "topic")
    origins = origins_of(session, resource.id)
    return ResourcePage(
        summary=summarising.of(session, resource, tuple(topic.notation for topic in topics)),
        alternative_titles=tuple(resource.alternative_titles),
        lead=resource.summary,
        description=resource.description,
        url=resource.url,
        agents=tuple(Agent(a.get("name", ""), a.get("role", "creator"), a.get("url")) for a in resource.agents if a.get("name")),
        code=resource.code,
        licence_url=resource.licence_url,
        rights=resource.rights,
        credits=resource.credits,
        subjects=tuple(resource.subjects),
        keywords=tuple(resource.keywords),
        prerequisites=tuple(resource.prerequisites),
        audience=tuple(resource.audience),
        created=resource.content_created,
        published=resource.content_published,
        modified=resource.content_modified,
        completeness=resource.completeness,
        missing=missing_of(resource),
        links=resource.links,
        broken_since=broken_since(session, resource),
        other_offers=other_offers(session, resource),
        catalogued_at=resource.created_at,
        updated_at=resource.updated_at,
        withdrawn_at=resource.withdrawn_at,
        hidden_at=resource.hidden_at,
        topics=topics,
        platforms=tuple(vocabulary.platforms.label(n) for scheme, n, _ in concepts if scheme == "platform"),
        offerings=offerings_of(session, resource.id),
        origins=origins,
        fields=field_sources(resource.provenance, origins),
        inferred=frozenset(resource.provenance.get("inferred", ())),
        corrected={name: datetime.fromisoformat(at) for name, at in resource.provenance.get("corrected", {}).items()},
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """A resource by name, alive or not, and the records behind it."""

    public_id: str
    slug: str
    title: str
    created_at: datetime
    withdrawn_at: datetime | None
    origins: tuple[Origin, ...]


def facts(session: Session, resource_id: int) -> Facts:
    """The facts of a resource, which there is."""
    row = session.execute(
        select(Resource.public_id, Resource.title, Resource.created_at, Resource.withdrawn_at).where(Resource.id == resource_id)
    ).one()
    return Facts(row.public_id, naming.slug(row.title), row.title, row.created_at, row.withdrawn_at, origins_of(session, resource_id))


def number(session: Session, public_id: str) -> int | None:
    """Our number of the resource with this public id (also as its address has it, with the title behind); None when there is none."""
    return session.scalar(select(Resource.id).where(Resource.public_id == public_id.partition("-")[0][:16]))


def merged_into(session: Session, resource: Resource) -> Moved | None:
    """Where a merged resource stands now; chains are followed, circles end."""
    seen = {resource.id}
    while resource.merged_into_id is not None and resource.merged_into_id not in seen:
        seen.add(resource.merged_into_id)
        following = session.get(Resource, resource.merged_into_id)
        if following is None:
            return None
        resource = following
    return Moved(resource.public_id, naming.slug(resource.title))


def concepts_of(session: Session, resource_id: int) -> Sequence[tuple[str, str, str]]:
    """(scheme, notation, origin) of every accepted concept, surest first."""
    rows = session.execute(
        select(Concept.scheme, Concept.notation, Assignment.origin)
        .join(Assignment, Assignment.concept_id == Concept.id)
        .where(Assignment.resource_id == resource_id, Assignment.state == "accepted", Concept.retired_at.is_(None))
        .order_by(Assignment.confidence.desc(), Concept.notation)
    )
    return [(scheme, notation, origin) for scheme, notation, origin in rows]


def offerings_of(session: Session, resource_id: int) -> tuple[Run, ...]:
    """Offerings, the latest start first, those without a date before all."""
    columns = (
        Offering.start, Offering.end, Offering.enrolment_end, Offering.pace, Offering.mode, Offering.price, Offering.currency,
        Offering.certificate, Offering.provider, Offering.url,
    )  # fmt: skip
    rows: Any = session.execute(
        select(*columns)
        .where(Offering.resource_id == resource_id)
        .order_by(Offering.start.is_(None).desc(), Offering.start.desc(), Offering.id)
        .limit(OFFERINGS_MOST)
    )
    return tuple(Run(*row) for row in rows)


def origins_of(session: Session, resource_id: int) -> tuple[Origin, ...]:
    """The records behind a resource, living ones first."""
    columns = (
        Source.name, Source.title, Source.kind, SourceRecord.identifier, SourceRecord.state, SourceRecord.url,
        SourceRecord.first_seen_at, SourceRecord.last_seen_at, SourceRecord.datestamp, SourceRecord.withdrawn_at, SourceRecord.id,
    )  # fmt: skip
    rows: Any = session.execute(
        select(*columns)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(SourceRecord.resource_id == resource_id)
        .order_by(SourceRecord.state != "active", Source.rank, SourceRecord.id)
    )
    return tuple(Origin(*row) for row in rows)


def missing_of(resource: Resource) -> tuple[str, ...]:
    """What is missing of a resource (`completing.missing`)."""
    names = dict.fromkeys(name for field in completing.WEIGHTS for name in completing.CARRIERS.get(field, (field,)))
    return completing.missing({name: getattr(resource, name) for name in names})


def broken_since(session: Session, resource: Resource) -> datetime | None:
    """Since when the resource's own address has failed, while it counts as broken."""
    if resource.links not in ("broken", "elsewhere"):
        return None
    return session.scalar(select(Link.failing_since).where(Link.resource_id == resource.id, Link.url == resource.url))


def other_offers(session: Session, resource: Resource) -> tuple[str, ...]:
    """Other addresses of the resource that work, while its own does not."""
    if resource.links != "elsewhere":
        return ()
    wanted = select(Link.url).where(Link.resource_id == resource.id, Link.url != resource.url, Link.state == "ok").order_by(Link.id)
    return tuple(session.scalars(wanted))


def field_sources(provenance: Mapping[str, Any], origins: Sequence[Origin]) -> dict[str, str]:
    """field -> title of its source, from the places that `merging.merge` wrote down."""
    titles = {origin.source: origin.source_title for origin in origins}
    records = provenance.get("records", ())
    return {
        name: titles.get(records[place][0], records[place][0])
        for name, place in provenance.get("fields", {}).items()
        if isinstance(place, int) and place < len(records)
    }


def similar(session: Session, index: Index, resource_id: int, *, limit: int = 4) -> tuple[Summary, ...]:
    """Resources like this one; none while the index cannot be read."""
    try:
        ids = index.similar(resource_id, limit=limit)
    except IndexFault:
        return ()
    return summarising.in_order(session, [id for id in ids if id != resource_id])


def alternatives(session: Session, index: Index, title: str, *, limit: int = 4) -> tuple[Summary, ...]:
    """What to offer instead of a resource that is gone: what most of its title's words find."""
    words = WORDS.findall(title.lower()[:500])[:10]  # lower case: a word "OR" is no operator
    try:
        hits = finding.matches(index, asking.Ask(words=" OR ".join(words)), limit=limit) if words else ()
    except finding.SearchUnavailable:
        return ()
    return summarising.in_order(session, [hit.id for hit in hits])
