"""What the hub gives to harvesters of OAI-PMH: pages of resources in the order of their last change, with their sets, deleted ones too.

Read by keyset on (updated_at, id): a page costs the same wherever it stands, and what changes while somebody reads moves to the end, where
it is read again; nothing is missed. Only the columns that the format needs are read, and no object of the database is made.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.resource import Resource, ResourceKey
from hub.models.topic import Assignment
from hub.services import describing, grouping
from hub.services.describing import Agent, Description
from hub.services.grouping import Concepts

LAG = timedelta(seconds=60)  # longer than any transaction that changes resources: see `settled`
HEADER = (
    Resource.id, Resource.public_id, Resource.updated_at, Resource.withdrawn_at, Resource.hidden_at, Resource.merged_into_id,
    Resource.provider_slug, Resource.institution, Resource.resource_type, Resource.licence_family,
    cast(Resource.provenance, Text).label("provenance"),
)  # fmt: skip
BRIEF = (
    Resource.title, Resource.text, Resource.url, Resource.provider, Resource.licence, Resource.licence_url, Resource.rights,
    Resource.content_created, Resource.content_published, Resource.content_modified,
    *(cast(getattr(Resource, name), Text).label(name) for name in ("alternative_titles", "languages", "agents", "subjects", "keywords")),
)  # fmt: skip
_SCAN = json.JSONDecoder().raw_decode
SCHEMES = ("doi:", "isbn:", "handle:")  # of ResourceKey: names that the whole world shares


@dataclass(frozen=True, slots=True)
class Ask:
    """What a list is of: `since` and `before` bound the moment of the last change, the second one excluded."""

    spec: str | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept with its names by language."""

    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Brief:
    """What Dublin Core can carry of a resource."""

    title: str
    alternative_titles: Sequence[str]
    text: str
    url: str | None
    resource_type: str | None
    languages: Sequence[str]
    agents: Sequence[Agent]
    provider: str | None
    licence: str | None
    licence_url: str | None
    rights: str | None
    topics: Sequence[Concept]
    platforms: Sequence[Concept]
    subjects: Sequence[str]
    keywords: Sequence[str]
    identifiers: Sequence[tuple[str, str]]
    created: datetime | None
    published: datetime | None
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a page. `brief` or `full` is there when it was asked for and the resource is not gone."""

    id: int
    public_id: str
    updated_at: datetime
    gone: bool
    sets: Sequence[str]
    brief: Brief | None = None
    full: Description | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, how many they are, where the last one stands, and whether there are more. Entries are made as they are read, one at a time:
    what does not live long costs the collector of garbage nothing."""

    entries: Iterator[Entry]
    many: int
    last: tuple[datetime, int] | None  # None: there are none
    more: bool


def settled() -> datetime:
    """A moment by which everything is committed that says it changed until then.

    A transaction stamps its resources when it begins its work and is seen when it commits: what a harvester read at noon lacks what was
    stamped at noon less a second and committed later. So the hub tells harvesters this moment as the time of its answer: from which they
    ask the next time, and see some records twice.
    """
    return now() - LAG


def earliest(session: Session) -> datetime | None:
    """The first of all last changes; None while the catalogue is empty."""
    return session.scalar(select(func.min(Resource.updated_at)))


def is_known(session: Session, public_id: str) -> bool | None:
    """False when the resource is gone, None when there never was one."""
    row = session.execute(
        select(Resource.withdrawn_at, Resource.hidden_at, Resource.merged_into_id).where(Resource.public_id == public_id)
    ).first()
    return None if row is None else row == (None, None, None)


def count(session: Session, ask: Ask) -> int:
    """How many resources the whole list has now."""
    known = grouping.concepts(session)
    return session.scalar(select(func.count()).select_from(Resource).where(*_conditions(ask, known))) or 0


