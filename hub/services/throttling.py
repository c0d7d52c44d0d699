"""How often somebody may do something in a window of time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import case, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.db import UtcDateTime, now
from hub.models.account import Throttle


def allow(session: Session, key: str, *, most: int, per: timedelta) -> bool:
    """Count one more time; False when that is more than `most` in this window. One statement, so that many at once
    are counted each. The caller commits."""
    hashed, moment = hashlib.sha256(key.encode()).hexdigest(), now()
    over = Throttle.since <= moment - per
    values = {
        "count": case((over, 1), (Throttle.count > most, Throttle.count), else_=Throttle.count + 1),
        "since": case((over, literal(moment, UtcDateTime())), else_=Throttle.since),
    }
    row = {"key": hashed, "count": 1, "since": moment}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    counted = insert(Throttle).values(row).on_conflict_do_update(index_elements=["key"], set_=values).returning(Throttle.count)
    return session.execute(counted).scalar_one() <= most
