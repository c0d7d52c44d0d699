"""Where a public id leads: to a resource, to the one into which it was merged, or to nothing any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource

STEPS_MOST = 20  # of merges, one after the other


@dataclass(frozen=True, slots=True)
class Place:
    """What has this public id. `state`: there | merged | withdrawn | hidden; `into`: the public id of where a merged one stands."""

    id: int
    public_id: str
    state: str
    since: datetime | None = None
    into: str | None = None


def locate(session: Session, public_id: str) -> Place | None:
    """What has this public id; None when nothing ever had."""
    columns = (Resource.id, Resource.public_id, Resource.merged_into_id, Resource.withdrawn_at, Resource.hidden_at, Resource.updated_at)
    row = session.execute(select(*columns).where(Resource.public_id == public_id[:16])).first()
    if row is None:
        return None
    if row.merged_into_id is not None:
        into = follow(session, row.merged_into_id)
        return Place(row.id, row.public_id, "merged" if into else "withdrawn", row.updated_at, into)
    if row.hidden_at is not None:
        return Place(row.id, row.public_id, "hidden", row.hidden_at)
    if row.withdrawn_at is not None:
        return Place(row.id, row.public_id, "withdrawn", row.withdrawn_at)
    return Place(row.id, row.public_id, "there")


def follow(session: Session, id: int) -> str | None:
    """The public id at the end of merges; None for a chain without end."""
    for _ in range(STEPS_MOST):
        row = session.execute(select(Resource.public_id, Resource.merged_into_id).where(Resource.id == id)).first()
        if row is None:
            return None
        if row.merged_into_id is None:
            return str(row.public_id)
        id = row.merged_into_id
    return None


def standing(session: Session, public_id: str) -> int | None:
    """Our number of what stands for this public id and everybody may see; withdrawn ones are kept by those who want them."""
    place = locate(session, public_id)
    if place is not None and place.state == "merged" and place.into is not None:
        place = locate(session, place.into)
    return place.id if place is not None and place.state in ("there", "withdrawn") else None
