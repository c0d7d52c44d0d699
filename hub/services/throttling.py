"""How often somebody may do something in a window of time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Throttle


def allow(session: Session, key: str, *, most: int, per: timedelta) -> bool:
    """Count one more time; False when that is more than `most` in this window. The caller commits."""
    hashed, moment = hashlib.sha256(key.encode()).hexdigest(), now()
    kept = session.get(Throttle, hashed, with_for_update=True)
    if kept is None:
        session.add(Throttle(key=hashed, count=1, since=moment))
        return most > 0
    if kept.since + per <= moment:
        kept.count, kept.since = 0, moment
    kept.count = min(kept.count + 1, most + 1)
    return kept.count <= most
