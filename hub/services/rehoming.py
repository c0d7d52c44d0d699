"""What people said of a page follows it when it is merged, and goes back when the merge is undone.

Each row knows the page of which it was said first (`first_id`) and the one on which it stands now (`resource_id`). Where the same person
or institution has said something of both pages, the row of the page that ends stays with it, out of sight, so that going back restores it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session, aliased

from hub.models.adoption import Adoption
from hub.models.institution import Exemplar
from hub.models.review import Decision, Review
from hub.models.shelf import ShelfItem
from hub.models.study import Bookmark, Dismissal
from hub.models.tag import Tag, Tagging
from hub.services import tallying

FOLLOWS: tuple[tuple[Any, tuple[str, ...]], ...] = (  # model, and what must be unique with its resource
    (Bookmark, ("person_id",)),
    (Dismissal, ("person_id",)),
    (Tagging, ("tag_id",)),
    (ShelfItem, ("shelf_id",)),
    (Review, ("person_id", "cycle_id")),
    (Decision, ("institution_id", "cycle_id")),
    (Adoption, ()),
    (Exemplar, ("institution_id",)),
)


def follow(session: Session, from_id: int, to_id: int) -> None:
    """What stands on the one page goes to the other. The caller expires what it holds, and commits."""
    session.flush()
    for model, unique in FOLLOWS:
        _move(session, model, unique, model.resource_id == from_id, to_id)
    _count(session, (from_id, to_id))


def go_back(session: Session, back_id: int, below: Collection[int], owner_id: int) -> None:
    """What was said first of the page that is back, or of those merged into it, leaves its owner. The caller expires and commits."""
    session.flush()
    for model, unique in FOLLOWS:
        _move(session, model, unique, (model.resource_id == owner_id) & model.first_id.in_({back_id, *below}), back_id)
    _count(session, (back_id, owner_id))


def _move(session: Session, model: Any, unique: tuple[str, ...], which: Any, to_id: int) -> None:
    """Move rows, but those whose place is taken."""
    if unique:
        there = aliased(model)
        same = [getattr(there, name) == getattr(model, name) for name in unique]
        which = which & ~exists(select(there.id).where(there.resource_id == to_id, *same)).correlate(model)
    session.execute(update(model).where(which).values(resource_id=to_id), execution_options={"synchronize_session": False})


def _count(session: Session, resource_ids: Collection[int]) -> None:
    """Counts that follow from the rows."""
    tallying.tally(session, resource_ids)
    changed = select(Tagging.tag_id).where(Tagging.resource_id.in_(resource_ids))
    tallying.count_uses(session, select(Tag.id).where(Tag.id.in_(changed)))
