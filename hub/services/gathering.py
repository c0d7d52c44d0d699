"""What is compared of resources, gathered from the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from hub.models.record import SourceRecord
from hub.models.resource import Resource, ResourceKey
from hub.models.source import Source
from hub.services import comparing, documenting
from hub.services.blocking import Named
from hub.services.comparing import Facts

CHUNK = 500
HOLDERS_MOST = 4  # resources: a strong key that more of them have is nobody's name
PEOPLE = ("creator", "instructor")
COLUMNS = (
    Resource.id, Resource.title, Resource.alternative_titles, Resource.institution, Resource.provider, Resource.resource_type,
    Resource.languages, Resource.agents, Resource.provenance, func.substr(Resource.text, 1, comparing.TEXT_MOST).label("text"),
)  # fmt: skip


def common_keys(session: Session) -> frozenset[str]:
    """Strong keys that so many resources have that they tell nothing."""
    many = func.count(ResourceKey.resource_id.distinct()) > HOLDERS_MOST
    strong = ~ResourceKey.key.startswith("title:")
    return frozenset(session.scalars(select(ResourceKey.key).where(strong).group_by(ResourceKey.key).having(many)))


def facts(session: Session, ids: Iterable[int], *, common: Set[str] = frozenset(), shown: bool = True) -> dict[int, Facts]:
    """id -> what is compared of it; only of resources that search shows, unless `shown` is False. `common` keys are left out."""
    wanted = sorted(set(ids))
    found: dict[int, Facts] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        keys, sources = keys_of(session, chunk), sources_of(session, chunk)
        which = Resource.id.in_(chunk) & (documenting.live() if shown else Resource.merged_into_id.is_(None))
        for row in session.execute(select(*COLUMNS).where(which)):
            found[row.id] = of_row(row, keys.get(row.id, set()) - common, sources.get(row.id, set()))
    return found


def of_row(row: Row[Any], keys: Set[str], sources: Set[str]) -> Facts:
    """Facts of one resource. What a rule inferred is no fact."""
    inferred = row.provenance.get("inferred", ())
    return comparing.facts(
        row.title,
        other_titles=row.alternative_titles,
        keys=keys,
        institution=row.institution,
        provider=None if "provider" in inferred else row.provider,
        resource_type=row.resource_type,
        languages=row.languages,
        people=[agent["name"] for agent in row.agents if agent.get("role", "creator") in PEOPLE and not agent.get("organisation")],
        text=row.text or "",
        sources=sources,
    )


def keys_of(session: Session, ids: list[int]) -> dict[int, set[str]]:
    """id -> its strong keys, from records that still stand."""
    found: dict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(ResourceKey.resource_id, ResourceKey.key)
        .join(SourceRecord, SourceRecord.id == ResourceKey.record_id)
        .where(ResourceKey.resource_id.in_(ids), SourceRecord.state != "withdrawn", ~ResourceKey.key.startswith("title:"))
    )
    for id, key in rows:
        found[id].add(key)
    return found


def sources_of(session: Session, ids: list[int]) -> dict[int | None, set[str]]:
    """id -> names of the sources that list it."""
    found: dict[int | None, set[str]] = defaultdict(set)
    rows = session.execute(
        select(SourceRecord.resource_id, Source.name)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(SourceRecord.resource_id.in_(ids), SourceRecord.state != "withdrawn")
        .distinct()
    )
    for id, name in rows:
        found[id].add(name)
    return found


def named(session: Session) -> Iterator[Named]:
    """Titles and institutions of all resources that search shows, in order of id; a chunk in memory at a time."""
    after = 0
    columns = (Resource.id, Resource.title, Resource.alternative_titles, Resource.institution)
    while rows := session.execute(
        select(*columns).where(Resource.id > after, documenting.live()).order_by(Resource.id).limit(CHUNK * 4)
    ).all():
        for row in rows:
            yield Named(row.id, (row.title, *row.alternative_titles), row.institution)
        after = rows[-1].id


def strong_keys(session: Session, common: Set[str]) -> Iterator[tuple[int, str]]:
    """(resource id, strong key) of all, in order of the id."""
    last = session.scalar(select(func.max(ResourceKey.resource_id))) or 0
    for after in range(0, last, CHUNK * 4):
        rows = session.execute(
            select(ResourceKey.resource_id, ResourceKey.key)
            .where(ResourceKey.resource_id > after, ResourceKey.resource_id <= after + CHUNK * 4, ~ResourceKey.key.startswith("title:"))
            .order_by(ResourceKey.resource_id)
        )
        yield from [(id, key) for id, key in rows if key not in common]
