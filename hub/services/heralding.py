"""What was put on a shelf last, for its feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.models.shelf import ShelfItem


@dataclass(frozen=True, slots=True)
class Added:
    """A line of a feed."""

    id: int
    public_id: str
    title: str
    note: str
    at: datetime


def latest(session: Session, shelf_id: int, limit: int) -> list[Added]:
    """What was put on it last, of what everybody may see. One query."""
    rows = session.execute(
        select(ShelfItem.id, Resource.public_id, Resource.title, ShelfItem.note, ShelfItem.created_at)
        .join(Resource, Resource.id == ShelfItem.resource_id)
        .where(
            ShelfItem.shelf_id == shelf_id,
            Resource.merged_into_id.is_(None),
            Resource.hidden_at.is_(None),
            Resource.withdrawn_at.is_(None),
        )
        .order_by(ShelfItem.created_at.desc(), ShelfItem.id.desc())
        .limit(limit)
    )
    return [Added(*row) for row in rows]
