"""Topics that rules suggest and nobody has decided on yet: the queue for curators, with the words that speak for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.models.topic import Assignment, Concept
from hub.services import classifying, documenting, naming, summarising
from search.index import Index, IndexFault

WAITING = Assignment.state == literal_column("'suggested'")  # as the index of waiting ones wants it

LIKE_LEAST = 3  # resources near it that have a topic


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A rule thinks that a resource is about a topic, and is not sure enough."""

    resource_id: int
    public_id: str
    slug: str
    title: str
    language: str | None
    concept_id: int
    scheme: str
    notation: str
    confidence: float
    evidence: tuple[tuple[str, str], ...]  # (word, where it stands: title | keywords | text)


@dataclass(frozen=True, slots=True)
class SuggestionPage:
    """Some suggestions of many."""

    suggestions: tuple[Suggestion, ...]
    total: int
    pages: int


def waiting(session: Session, *, topic: str = "", least: float = 0.0, most: float = 1.0, page: int = 1, limit: int = 50) -> SuggestionPage:
    """Suggestions of live resources, surest first, those of one topic together; of one topic, between two confidences."""
    columns = (
        Assignment.resource_id, Resource.public_id, Resource.title, Resource.languages, Resource.keywords, Resource.subjects, Resource.text,
        Assignment.concept_id, Concept.scheme, Concept.notation, Assignment.confidence,
    )  # fmt: skip
    wanted = (
        select(*columns)
        .join(Resource, Resource.id == Assignment.resource_id)
        .join(Concept, Concept.id == Assignment.concept_id)
        .where(WAITING, documenting.live(), Concept.retired_at.is_(None), Assignment.confidence >= least, Assignment.confidence <= most)
    )
    if topic:
        wanted = wanted.where(Concept.notation == topic)
    total = session.scalar(select(func.count()).select_from(wanted.with_only_columns(Assignment.id).subquery())) or 0
    ordered = wanted.order_by(Assignment.confidence.desc(), Concept.position, Assignment.id)
    rows = session.execute(ordered.limit(limit).offset((max(page, 1) - 1) * limit)).all()
    return SuggestionPage(tuple(explained(session, rows)), total, -(-total // limit))


def explained(session: Session, rows: Sequence[Any]) -> list[Suggestion]:
    """Rows with the words that speak for them."""
    classifier = classifying.load(session)
    return [
        Suggestion(
            row.resource_id,
            row.public_id,
            naming.slug(row.title),
            row.title,
            row.languages[0] if row.languages else None,
            row.concept_id,
            row.scheme,
            row.notation,
            row.confidence,
            classifier.evidence(row.concept_id, row.title, [*row.keywords, *row.subjects], row.text),
        )
        for row in rows
    ]


def counts(session: Session) -> list[tuple[str, str, int]]:
    """(scheme, notation, how many suggestions wait) of each topic that has some, most first."""
    rows = session.execute(
        select(Concept.scheme, Concept.notation, func.count())
        .join(Assignment, Assignment.concept_id == Concept.id)
        .join(Resource, Resource.id == Assignment.resource_id)
        .where(WAITING, documenting.live(), Concept.retired_at.is_(None))
        .group_by(Concept.scheme, Concept.notation)
        .order_by(func.count().desc(), Concept.notation)
    )
    return [(scheme, notation, count) for scheme, notation, count in rows]


def by_likeness(session: Session, index: Index, resource_id: int, *, known: set[str], looked_at: int = 8) -> tuple[tuple[str, int], ...]:
    """(notation, how many) of topics that several resources near this one have and nobody says of it; none while the index is away."""
    try:
        ids = index.similar(resource_id, limit=looked_at)
    except IndexFault:
        return ()
    topics = Counter(notation for one in summarising.in_order(session, ids) for notation in one.topics)
    return tuple((notation, times) for notation, times in topics.most_common(8) if times >= LIKE_LEAST and f"topic:{notation}" not in known)
