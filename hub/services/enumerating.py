"""Every resource, in the order of its last change, a part at a time: those that are gone among them, so that a copy can follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.services import describing, locating, paging
from hub.services.describing import Description
from hub.services.paging import Key, Place

KEYS = (Key(Resource.updated_at), Key(Resource.id))


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A resource that nobody finds any more; `into` is the public id of the one into which it was merged."""

    public_id: str
    updated_at: datetime
    into: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the resources, and after which change the next part comes (None: there is none)."""

    rows: tuple[Description | Tombstone, ...]
    following: Place | None


def part(session: Session, *, after: Place | None = None, since: datetime | None = None, deleted: bool = True, limit: int = 20) -> Part:
    """The next resources. One that changes meanwhile comes again at its new place: none is missed. `since`: changed then or later."""
    wanted = select(Resource.id, Resource.updated_at)
    if since is not None:
        wanted = wanted.where(Resource.updated_at >= since)
    if not deleted:
        wanted = wanted.where(Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None), Resource.merged_into_id.is_(None))
    shown, following = paging.part(session, wanted, KEYS, after=after, limit=limit)
    found = describing.describe(session, [row.id for row in shown])
    made = tuple(tombstone(session, found[row.id]) if found[row.id].gone else found[row.id] for row in shown if row.id in found)
    return Part(made, following)


def tombstone(session: Session, one: Description) -> Tombstone:
    """What may be told of a resource that is gone."""
    place = locating.locate(session, one.public_id)
    return Tombstone(one.public_id, one.updated_at, place.into if place is not None else None)
