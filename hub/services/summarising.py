"""Resources as lists show them: one value object each, made of three queries for any number of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import distinct, func, literal, select, union_all
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.models.tag import Tag, Tagging
from hub.models.topic import Assignment, Concept
from hub.services import commending, naming

LISTED = "listed resources"
COLUMNS = (
    Resource.id, Resource.public_id, Resource.title, Resource.languages, Resource.subtitle_languages, Resource.summary, Resource.text,
    Resource.resource_type, Resource.licence, Resource.licence_family, Resource.free, Resource.certificate, Resource.provider,
    Resource.provider_slug, Resource.institution, Resource.levels, Resource.duration, Resource.workload_min, Resource.workload_max,
    Resource.teaches, Resource.content_modified, Resource.updated_at, Resource.links,
    Resource.score, Resource.review_count, Resource.adoption_count,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tagged:
    """A topic that a resource has by tags that mean the same, and of how many institutions."""

    notation: str
    institutions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What a list shows of a resource. Codes are left to the page to word."""

    id: int
    public_id: str
    slug: str
    title: str
    language: str | None  # of the title and the text
    languages: tuple[str, ...]
    subtitle_languages: tuple[str, ...]
    text: str  # plain
    resource_type: str | None
    licence: str | None
    licence_family: str | None
    free: bool | None
    certificate: bool | None
    provider: str | None
    provider_slug: str | None
    institution: str | None
    levels: tuple[str, ...]
    duration: str | None
    workload_min: float | None
    workload_max: float | None
    teaches: tuple[str, ...]
    links: str | None  # broken | elsewhere: its own address leads nowhere
    score: float | None  # 1 .. 5, the mean of independent reviews
    reviews: int  # those that make the score
    adoptions: int  # institutions that use it
    changed_at: datetime  # the content, or else our record of it
    topics: tuple[str, ...]  # notations, surest first
    tagged: tuple[Tagged, ...] = ()  # further topics, by the tags of institutions
    commended: int = 0  # institutions that recommend it in public


def summaries(session: Session, ids: Sequence[int]) -> dict[int, Summary]:
    """The resources with these ids that can be found (not withdrawn, not merged away, not hidden); noted as `listed`."""
    if not ids:
        return {}
    listed(session).update(ids)
    rows = session.execute(
        select(*COLUMNS).where(
            Resource.id.in_(ids), Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None)
        )
    ).all()
    topics = topics_of(session, ids)
    praised = commending.commended(session, ids)
    return {row.id: summary(row, *topics.get(row.id, ((), ())), praised.get(row.id, 0)) for row in rows}


def of(session: Session, resource: Resource, topics: tuple[str, ...]) -> Summary:
    """One resource, whatever became of it, whose accepted topics are known."""
    _accepted, tagged = topics_of(session, [resource.id]).get(resource.id, ((), ()))
    return summary(resource, topics, tagged, commending.commended(session, [resource.id]).get(resource.id, 0))


def listed(session: Session) -> set[int]:
    """The resources that lists have asked of this session: what a page must know of all that it shows (who keeps it) is asked once."""
    found: set[int] = session.info.setdefault(LISTED, set())
    return found


def in_order(session: Session, ids: Sequence[int]) -> tuple[Summary, ...]:
    """The same, in the order asked for."""
    found = summaries(session, ids)
    return tuple(found[id] for id in ids if id in found)


def summary(row: Any, topics: tuple[str, ...], tagged: tuple[Tagged, ...] = (), commended: int = 0) -> Summary:
    """One row of COLUMNS as a value."""
    return Summary(
        id=row.id,
        public_id=row.public_id,
        slug=naming.slug(row.title),
        title=row.title,
        language=row.languages[0] if row.languages else None,
        languages=tuple(row.languages),
        subtitle_languages=tuple(row.subtitle_languages),
        text=row.summary or row.text,
        resource_type=row.resource_type,
        licence=row.licence,
        licence_family=row.licence_family,
        free=row.free,
        certificate=row.certificate,
        provider=row.provider,
        provider_slug=row.provider_slug,
        institution=row.institution,
        levels=tuple(row.levels),
        duration=row.duration,
        workload_min=row.workload_min,
        workload_max=row.workload_max,
        teaches=tuple(row.teaches),
        links=row.links,
        score=row.score,
        reviews=row.review_count,
        adoptions=row.adoption_count,
        changed_at=row.content_modified or row.updated_at,
        topics=topics,
        tagged=tagged,
        commended=commended,
    )


def topics_of(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[tuple[str, ...], tuple[Tagged, ...]]]:
    """Accepted topics of these resources, surest first; then those that they have by tags alone, of most institutions first. One query."""
    accepted: dict[int, list[str]] = defaultdict(list)
    tagged: dict[int, list[Tagged]] = defaultdict(list)
    standing = (Concept.scheme == "topic") & Concept.retired_at.is_(None)
    said = (
        select(Assignment.resource_id, Concept.notation, Assignment.confidence.label("sure"), literal(0).label("houses"))
        .join(Concept, Concept.id == Assignment.concept_id)
        .where(Assignment.resource_id.in_(ids), Assignment.state == "accepted", standing)
    )
    meant = (
        select(Tagging.resource_id, Concept.notation, literal(0.0), func.count(distinct(Tag.institution_id)))
        .join(Tag, Tag.id == Tagging.tag_id)
        .join(Concept, Concept.id == Tag.concept_id)
        .where(Tagging.resource_id.in_(ids), standing)
        .group_by(Tagging.resource_id, Concept.notation)
    )
    rows = session.execute(union_all(said, meant)).all()
    for row in sorted(rows, key=lambda row: (row.houses, -(row.sure or 0), row.notation)):
        if not row.houses:
            accepted[row.resource_id].append(row.notation)
        elif row.notation not in accepted[row.resource_id]:
            tagged[row.resource_id].insert(0, Tagged(row.notation, row.houses))
    return {id: (tuple(accepted[id]), tuple(tagged[id])) for id in {row.resource_id for row in rows}}
