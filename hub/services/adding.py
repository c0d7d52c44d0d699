"""Resources that people add by hand: records of a source of the hub's own, received as any harvested record is. The caller commits."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from harvesters.clean import typed, url
from harvesters.kinds import by_hand
from harvesters.record import Item, Raw, Record
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.resource import Resource, ResourceKey
from hub.models.source import BY_HAND, Source
from hub.services import auditing, cataloguing, classifying, documenting, naming, receiving, summarising
from hub.services.auditing import Actor, Subject
from hub.services.summarising import Summary

TITLE = "Added by curators"
NO_RUN = 0  # runs are numbered from 1
ADDED, TAKEN_BACK = "resource.added", "resource.withdrawn"
LIKE_MOST = 5


class BadFields(Exception):
    """Some fields cannot be so: field -> what is wrong with it."""

    def __init__(self, wrong: Mapping[str, typed.BadValue]) -> None:
        super().__init__("; ".join(f"{field}: {error}" for field, error in wrong.items()))
        self.wrong = dict(wrong)


@dataclass(frozen=True, slots=True)
class Added:
    """A resource that was added by hand."""

    public_id: str
    slug: str
    title: str
    at: datetime


def latest(session: Session, *, limit: int = 50) -> tuple[Added, ...]:
    """What was added by hand and lives, the latest first."""
    rows = session.execute(
        select(Resource.public_id, Resource.title, SourceRecord.first_seen_at)
        .join(SourceRecord, SourceRecord.resource_id == Resource.id)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(Source.kind == BY_HAND, SourceRecord.state == "active")
        .order_by(SourceRecord.id.desc())
        .limit(limit)
    )
    return tuple(Added(public_id, naming.slug(title), title, at) for public_id, title, at in rows)


def texts_of(values: Mapping[str, Any]) -> dict[str, str]:
    """A file's values -> as they would be typed: lists one a line, people as text or as objects. Raises BadFields on an unknown field."""
    found: dict[str, str] = {}
    for field, value in values.items():
        if field not in typed.FIELDS:
            raise BadFields({field: typed.BadValue("choice", field)})
        if isinstance(value, list) and field == "agents":
            value = [typed.person(one) if isinstance(one, dict) else one for one in value]
        found[field] = "\n".join(map(str, value)) if isinstance(value, list) else typed.show(field, value)
    return found


def check(texts: Mapping[str, str]) -> None:
    """Raises BadFields with everything that is wrong with what was typed."""
    wrong: dict[str, typed.BadValue] = {}
    for field in typed.FIELDS:
        try:
            typed.parse(field, texts.get(field, ""))
        except typed.BadValue as error:
            wrong[field] = error
    if wrong:
        raise BadFields(wrong)


def like(session: Session, texts: Mapping[str, str]) -> tuple[Summary, ...]:
    """Resources that are perhaps the same: of the same address, or the same title."""
    same = [func.lower(Resource.title) == typed.normal(texts.get("title", "")).lower()]
    if key := url.canonical(texts.get("url", "")):
        same.append(Resource.id.in_(select(ResourceKey.resource_id).where(ResourceKey.key == f"url:{key}")))
    ids = session.scalars(select(Resource.id).where(or_(*same), documenting.live()).order_by(Resource.id).limit(LIKE_MOST)).all()
    return summarising.in_order(session, ids)


def add(session: Session, actor: Actor, texts: Mapping[str, str]) -> tuple[int, bool]:
    """Add a resource; answers its number, and whether it is a page of its own (else it joined one that has the same course).

    Raises BadFields.
    """
    check(texts)
    entry = {"identifier": uuid4().hex, **{field: texts[field] for field in typed.FIELDS if texts.get(field, "").strip()}}
    source = own_source(session)
    before = session.scalar(select(func.max(Resource.id))) or 0
    receive(session, source, payload(entry))
    resource_id = session.scalar(
        select(SourceRecord.resource_id).where(SourceRecord.source_id == source.id, SourceRecord.identifier == entry["identifier"])
    )
    assert resource_id is not None
    title = session.scalar(select(Resource.title).where(Resource.id == resource_id)) or ""
    auditing.record(session, actor, ADDED, Subject("resource", resource_id, title), after={"identifier": entry["identifier"]})
    return resource_id, resource_id > before


def take_back(session: Session, actor: Actor, resource_id: int, *, note: str = "") -> int:
    """Withdraw what was added by hand to a resource; answers how many records that were. One that has no other record is withdrawn."""
    rows = records_of(session, resource_id, "active")
    if rows:
        at = now()
        receiving.withdraw(session, [row.id for row in rows], at=at, run_id=None)
        cataloguing.refresh(session, [resource_id], classifier=classifying.load(session), at=at)
        title = session.scalar(select(Resource.title).where(Resource.id == resource_id)) or ""
        after = {"identifiers": [row.identifier for row in rows]}
        auditing.record(session, actor, TAKEN_BACK, Subject("resource", resource_id, title), after=after, note=note)
    return len(rows)


def bring_back(session: Session, actor: Actor, resource_id: int, *, note: str = "") -> int:
    """Undo `take_back`; answers how many records came back."""
    rows = records_of(session, resource_id, "withdrawn")
    for row in rows:
        kept = session.get_one(SourceRecord, row.id)
        receive(session, own_source(session), Raw(zlib.decompress(kept.raw), kept.raw_type, kept.raw_url))
    if rows:
        title = session.scalar(select(Resource.title).where(Resource.id == resource_id)) or ""
        after = {"identifiers": [row.identifier for row in rows]}
        auditing.record(session, actor, ADDED, Subject("resource", resource_id, title), after=after, note=note)
    return len(rows)


def records_of(session: Session, resource_id: int, state: str) -> Sequence[Any]:
    """(id, identifier) of the records of a resource that were added by hand."""
    return session.execute(
        select(SourceRecord.id, SourceRecord.identifier)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(Source.kind == BY_HAND, SourceRecord.resource_id == resource_id, SourceRecord.state == state)
    ).all()


def payload(entry: Mapping[str, str]) -> Raw:
    """What a person typed, as the kind reads it."""
    return Raw(json.dumps(entry, ensure_ascii=False, sort_keys=True).encode(), by_hand.MEDIA_TYPE, "")


def receive(session: Session, source: Source, raw: Raw) -> None:
    """Bring one payload into the catalogue."""
    item: Item = by_hand.HARVESTER.read(raw, {})
    assert isinstance(item, Record), getattr(item, "reason", "")
    receiving.receive(session, cataloguing.facts(source), NO_RUN, [item], classifier=classifying.load(session))


def own_source(session: Session) -> Source:
    """The source of what people add here, made when it is first needed."""
    found = session.scalar(select(Source).where(Source.kind == BY_HAND))
    if found is None:
        found = Source(name=BY_HAND, title=TITLE, kind=BY_HAND, url="", created_at=now())
        session.add(found)
        session.flush()
    return found
