"""One harvest of a source, and what failed in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db import Moment, db
from hub.models.source import Source

STATES = ("queued", "running", "waiting", "succeeded", "partial", "failed", "cancelled")


class Run(db.Model):  # type: ignore[name-defined]
    """One pass over a source. seen = created + updated + unchanged + withdrawn + failed, always."""

    __table_args__ = (Index(None, "source_id", "id"), Index(None, "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id, ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(String(20), default="queued")
    full: Mapped[bool] = mapped_column(default=True)  # False: only what changed since the source's stamp
    since: Mapped[str | None] = mapped_column(Text)
    limited_to: Mapped[int | None]
    created_at: Mapped[Moment]
    started_at: Mapped[Moment | None]
    finished_at: Mapped[Moment | None]
    heartbeat_at: Mapped[Moment | None]
    stop_asked: Mapped[bool] = mapped_column(default=False)
    checkpoint: Mapped[list[Any] | None] = mapped_column(JSON)  # requests still to ask; None before the first page
    restarts: Mapped[int] = mapped_column(default=0)  # times that the list was begun again after an expired token
    stamp: Mapped[str | None] = mapped_column(Text)
    tracks_deletions: Mapped[bool | None]
    total: Mapped[int | None]  # records that the source announces
    pages: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    received: Mapped[int] = mapped_column(default=0)  # items that came, doubles among them: compared with total
    seen: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(Text)  # why it failed or waits, or what is worth knowing
    advice: Mapped[str | None] = mapped_column(Text)

    source: Mapped[Source] = relationship(lazy="joined", innerjoin=True)


class Failure(db.Model):  # type: ignore[name-defined]
    """A record that a run could not bring into the catalogue, with its bytes. All are kept, not the first twenty."""

    __table_args__ = (Index(None, "run_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"))
    identifier: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(String(20))  # fetch | read
    reason: Mapped[str] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    raw: Mapped[bytes] = mapped_column(LargeBinary)  # zlib
    at: Mapped[Moment]