def page(session: Session, ask: Ask, *, form: str, limit: int, after: tuple[datetime, int] | None = None) -> Page:
    """The next entries; `form`: header, brief or full."""
    known = grouping.concepts(session)
    conditions = _conditions(ask, known)
    if after is not None:
        moment, id = after
        conditions += (Resource.updated_at >= moment, or_(Resource.updated_at > moment, Resource.id > id))
    rows = _rows(session, conditions, form, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = (rows[-1].updated_at, rows[-1].id) if rows else None
    return Page(_entries(session, rows, form, known), len(rows), last, more)


def again(session: Session, id: int, *, form: str) -> Page:
    """The resource with this number, wherever it stands now, as the end of a list."""
    rows = _rows(session, (Resource.id == id,), form, 1)
    last = (rows[-1].updated_at, rows[-1].id) if rows else None
    return Page(_entries(session, rows, form, grouping.concepts(session)), len(rows), last, more=False)


def one(session: Session, public_id: str, *, form: str) -> Entry | None:
    """One resource; None when there never was one."""
    rows = _rows(session, (Resource.public_id == public_id,), form, 1)
    return next(_entries(session, rows, form, grouping.concepts(session)), None)


def _conditions(ask: Ask, known: Concepts) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = []
    if ask.since is not None:
        found.append(Resource.updated_at >= ask.since)
    if ask.before is not None:
        found.append(Resource.updated_at < ask.before)
    if ask.spec is not None:
        found.append(grouping.condition(ask.spec, known))
    return tuple(found)


def _rows(session: Session, conditions: Sequence[ColumnElement[bool]], form: str, limit: int) -> Sequence[Any]:
    columns = (*HEADER, *BRIEF) if form == "brief" else HEADER
    wanted = select(*columns).where(and_(True, *conditions)).order_by(Resource.updated_at, Resource.id).limit(limit)
    return session.execute(wanted).all()


def _entries(session: Session, rows: Sequence[Any], form: str, known: Concepts) -> Iterator[Entry]:
    """Rows with what belongs to them. One query more for sets, one for the names of brief ones, five for full ones."""
    assigned = _assigned(session, [row.id for row in rows], known)
    alive = {row.id for row in rows if row.withdrawn_at is row.hidden_at is row.merged_into_id is None}
    names = _names(session, list(alive)) if form == "brief" else {}
    full = describing.describe(session, list(alive)) if form == "full" else {}
    shown = {id: Concept(labels) for id, labels in known.labels.items()}
    for row in rows:
        concepts = assigned.get(row.id, ())
        yield Entry(
            id=row.id,
            public_id=row.public_id,
            updated_at=row.updated_at,
            gone=row.id not in alive,
            sets=grouping.of(row, concepts, known),
            brief=_brief(row, concepts, names.get(row.id, ()), known, shown) if form == "brief" and row.id in alive else None,
            full=full.get(row.id),
        )


def _assigned(session: Session, ids: Sequence[int], known: Concepts) -> Mapping[int, Sequence[int]]:
    """Concepts in use that these resources are about, surest first."""
    rows = session.execute(
        select(Assignment.resource_id, Assignment.concept_id)
        .where(Assignment.resource_id.in_(ids), Assignment.state == "accepted")
        .order_by(Assignment.confidence.desc(), Assignment.concept_id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for resource_id, concept_id in rows:
        if concept_id in known.notations:
            found[resource_id].append(concept_id)
    return found


def _names(session: Session, ids: Sequence[int]) -> Mapping[int, Sequence[tuple[str, str]]]:
    """DOI, ISBN and handle of these resources."""
    told = or_(*(ResourceKey.key.startswith(scheme) for scheme in SCHEMES))
    rows = session.execute(
        select(ResourceKey.resource_id, ResourceKey.key).where(ResourceKey.resource_id.in_(ids), told).order_by(ResourceKey.id)
    )
    found: dict[int, dict[tuple[str, str], None]] = defaultdict(dict)
    for resource_id, key in rows:
        scheme, _, value = key.partition(":")
        found[resource_id][scheme, value] = None
    return {id: tuple(names) for id, names in found.items()}


def _brief(row: Any, concept_ids: Sequence[int], names: Sequence[tuple[str, str]], known: Concepts, shown: Mapping[int, Concept]) -> Brief:
    topics = [shown[id] for id in concept_ids if known.schemes[id] == "topic" and id in shown]
    platforms = [shown[id] for id in concept_ids if known.schemes[id] != "topic" and id in shown]
    agents = [describing.agent(kept) for kept in values(row.agents) if kept.get("name")]
    return Brief(
        row.title, values(row.alternative_titles), row.text, row.url, row.resource_type, values(row.languages), agents, row.provider,
        row.licence, row.licence_url, row.rights, topics, platforms, values(row.subjects), values(row.keywords),
        names, row.content_created, row.content_published, row.content_modified,
    )  # fmt: skip


def values(written: str) -> Any:
    """The list in a column of JSON: as written by Python's own encoder, so that nothing stands around it."""
    return () if written == "[]" else _SCAN(written)[0]
