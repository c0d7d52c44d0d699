"""What waits for an institution's review: its teachers have tagged it, put it on a shelf of the institution or use it, and nobody of them
has reviewed it in the present cycle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import Session

from hub.models.adoption import Adoption
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.review import Cycle, Review
from hub.models.shelf import Shelf, ShelfItem
from hub.models.tag import Tag, Tagging
from hub.services import summarising
from hub.services.summarising import Summary

COUNTED = 1_000  # the newest: nobody reviews more in a cycle
PAGE = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A resource that waits, and why."""

    resource: Summary
    tags: int  # of ours
    shelves: int  # of ours
    courses: int  # of ours that use it
    reviews: int  # of ours, in any cycle


@dataclass(frozen=True, slots=True)
class Queue:
    """Some of what waits; What comes after the first COUNTED is left out. `cycle` is the present one's name, None when there is none."""

    waiting: tuple[Waiting, ...]
    total: int
    pages: int
    cycle: str | None


def present_cycle(session: Session, institution_id: int, today: date) -> Cycle | None:
    """The institution's own cycle of this day, else the hub's."""
    return session.scalars(
        select(Cycle)
        .where(
            or_(Cycle.institution_id == institution_id, Cycle.institution_id.is_(None)), Cycle.starts_on <= today, Cycle.ends_on >= today
        )
        .order_by(Cycle.institution_id.is_(None), Cycle.starts_on.desc(), Cycle.id.desc())
        .limit(1)
    ).first()


def ids(institution_id: int, cycle: Cycle | None) -> Select[Any]:
    """Query for the resources that wait."""
    touched = union(
        select(Tagging.resource_id).join(Tag, Tag.id == Tagging.tag_id).where(Tag.institution_id == institution_id),
        select(ShelfItem.resource_id)
        .join(Shelf, Shelf.id == ShelfItem.shelf_id)
        .where(Shelf.institution_id == institution_id, Shelf.visibility != "private"),
        select(Adoption.resource_id).where(Adoption.institution_id == institution_id, Adoption.hidden_at.is_(None)),
    ).subquery()
    reviewed = select(Review.resource_id).where(Review.institution_id == institution_id)
    if cycle is not None:
        reviewed = reviewed.where(Review.cycle_id == cycle.id)
    return (
        select(Resource.id)
        .join(touched, touched.c.resource_id == Resource.id)
        .where(
            Resource.id.not_in(reviewed), Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None)
        )
    )


def queue(session: Session, institution: Institution, today: date, *, page: int = 1, limit: int = PAGE) -> Queue:
    """What waits, the newest in the catalogue first. One query finds all of it: the many tags of an institution are gone through once."""
    cycle = present_cycle(session, institution.id, today)
    all_of_them = session.scalars(ids(institution.id, cycle).order_by(Resource.id.desc()).limit(COUNTED)).all()
    total, first = len(all_of_them), (max(page, 1) - 1) * limit
    found = all_of_them[first : first + limit]
    shown = summarising.in_order(session, found)
    counts = [counted(session, query, found) for query in counts_of(institution.id)] if found else []
    rows = tuple(Waiting(r, *(count.get(r.id, 0) for count in counts)) for r in shown)
    return Queue(rows, total, -(-total // limit), cycle.name if cycle else None)


def counts_of(institution_id: int) -> tuple[tuple[Any, Any], ...]:
    """For each number of Waiting: the column of the resource, and the query that counts by it."""
    return (
        (
            Tagging.resource_id,
            select(Tagging.resource_id, func.count()).join(Tag, Tag.id == Tagging.tag_id).where(Tag.institution_id == institution_id),
        ),
        (
            ShelfItem.resource_id,
            select(ShelfItem.resource_id, func.count())
            .join(Shelf, Shelf.id == ShelfItem.shelf_id)
            .where(Shelf.institution_id == institution_id, Shelf.visibility != "private"),
        ),
        (
            Adoption.resource_id,
            select(Adoption.resource_id, func.count()).where(Adoption.institution_id == institution_id, Adoption.hidden_at.is_(None)),
        ),
        (Review.resource_id, select(Review.resource_id, func.count()).where(Review.institution_id == institution_id)),
    )


def counted(session: Session, query: tuple[Any, Any], found: Sequence[int]) -> dict[int, int]:
    """Resource -> how many."""
    column, wanted = query
    return {resource_id: count for resource_id, count in session.execute(wanted.where(column.in_(found)).group_by(column))}
