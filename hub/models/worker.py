"""Processes that work on the queue."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class Worker(db.Model):  # type: ignore[name-defined]
    """A worker's sign of life: one row a process, gone when it ends in order."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)  # leasing.me(): host, process, its start
    threads: Mapped[int]
    started_at: Mapped[Moment]
    heartbeat_at: Mapped[Moment]
