"""What a source's passes have learned, forgotten: when it has moved, or is read in another way, nothing of it holds any more."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.models.run import Validator
from hub.models.source import Source
from hub.services import running


def forget(session: Session, source: Source) -> None:
    """The next pass is a full one that asks for every page. The caller commits."""
    running.forget_checkpoints(session, source.id)
    running.forget_plans(session, source.id)
    session.execute(delete(Validator).where(Validator.source_id == source.id))
    source.stamp = source.tracks_deletions = None
