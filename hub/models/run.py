"""One harvest of a source, and what failed in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db import Moment, db
from hub.models.source import Source

TASKS = ("harvest", "retry", "replay", "preview", "retire")
STATES = ("queued", "running", "waiting", "succeeded", "partial", "failed", "cancelled")


class Run(db.Model):  # type: ignore[name-defined]
    """One pass over a source. seen = created + updated + unchanged + withdrawn + failed, always."""

    __table_args__ = (Index(None, "source_id", "id"), Index(None, "state"))

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id, ondelete="CASCADE"))
    task: Mapped[str] = mapped_column(
        String(10), default="harvest"
    )  # TASKS: retry is of what failed, replay from raw payloads, preview a dry run, retire withdraws all that the source gave
    state: Mapped[str] = mapped_column(String(20), default="queued")
    urgent: Mapped[bool] = mapped_column(default=False)  # somebody waits for it: goes before what the schedule wants
    deadline: Mapped[int | None]  # minutes that it may work in all
    worked: Mapped[int] = mapped_column(default=0)  # seconds that it has worked, restarts of the worker included
    cause: Mapped[str] = mapped_column(String(200), default="")  # who wanted it: a person's name, "schedule", "command line"
    full: Mapped[bool] = mapped_column(default=True)  # False: only what changed since the source's stamp
    everything: Mapped[bool] = mapped_column(default=False)  # a person asks for every page, whatever is remembered of it
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
    live: Mapped[int | None]  # records of the source that fed the catalogue when it ended
    reason: Mapped[str | None] = mapped_column(Text)  # why it failed or waits, or what is worth knowing
    advice: Mapped[str | None] = mapped_column(Text)

    source: Mapped[Source] = relationship(lazy="joined", innerjoin=True)


class Failure(db.Model):  # type: ignore[name-defined]
    """A record that a run could not bring into the catalogue, with its bytes. All are kept, not the first twenty."""

    __table_args__ = (Index(None, "run_id", "id"), Index(None, "source_id", "identifier"))

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"))
    source_id: Mapped[int | None] = mapped_column(ForeignKey(Source.id, ondelete="CASCADE"))
    identifier: Mapped[str | None] = mapped_column(Text)
    stage: Mapped[str] = mapped_column(String(20))  # fetch | read
    reason: Mapped[str] = mapped_column(Text)
    advice: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text, default="")
    media_type: Mapped[str] = mapped_column(String(100), default="")
    raw: Mapped[bytes] = mapped_column(LargeBinary)  # zlib
    at: Mapped[Moment]
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # of a page that failed whole: asked again when it is retried
    again_run_id: Mapped[int | None]  # a later run in which it failed again: that failure stands for it now
    mended_at: Mapped[Moment | None]  # a later run, a retry or a replay has brought the record in


class Validator(db.Model):  # type: ignore[name-defined]
    """What a page of a source looked like when it was last read whole and without a failure: whether it has to be read again."""

    __table_args__ = (UniqueConstraint("source_id", "page"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id, ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(String(32))  # checkpoint.place of its request; SourceRecord.page of the records that it held
    etag: Mapped[str | None] = mapped_column(Text)
    last_modified: Mapped[str | None] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(Text)  # Request.version under which it was read
    body_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    follow: Mapped[list[Any]] = mapped_column(JSON)  # the requests that it led to (checkpoint.to_json)
    items: Mapped[int]  # that it held
    run_id: Mapped[int]  # that read it, or saw it unchanged, last


class PreviewItem(db.Model):  # type: ignore[name-defined]
    """What a dry run would do with one record."""

    __table_args__ = (UniqueConstraint("run_id", "identifier"), Index(None, "run_id", "verdict", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(Run.id, ondelete="CASCADE"))
    identifier: Mapped[str | None] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(String(10))  # new | changed | unchanged | deleted (the source says so) | vanished | invalid
    title: Mapped[str | None] = mapped_column(Text)
    values: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # of the first new ones: as they would look
    differences: Mapped[list[Any] | None] = mapped_column(JSON)  # of a changed one: [field, before, after], ...
    reason: Mapped[str | None] = mapped_column(Text)  # of an invalid one
    advice: Mapped[str | None] = mapped_column(Text)
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)  # zlib; of an invalid one
    raw_type: Mapped[str] = mapped_column(String(100), default="")
