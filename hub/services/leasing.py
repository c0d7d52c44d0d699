"""Who harvests a source now: one process at a time, and none for ever.

A lease is two columns of the source, taken by one conditional UPDATE. It is void when its holder gave no sign of life for LIFETIME,
or at once when the holder was a process of this host that is no more.
"""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.source import Source

LIFETIME = timedelta(seconds=60)


class AlreadyRunning(Exception):
    """Another living process harvests this source."""


class Lost(Exception):
    """Another process has taken this source over: whatever is not committed yet is its work now."""


@cache
def holder_of(pid: int) -> str:
    """This host's name for one of its processes; a number that is used again later gives another name."""
    return f"{socket.gethostname()}/{pid}/{started(pid)}"


def me() -> str:
    """The holder that this process is."""
    return holder_of(os.getpid())


def started(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def is_gone(holder: str) -> bool:
    """True when the holder was a process of this host that has ended; False when it lives, or cannot be judged from here."""
    host, _, rest = holder.partition("/")
    pid, _, ticks = rest.partition("/")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return bool(ticks) and started(int(pid)) != ticks


def is_held(session: Session, source_id: int) -> str | None:
    """The living holder of a source's lease, None when it is free."""
    row = session.execute(select(Source.lease_owner, Source.lease_at).where(Source.id == source_id)).one()
    if row.lease_owner is None or row.lease_at is None or row.lease_at < now() - LIFETIME or is_gone(row.lease_owner):
        return None
    return str(row.lease_owner)


def queue_up(session: Session, source_id: int) -> None:
    """Wait until no other process is deciding about this source, and hold it until the end of the transaction."""
    session.execute(update(Source).where(Source.id == source_id).values(lease_at=Source.lease_at))


def acquire(session: Session, source_id: int) -> None:
    """Take the lease, and commit. Raises AlreadyRunning when a living process has it."""
    holder = session.scalar(select(Source.lease_owner).where(Source.id == source_id))
    free = [Source.lease_owner.is_(None), Source.lease_at.is_(None), Source.lease_at < now() - LIFETIME]
    if holder and is_gone(holder):
        free.append(Source.lease_owner == holder)
    taken = session.execute(update(Source).where(Source.id == source_id, or_(*free)).values(lease_owner=me(), lease_at=now()))
    session.commit()
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise AlreadyRunning(f"This source is being harvested already, by {holder}.")


def renew(session: Session, source_id: int) -> None:
    """A sign of life. The caller commits. Raises Lost when another process has the lease by now."""
    kept = session.execute(update(Source).where(Source.id == source_id, Source.lease_owner == me()).values(lease_at=now()))
    if kept.rowcount != 1:  # type: ignore[attr-defined]
        raise Lost("This process was silent too long, and another one has taken the source over.")


def release(session: Session, source_id: int) -> None:
    """Give the lease back, and commit."""
    session.execute(update(Source).where(Source.id == source_id, Source.lease_owner == me()).values(lease_owner=None, lease_at=None))
    session.commit()
