"""Resources in full, as every format that leaves the hub is made of them: one value object each, a few queries for any number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource
from hub.models.source import Source
from hub.models.topic import Assignment, Concept, ConceptLabel
from hub.services import naming, reporting

AT_ONCE = 500  # resources of one walk's step
SAME_AS_MOST = 50  # other addresses of a work that are told
LANGUAGES = ("en", "zh-Hans")
COLUMNS = (
    Resource.id, Resource.public_id, Resource.version, Resource.title, Resource.alternative_titles, Resource.summary,
    Resource.description, Resource.text, Resource.url, Resource.resource_type, Resource.languages, Resource.subtitle_languages,
    Resource.agents, Resource.provider, Resource.provider_slug, Resource.institution, Resource.code, Resource.licence,
    Resource.licence_family, Resource.licence_url, Resource.rights, Resource.free, Resource.certificate, Resource.credits,
    Resource.duration, Resource.workload_min, Resource.workload_max, Resource.levels, Resource.subjects, Resource.keywords,
    Resource.teaches, Resource.prerequisites, Resource.audience, Resource.image, Resource.content_created, Resource.content_published,
    Resource.content_modified, Resource.provenance, Resource.completeness, Resource.score, Resource.review_count,
    Resource.adoption_count, Resource.links, Resource.created_at, Resource.updated_at, Resource.withdrawn_at, Resource.hidden_at,
    Resource.merged_into_id,
)  # fmt: skip
IDS: BindParameter[Any] = bindparam(
    "ids", expanding=True
)  # the statements are made once: making them costs as much as asking for a page of resources
RESOURCES = select(*COLUMNS).where(Resource.id.in_(IDS))
CONCEPTS = (
    select(Assignment.resource_id, Assignment.origin, Assignment.confidence, Concept.id, Concept.scheme, Concept.notation, Concept.uri)
    .join(Concept, Concept.id == Assignment.concept_id)
    .where(Assignment.resource_id.in_(IDS), Assignment.state == "accepted", Concept.retired_at.is_(None))
    .order_by(Assignment.confidence.desc(), Concept.notation)
)
LABELS = select(ConceptLabel.concept_id, ConceptLabel.language, ConceptLabel.text).where(
    ConceptLabel.concept_id.in_(IDS), ConceptLabel.preferred, ConceptLabel.language.in_(LANGUAGES)
)
OFFERINGS = (
    select(
        Offering.resource_id, Offering.identifier, Offering.url, Offering.provider, Offering.start, Offering.end, Offering.enrolment_start,
        Offering.enrolment_end, Offering.pace, Offering.mode, Offering.price, Offering.currency, Offering.certificate,
    )
    .where(Offering.resource_id.in_(IDS))
    .order_by(Offering.id)
)  # fmt: skip
RECORDS = (
    select(
        SourceRecord.resource_id, SourceRecord.identifier, SourceRecord.url, SourceRecord.state, SourceRecord.first_seen_at,
        SourceRecord.last_seen_at, SourceRecord.values, Source.name, Source.title,
    )
    .join(Source, Source.id == SourceRecord.source_id)
    .where(SourceRecord.resource_id.in_(IDS))
    .order_by(SourceRecord.state != "active", Source.rank, SourceRecord.id)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody with a part in the resource."""

    name: str
    role: str  # creator | instructor | contributor | publisher | provider
    url: str | None
    organisation: bool | None  # None: unknown


@dataclass(frozen=True, slots=True)
class Topic:
    """A concept that the resource is about."""

    notation: str
    uri: str
    labels: Mapping[str, str]  # language -> preferred label
    origin: str  # source | rule | person
    confidence: float


@dataclass(frozen=True, slots=True)
class Run:
    """One offering of a course."""

    identifier: str | None
    url: str | None
    provider: str | None
    start: datetime | None
    end: datetime | None
    enrolment_start: datetime | None
    enrolment_end: datetime | None
    pace: str | None
    mode: str | None
    price: Decimal | None
    currency: str | None
    certificate: bool | None


