"""A person's word wins: fields of resources corrected, released to their sources again, kept against what a source says now.

A correction is a lock on its field alone, and every later harvest, replay, merge and split keeps it (`correcting`, `merging`). The caller
commits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from harvesters.clean import typed
from hub.db import now
from hub.models.curation import Curation
from hub.models.resource import Resource
from hub.services import auditing, cataloguing, classifying, correcting, merging
from hub.services.auditing import Actor, Subject
from hub.services.classifying import Classifier

FIELDS = tuple(typed.FIELDS)  # that can be corrected
REASONS = typed.REASONS
BadValue = typed.BadValue


class Gone(Exception):
    """The resource is withdrawn or was merged into another one: there is nothing to correct."""


class Released:
    """In the place of a value: the sources may say again."""


RELEASED = Released()
Wanted = Mapping[int, Mapping[str, Any]]  # resource id -> field -> value as JSON has it, or RELEASED


def parse(field: str, text: str) -> Any:
    """What a person typed -> the value of a field as JSON has it. Raises BadValue."""
    return typed.parse(field, text)


def show(field: str, value: Any) -> str:
    """A value as JSON has it -> as a person would type it."""
    return typed.show(field, value)


def look(field: str) -> tuple[str, tuple[str, ...]]:
    """How a field is typed (line | text | lines | choice | choices | truth), and its choices."""
    return typed.FIELDS[field].look, typed.FIELDS[field].choices


def find(session: Session, public_id: str) -> int | None:
    """The number of the resource with this public id; None when there never was one."""
    return session.scalar(select(Resource.id).where(Resource.public_id == public_id[:16]))


def public_id(session: Session, resource_id: int) -> str:
    """The id in addresses of a resource, which there is."""
    return session.scalars(select(Resource.public_id).where(Resource.id == resource_id)).one()


def change(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    note: str = "",
    group: int | None = None,
    classifier: Classifier | None = None,
) -> int:
    """Correct and release fields of resources; answers how many fields changed. What is so already leaves no trace.

    Resources that are withdrawn or merged away are left alone: ask `values` first when one of them would be a mistake.
    """
    hold(session, wanted)
    rows = values(session, list(wanted))
    words = correcting.in_force(session, list(rows))
    said = {id: merging.merge(kept) for id, kept in cataloguing.live_records(session, list(rows)).items()}
    done = [
        (id, field)
        for id, row in rows.items()
        if id in said
        for field, value in wanted[id].items()
        if step(session, actor, row, field, value, words.get(id, {}).get(field), said[id], note=note, group=group)
    ]
    session.flush()
    let_go(session, {(id, field) for id, field in done if isinstance(wanted[id][field], Released)})
    cataloguing.refresh(session, {id for id, _ in done}, classifier=classifier or classifying.load(session), at=now())
    return len(done)


def let_go(session: Session, released: Set[tuple[int, str]]) -> None:
    """Forget the corrections of these fields, also those that resources which were merged into these ones brought along."""
    heirs = correcting.family(session, sorted({id for id, _ in released}))
    for field in {field for _, field in released}:
        ids = {id for id, into in heirs.items() if (into, field) in released}
        gone = delete(Curation).where(Curation.resource_id.in_(ids), Curation.field == field)
        session.execute(gone.execution_options(synchronize_session=False))


def step(
    session: Session,
    actor: Actor,
    row: Row[Any],
    field: str,
    value: Any,
    word: Curation | None,
    said: Mapping[str, Any],
    *,
    note: str,
    group: int | None,
) -> bool:
    """One field of one resource; False when nothing is to be done."""
    stands = merging.json_value(getattr(row, field))
    before = {"field": field, "value": stands, "locked": word is not None}
    source_value = merging.json_value(said[field])
    if isinstance(value, Released):
        if word is None:
            return False
        after = {"field": field, "value": source_value, "locked": False}
        auditing.record(session, actor, "resource.released", subject(row), before=before, after=after, note=note, group=group)
        return True
    if word is not None and word.value == value:
        return False
    if word is None or word.resource_id != row.id:
        word = Curation(resource_id=row.id, field=field)
        session.add(word)
    word.value, word.source_value, word.disagrees = value, source_value, False
    word.person_id, word.person, word.note, word.at = actor.id, actor.name[:200], note, now()
    after = {"field": field, "value": value, "locked": True}
    auditing.record(session, actor, "resource.corrected", subject(row), before=before, after=after, note=note, group=group)
    return True


def keep(session: Session, actor: Actor, resource_id: int, fields: Sequence[str]) -> int:
    """Keep these corrections though the sources say something else now, till they change again; answers how many."""
    hold(session, [resource_id])
    rows = values(session, [resource_id])
    live = cataloguing.live_records(session, list(rows))
    kept = 0
    for id in live:
        said = merging.merge(live[id])
        for field, word in correcting.in_force(session, [id]).get(id, {}).items():
            if field in fields and word.disagrees:
                source_value = merging.json_value(said[field])
                before, after = ({"field": field, "value": value} for value in (word.source_value, source_value))
                word.source_value, word.disagrees = source_value, False
                auditing.record(session, actor, "resource.kept", subject(rows[id]), before=before, after=after)
                kept += 1
    return kept


def hold(session: Session, resource_ids: Iterator[int] | Sequence[int] | Mapping[int, Any]) -> None:
    """Nobody else changes these resources until the caller commits, on either database: what is read after this stays true."""
    ids = sorted(resource_ids)
    cataloguing.lock(session, ids)
    session.execute(
        update(Resource).where(Resource.id.in_(ids)).values(version=Resource.version).execution_options(synchronize_session=False)
    )


def values(session: Session, resource_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Every field that can be corrected of those of these resources that live (hidden ones too)."""
    columns: Any = [Resource.id, Resource.public_id, Resource.version, *(getattr(Resource, name) for name in FIELDS)]
    rows = session.execute(
        select(*columns).where(Resource.id.in_(resource_ids), Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None))
    )
    return {row.id: row for row in rows}


def subject(row: Any) -> Subject:
    """A resource as the audit log names it."""
    return Subject("resource", row.id, row.title)
