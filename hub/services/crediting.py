"""Title, author, source and licence of everything on a shelf: what an attribution needs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.resource import Resource
from hub.models.shelf import ShelfItem
from hub.services import shelving

CREATORS = ("creator", "author", "instructor", "contributor")


@dataclass(frozen=True, slots=True)
class Credit:
    """One work."""

    public_id: str
    title: str
    authors: tuple[str, ...]
    publisher: str | None  # its institution, or its provider
    url: str | None
    licence: str | None
    licence_family: str | None
    licence_url: str | None
    resource_type: str | None
    languages: tuple[str, ...]
    note: str
    withdrawn: bool  # its source has taken it back


def credits_of(session: Session, shelf_id: int) -> list[Credit]:
    """All works of a shelf in their order. One query."""
    columns = (
        Resource.public_id, Resource.title, Resource.agents, Resource.institution, Resource.provider, Resource.url, Resource.licence,
        Resource.licence_family, Resource.licence_url, Resource.resource_type, Resource.languages, ShelfItem.note,
        Resource.withdrawn_at,
    )  # fmt: skip
    rows = session.execute(
        select(*columns)
        .join(ShelfItem, ShelfItem.resource_id == Resource.id)
        .where(ShelfItem.shelf_id == shelf_id, Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None))
        .order_by(ShelfItem.position, ShelfItem.id)
        .limit(shelving.ITEMS_MOST)
    )
    return [
        Credit(
            row.public_id, row.title,
            tuple(dict.fromkeys(a["name"] for a in row.agents if a.get("name") and a.get("role", "creator") in CREATORS))[:20],
            row.institution or row.provider, row.url, row.licence, row.licence_family, row.licence_url, row.resource_type,
            tuple(row.languages), row.note, row.withdrawn_at is not None,
        )
        for row in rows
    ]  # fmt: skip