@dataclass(frozen=True, slots=True)
class Origin:
    """One record behind the resource; without user, password and keys of addresses."""

    source: str
    source_title: str
    identifier: str
    url: str | None
    state: str  # active | withdrawn | failed
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A resource with everything that a format can carry. Unknown is None, or empty.

    `gone` says that nobody but those who kept it sees it any more (withdrawn, hidden or merged away): a format that can tell deletions
    tells one, any other leaves it out, and nothing but `public_id`, `updated_at` and the sets of it may leave the hub.
    """

    id: int
    public_id: str
    slug: str
    version: int
    gone: bool
    title: str
    alternative_titles: tuple[str, ...]
    summary: str | None  # plain
    description: str | None  # sanitised HTML
    text: str  # both, plain
    url: str | None
    resource_type: str | None
    languages: tuple[str, ...]
    subtitle_languages: tuple[str, ...]
    agents: tuple[Agent, ...]
    provider: str | None
    provider_slug: str | None
    institution: str | None
    code: str | None
    licence: str | None
    licence_family: str | None
    licence_url: str | None
    rights: str | None
    free: bool | None
    certificate: bool | None
    credits: Decimal | None
    duration: str | None
    workload_min: float | None
    workload_max: float | None
    levels: tuple[str, ...]
    subjects: tuple[str, ...]
    keywords: tuple[str, ...]
    teaches: tuple[str, ...]
    prerequisites: tuple[str, ...]
    audience: tuple[str, ...]
    image: str | None
    created: datetime | None  # of the content; this and the two below
    published: datetime | None
    modified: datetime | None
    completeness: int
    score: float | None
    reviews: int
    adoptions: int
    links: str | None
    catalogued_at: datetime
    updated_at: datetime
    provenance: Mapping[str, Any]  # as `merging.merge` makes it
    topics: tuple[Topic, ...]  # surest first
    platforms: tuple[Topic, ...]
    identifiers: tuple[tuple[str, str], ...]  # (doi | isbn | issn | handle, value)
    same_as: tuple[str, ...]
    offerings: tuple[Run, ...]
    origins: tuple[Origin, ...]


def describe(session: Session, ids: Sequence[int]) -> dict[int, Description]:
    """The resources with these ids, also those that are gone. Five queries, however many there are."""
    if not ids:
        return {}
    rows = session.execute(RESOURCES, {"ids": ids}).all()
    concepts = concepts_of(session, ids)
    offerings = offerings_of(session, ids)
    origins, identifiers, same_as = records_of(session, ids)
    return {
        row.id: description(
            row,
            concepts.get(row.id, ()),
            offerings.get(row.id, ()),
            origins.get(row.id, ()),
            identifiers.get(row.id, ()),
            same_as.get(row.id, ()),
        )
        for row in rows
    }


def in_order(session: Session, ids: Sequence[int]) -> list[Description]:
    """Those of them that can be found, in the order asked for."""
    found = describe(session, ids)
    return [found[id] for id in ids if id in found and not found[id].gone]


def by_public_id(session: Session, public_id: str) -> Description | None:
    """The resource with this public id, also when it is gone; None when there never was one."""
    if "\0" in public_id:  # PostgreSQL takes none
        return None
    id = session.scalar(select(Resource.id).where(Resource.public_id == public_id[:16]))
    return None if id is None else describe(session, [id])[id]


def walk(session: Session, *, after: int = 0, at_once: int = AT_ONCE) -> Iterator[Description]:
    """Everything that can be found, by number; read a part at a time, so that memory does not grow with the catalogue."""
    alive = (Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None), Resource.merged_into_id.is_(None))
    while ids := list(session.scalars(select(Resource.id).where(Resource.id > after, *alive).order_by(Resource.id).limit(at_once))):
        yield from in_order(session, ids)
        after = ids[-1]


def description(
    row: Any,
    concepts: Iterable[tuple[str, Topic]],
    offerings: Iterable[Run],
    origins: Iterable[Origin],
    identifiers: Iterable[tuple[str, str]],
    same_as: Iterable[str],
) -> Description:
    """One row of COLUMNS and what belongs to it, as a value."""
    concepts = tuple(concepts)
    return Description(
        id=row.id,
        public_id=row.public_id,
        slug=naming.slug(row.title),
        version=row.version,
        gone=row.withdrawn_at is not None or row.hidden_at is not None or row.merged_into_id is not None,
        title=row.title,
        alternative_titles=tuple(row.alternative_titles),
        summary=row.summary,
        description=row.description,
        text=row.text,
        url=row.url,
        resource_type=row.resource_type,
        languages=tuple(row.languages),
        subtitle_languages=tuple(row.subtitle_languages),
        agents=tuple(agent(kept) for kept in row.agents if kept.get("name")),
        provider=row.provider,
        provider_slug=row.provider_slug,
        institution=row.institution,
        code=row.code,
        licence=row.licence,
        licence_family=row.licence_family,
        licence_url=row.licence_url,
        rights=row.rights,
        free=row.free,
        certificate=row.certificate,
        credits=row.credits,
        duration=row.duration,
        workload_min=row.workload_min,
        workload_max=row.workload_max,
        levels=tuple(row.levels),
        subjects=tuple(row.subjects),
        keywords=tuple(row.keywords),
        teaches=tuple(row.teaches),
        prerequisites=tuple(row.prerequisites),
        audience=tuple(row.audience),
        image=row.image,
        created=row.content_created,
        published=row.content_published,
        modified=row.content_modified,
        completeness=row.completeness,
        score=row.score,
        reviews=row.review_count,
        adoptions=row.adoption_count,
        links=row.links,
        catalogued_at=row.created_at,
        updated_at=row.updated_at,
        provenance=row.provenance,
        topics=tuple(topic for scheme, topic in concepts if scheme == "topic"),
        platforms=tuple(topic for scheme, topic in concepts if scheme == "platform"),
        identifiers=tuple(identifiers),
        same_as=tuple(same_as),
        offerings=tuple(offerings),
        origins=tuple(origins),
    )


def agent(kept: Mapping[str, Any]) -> Agent:
    """One of Resource.agents."""
    return Agent(kept["name"], kept.get("role", "creator"), kept.get("url"), kept.get("organisation"))


def concepts_of(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[tuple[str, Topic]]]:
    """Accepted concepts of these resources with their scheme, surest first. Two queries."""
    rows = session.execute(CONCEPTS, {"ids": ids}).all()
    labels = labels_of(session, {row.id for row in rows})
    found: dict[int, list[tuple[str, Topic]]] = defaultdict(list)
    for row in rows:
        topic = Topic(row.notation, row.uri, labels.get(row.id, {}), row.origin, row.confidence)
        found[row.resource_id].append((row.scheme, topic))
    return found


def labels_of(session: Session, concept_ids: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
    """Preferred labels of concepts: concept -> language -> label."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for concept_id, language, text in session.execute(LABELS, {"ids": list(concept_ids)}):
        found[concept_id][language] = text
    return found


