"""Concepts that have changed, and with them every resource that is about them: index and harvesters hear of these. The caller commits."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.resource import Resource
from hub.models.topic import Assignment
from hub.services import cataloguing

AT_ONCE = 500


def touch(session: Session, concept_ids: Collection[int]) -> None:
    """Resources of these concepts count as changed now: their names, or the sets that they are in, are others."""
    if not concept_ids:
        return
    session.flush()
    at = now()
    ids = session.scalars(select(Assignment.resource_id).where(Assignment.concept_id.in_(concept_ids)).distinct()).all()
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        session.execute(
            update(Resource)
            .where(Resource.id.in_(part))
            .values(version=Resource.version + 1, updated_at=at)
            .execution_options(synchronize_session=False)
        )
        cataloguing.announce(session, part)
