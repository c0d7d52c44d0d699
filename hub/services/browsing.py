"""The catalogue's shelves: the home page, topics, providers and sources, with the counts that the index keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.models.run import Run
from hub.models.source import Source
from hub.services import finding, labelling, naming, summarising
from hub.services.labelling import Terms, Vocabulary
from hub.services.summarising import Summary
from search import query
from search.document import Hits
from search.index import Index, IndexFault

DatabaseUnavailable = OperationalError  # the name that the site may know
ENDED_WELL = ("succeeded", "partial")
ENDED = (*ENDED_WELL, "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class TopicCount:
    """A topic with the number of resources under it (None while the index cannot say), and the topics below it."""

    notation: str
    label: str
    count: int | None
    narrower: tuple[TopicCount, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source as the public list shows it: how much it gave, and how fresh that is."""

    name: str
    title: str
    kind: str
    url: str
    resources: int | None
    refreshed_at: datetime | None  # end of the last run that succeeded, at least in part
    last_state: str | None  # of the last run that ended
    last_reason: str | None
    since: datetime  # when it was added


@dataclass(frozen=True, slots=True)
class Home:
    """What the front page shows beside the search box."""

    resources: int | None
    topics: tuple[TopicCount, ...]
    newest: tuple[Summary, ...]
    sources: tuple[SourceState, ...]
    vocabulary: Vocabulary


@dataclass(frozen=True, slots=True)
class TopicPage:
    """One topic: what it means and what stands around it."""

    notation: str
    label: str
    definition: str | None
    above: tuple[labelling.Term, ...]
    narrower: tuple[TopicCount, ...]


@dataclass(frozen=True, slots=True)
class ProviderCount:
    """A provider with the number of its resources."""

    name: str
    slug: str
    count: int


def counts(index: Index, *facets: str, newest: int = 0) -> Hits | None:
    """How many documents have which value, and the newest ones; None when the index cannot be read just now."""
    try:
        return index.find(query.parse("", sort="newest", limit=newest, facets=facets))
    except IndexFault:
        return None


def counted(hits: Hits | None, facet: str) -> Mapping[str, int] | None:
    """value -> count; None when unknown."""
    return None if hits is None else {count.value: count.count for count in hits.facets.get(facet, ())}


def home(session: Session, index: Index, *, language: str, newest: int = 8) -> Home:
    """The front page. It stands without the index too: then without counts and without the newest."""
    hits = counts(index, "topic", "source", newest=newest)
    vocabulary = labelling.vocabulary(session, language)
    return Home(
        resources=hits.total if hits else None,
        topics=topic_counts(vocabulary.topics, None, counted(hits, "topic")),
        newest=summarising.in_order(session, [hit.id for hit in hits.hits] if hits else []),
        sources=source_states(session, counted(hits, "source")),
        vocabulary=vocabulary,
    )


# Topics


def topic_counts(topics: Terms, below: str | None, counts: Mapping[str, int] | None) -> tuple[TopicCount, ...]:
    """The topics below one (the main ones for None), in the vocabulary's order, with all that stands below them."""
    made = []
    for term in topics.below(below):
        count = counts.get(term.notation, 0) if counts is not None else None
        made.append(TopicCount(term.notation, term.label, count, topic_counts(topics, term.notation, counts)))
    return tuple(made)


def topic_tree(session: Session, index: Index, *, language: str) -> tuple[TopicCount, ...]:
    """Every topic."""
    topics = labelling.vocabulary(session, language).topics
    return topic_counts(topics, None, counted(counts(index, "topic"), "topic"))


def topic(session: Session, index: Index, notation: str, *, language: str) -> TopicPage | None:
    """One topic; None when the vocabulary has no such one."""
    topics = labelling.vocabulary(session, language).topics
    if notation not in topics.by_notation:
        return None
    return TopicPage(
        notation,
        topics.label(notation),
        labelling.definition(session, "topic", notation, language),
        topics.above(notation),
        topic_counts(topics, notation, counted(counts(index, "topic"), "topic")),
    )


# Providers


def providers(index: Index) -> tuple[ProviderCount, ...]:
    """All providers, those with most resources first. Raises finding.SearchUnavailable."""
    hits = counts(index, "provider")
    if hits is None:
        raise finding.SearchUnavailable
    return tuple(ProviderCount(c.value, naming.slug(c.value, length=100), c.count) for c in hits.facets.get("provider", ()))


def provider_name(session: Session, slug: str) -> str | None:
    """The name behind a provider's address."""
    return session.scalar(select(Resource.provider).where(Resource.provider_slug == slug[:100]).limit(1))


# Sources


def sources(session: Session, index: Index) -> tuple[SourceState, ...]:
    """All sources with their freshness, by title."""
    return source_states(session, counted(counts(index, "source"), "source"))


def source_states(session: Session, resources: Mapping[str, int] | None, *, also: str = "") -> tuple[SourceState, ...]:
    """The same, with counts that the caller has. `also` names a source that may be retired: pages of what it gave still name it."""
    last = select(func.max(Run.id)).where(Run.task == "harvest", Run.state.in_(ENDED)).group_by(Run.source_id)
    last_runs = {run.source_id: run for run in session.execute(select(Run.source_id, Run.state, Run.reason).where(Run.id.in_(last)))}
    fresh = select(Run.source_id, func.max(Run.finished_at)).where(Run.task == "harvest", Run.state.in_(ENDED_WELL)).group_by(Run.source_id)
    refreshed = {source_id: at for source_id, at in session.execute(fresh) if at is not None}
    rows = session.execute(
        select(Source.id, Source.name, Source.title, Source.kind, Source.url, Source.created_at)
        .where(~Source.draft, Source.retired_at.is_(None) | (Source.name == also))
        .order_by(Source.title)
    )
    return tuple(
        SourceState(
            name=row.name,
            title=row.title,
            kind=row.kind,
            url=row.url,
            resources=resources.get(row.name, 0) if resources is not None else None,
            refreshed_at=refreshed.get(row.id),
            last_state=last_runs[row.id].state if row.id in last_runs else None,
            last_reason=last_runs[row.id].reason if row.id in last_runs else None,
            since=row.created_at,
        )
        for row in rows
    )


def source(session: Session, index: Index, name: str) -> SourceState | None:
    """One source; None when there is none of that name."""
    states = source_states(session, counted(counts(index, "source"), "source"), also=name)
    return next((state for state in states if state.name == name), None)


# What machines ask


def database_answers(session: Session) -> bool:
    """Does the database answer, with our tables in it?"""
    try:
        session.execute(select(Source.id).limit(1)).first()
    except SQLAlchemyError:
        session.rollback()
        return False
    return True


def index_answers(index: Index) -> bool:
    """Can the index be read?"""
    try:
        index.count()
    except IndexFault:
        return False
    return True