def offerings_of(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[Run]]:
    """Their offerings, in the order in which the records gave them."""
    rows: Any = session.execute(OFFERINGS, {"ids": ids})
    found: dict[int, list[Run]] = defaultdict(list)
    for resource_id, *values in rows:
        found[resource_id].append(Run(*values))
    return found


def records_of(
    session: Session, ids: Sequence[int]
) -> tuple[Mapping[int, Sequence[Origin]], Mapping[int, Sequence[tuple[str, str]]], Mapping[int, Sequence[str]]]:
    """The records behind these resources, and what the living ones say of names that the whole world shares, and of other addresses."""
    rows = session.execute(RECORDS, {"ids": ids})
    origins: dict[int, list[Origin]] = defaultdict(list)
    identifiers: dict[int, dict[tuple[str, str], None]] = defaultdict(dict)
    same_as: dict[int, dict[str, None]] = defaultdict(dict)
    for row in rows:
        identifier, url = reporting.public(row.identifier) or "", reporting.public(row.url)
        origins[row.resource_id].append(Origin(row.name, row.title, identifier, url, row.state, row.first_seen_at, row.last_seen_at))
        if row.state != "active" or not row.values:
            continue
        identifiers[row.resource_id] |= {(kept["scheme"], kept["value"]): None for kept in row.values.get("identifiers", ())}
        same_as[row.resource_id] |= dict.fromkeys(row.values.get("same_as", ())[:SAME_AS_MOST])
    return (
        origins,
        {id: tuple(found) for id, found in identifiers.items()},
        {id: tuple(found)[:SAME_AS_MOST] for id, found in same_as.items()},
    )
