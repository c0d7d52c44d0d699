"""Recommendations that a person does not want to see again. Nobody else hears of it: no event is left. The caller commits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.study import Bookmark, Dismissal


def dismiss(session: Session, person_id: int, resource_id: int) -> None:
    """Recommend it no more; twice is once."""
    if session.scalar(select(Dismissal.id).where(Dismissal.person_id == person_id, Dismissal.resource_id == resource_id)) is not None:
        return
    try:
        with session.begin_nested():
            session.add(Dismissal(person_id=person_id, resource_id=resource_id, first_id=resource_id, created_at=now()))
    except IntegrityError:  # dismissed in another window at this moment
        return


def restore(session: Session, person_id: int, resource_id: int) -> None:
    """It may be recommended again."""
    session.execute(delete(Dismissal).where(Dismissal.person_id == person_id, Dismissal.resource_id == resource_id))


def settled(session: Session, person_id: int | None, resource_ids: Collection[int]) -> frozenset[int]:
    """Which of these the person keeps already or does not want to see. One query."""
    ids = list(resource_ids)
    if person_id is None or not ids:
        return frozenset()
    kept, unwanted = (
        select(model.resource_id).where(model.person_id == person_id, model.resource_id.in_(ids)) for model in (Bookmark, Dismissal)
    )
    return frozenset(session.scalars(kept.union(unwanted)))
