"""Care of the search index: what was asked to be done to it, and how the process that keeps it does."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db

KINDS = ("check", "repair", "rebuild")


class IndexTask(db.Model):  # type: ignore[name-defined]
    """One check, repair or rebuild. `open` is True until it has ended, then nothing: so the database lets only one be open."""

    __table_args__ = (Index(None, "open", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="queued")  # queued | running | done | failed
    open: Mapped[bool | None] = mapped_column(default=True)
    done: Mapped[int] = mapped_column(default=0)  # documents
    total: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Moment]
    started_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    heartbeat_at: Mapped[Moment | None]
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # numbers, by name
    reason: Mapped[str | None] = mapped_column(Text)  # why it was begun by itself, or why it failed


class IndexKeeper(db.Model):  # type: ignore[name-defined]
    """The one row of the process that brings changes into the index: its last sign of life, and what stands in its way."""

    id: Mapped[int] = mapped_column(primary_key=True)
    heartbeat_at: Mapped[Moment]
    reason: Mapped[str | None] = mapped_column(Text)  # why changes do not get into the index; None: they do
    since: Mapped[Moment | None]  # when that began
