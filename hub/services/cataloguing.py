"""What the catalogue shows: resources made from records, merged again when a record changed, announced to the index. The caller commits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.outbox import Outbox
from hub.models.record import SourceRecord
from hub.models.resource import Resource
from hub.models.source import Source
from hub.models.topic import Assignment
from hub.services import classifying, correcting, merging, naming
from hub.services.classifying import Classifier


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What receiving needs to know of a source."""

    id: int
    name: str
    title: str
    rank: int


def facts(source: Source) -> SourceFacts:
    """The facts of a source."""
    return SourceFacts(source.id, source.name, source.title, source.rank)


def create_resources(session: Session, groups: Sequence[Sequence[merging.Kept]], *, classifier: Classifier, at: datetime) -> Sequence[int]:
    """New resources, one for each group of new records, in their order."""
    if not groups:
        return []
    rows = [
        {**merging.merge(group), "public_id": public_id, "version": 1, "created_at": at, "updated_at": at}
        for group, public_id in zip(groups, free_public_ids(session, [group[0] for group in groups]), strict=True)
    ]
    ids = session.scalars(insert(Resource).returning(Resource.id, sort_by_parameter_order=True), rows).all()
    assign(session, list(zip(ids, rows, strict=True)), classifier=classifier)
    announce(session, ids)
    return ids


def free_public_ids(session: Session, firsts: Sequence[merging.Kept]) -> list[str]:
    """A public id for each new resource that no other has, or ever had (resources are never deleted)."""
    found: list[str] = []
    wanted = [naming.public_id(first.source, first.identifier) for first in firsts]
    taken = set(session.scalars(select(Resource.public_id).where(Resource.public_id.in_(wanted))))
    for first, public_id in zip(firsts, wanted, strict=True):
        attempt = 0
        while public_id in taken:
            attempt += 1
            public_id = naming.public_id(first.source, first.identifier, attempt)
            if session.scalar(select(Resource.id).filter_by(public_id=public_id)) is not None:
                taken.add(public_id)
        taken.add(public_id)
        found.append(public_id)
    return found


def refresh(session: Session, resource_ids: Iterable[int], *, classifier: Classifier, at: datetime) -> None:
    """Merge resources again from their live records and what curators corrected; a resource without any record is withdrawn.

    The index hears of all of them.
    """
    ids = sorted(set(resource_ids))
    if not ids:
        return
    versions = lock(session, ids)
    live = live_records(session, ids)
    words = correcting.in_force(session, list(live))
    rows = [
        {"id": id, "version": versions[id] + 1, "updated_at": at, "withdrawn_at": None, **merging.merge(live[id], correcting.of(words, id))}
        for id in ids
        if id in live
    ]
    correcting.compare(words, {id: merging.merge(live[id]) for id in words})
    gone = [{"id": id, "version": versions[id] + 1, "updated_at": at, "withdrawn_at": at} for id in ids if id not in live]
    for changed in (rows, gone):
        if changed:
            session.execute(update(Resource), changed)
    session.execute(delete(Assignment).where(Assignment.resource_id.in_([row["id"] for row in rows]), Assignment.origin == "rule"))
    assign(session, [(row["id"], row) for row in rows], classifier=classifier)
    announce(session, ids)


def lock(session: Session, resource_ids: Iterable[int]) -> dict[int, int]:
    """id -> version of resources that nobody else merges until the caller commits: a correction that comes meanwhile waits.

    (SQLite has one writer at a time; there the caller's first write is the lock.)
    """
    wanted = select(Resource.id, Resource.version).where(Resource.id.in_(sorted(set(resource_ids)))).order_by(Resource.id)
    return {id: version for id, version in session.execute(wanted.with_for_update())}


def live_records(session: Session, resource_ids: Sequence[int]) -> dict[int, list[merging.Kept]]:
    """resource id -> its records that still count: active ones, and ones whose last reading failed but whose values we have."""
    rows = session.execute(
        select(
            SourceRecord.resource_id,
            Source.name,
            Source.title,
            Source.rank,
            SourceRecord.identifier,
            SourceRecord.changed_at,
            SourceRecord.values,
        )
        .join(Source, Source.id == SourceRecord.source_id)
        .where(SourceRecord.resource_id.in_(resource_ids), SourceRecord.state != "withdrawn")
        .order_by(SourceRecord.id)
    )
    live: dict[int, list[merging.Kept]] = defaultdict(list)
    for resource_id, *kept in rows:
        if kept[-1] is not None:
            live[resource_id].append(merging.Kept(*kept))
    return live


def assign(session: Session, resources: Sequence[tuple[int, dict[str, Any]]], *, classifier: Classifier) -> None:
    """Topics by rule, beside what persons have said of these resources."""
    ids = [id for id, _ in resources]
    by_person = select(Assignment.resource_id, Assignment.concept_id).where(Assignment.resource_id.in_(ids))
    said = {(resource_id, concept_id) for resource_id, concept_id in session.execute(by_person)}
    rows = [
        {"resource_id": id, "concept_id": f.concept_id, "origin": "rule", "confidence": f.confidence, "state": f.state}
        for id, row in resources
        for f in classifier.classify(row["title"], [*row["keywords"], *row["subjects"]], row["text"])
        if (id, f.concept_id) not in said
    ]
    if rows:
        session.execute(insert(Assignment), rows)


def classify_again(session: Session, *, at_once: int = 500) -> Iterator[int]:
    """Topics by rule for every resource, after the vocabulary changed: a part at a time, which the caller commits."""
    classifier, after = classifying.load(session), 0
    while rows := session.execute(
        select(Resource.id, Resource.title, Resource.keywords, Resource.subjects, Resource.text)
        .where(Resource.id > after)
        .order_by(Resource.id)
        .limit(at_once)
    ).all():
        ids = [row.id for row in rows]
        before = accepted(session, ids)
        session.execute(delete(Assignment).where(Assignment.resource_id.in_(ids), Assignment.origin == "rule"))
        assign(session, [(row.id, dict(row._mapping)) for row in rows], classifier=classifier)
        session.execute(update(Resource).where(Resource.id.in_(ids)).values(version=Resource.version + 1))
        others = {id for id, _ in before ^ accepted(session, ids)}  # harvesters know a resource's topics
        session.execute(update(Resource).where(Resource.id.in_(others)).values(updated_at=now()))
        announce(session, ids)
        after = ids[-1]
        yield len(ids)


def accepted(session: Session, resource_ids: Sequence[int]) -> set[tuple[int, int]]:
    """(resource id, concept id) of what these resources are about."""
    wanted = select(Assignment.resource_id, Assignment.concept_id).where(
        Assignment.resource_id.in_(resource_ids), Assignment.state == "accepted"
    )
    return {(resource_id, concept_id) for resource_id, concept_id in session.execute(wanted)}


def announce(session: Session, resource_ids: Iterable[int]) -> None:
    """Tell the index, through the outbox, in the same transaction."""
    rows = [{"resource_id": id} for id in resource_ids]
    if rows:
        session.execute(insert(Outbox), rows)


def is_empty(session: Session) -> bool:
    """Has the catalogue no resource at all?"""
    return session.scalar(select(Resource.id).limit(1)) is None
