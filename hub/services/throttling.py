"""How often somebody may do something in a window of time."""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import timedelta

from sqlalchemy import case, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.db import UtcDateTime, now
from hub.models.account import Throttle


def origin(address: str) -> str:
    """From where somebody tries, for counting: an address of IPv6 as its /64, of which a single line has all; others as they are."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


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
