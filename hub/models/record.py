"""One record as its source gave it: our provenance."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.resource import Resource
from hub.models.source import Source


class SourceRecord(db.Model):  # type: ignore[name-defined]
    """The raw payload of one record with the values read from it.

    `active` feeds its resource; `withdrawn` was deleted at the source, or vanished from it; `failed` could not be read the last time:
    it keeps the values (and the resource) of the last time that it could, if there was one.
    """

    __table_args__ = (
        UniqueConstraint("source_id", "identifier"),
        Index(None, "source_id", "seen_run_id"),
        Index(None, "source_id", "group"),
        Index(None, "source_id", "page", "state"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey(Source.id))
    identifier: Mapped[str] = mapped_column(Text)
    resource_id: Mapped[int | None] = mapped_column(ForeignKey(Resource.id), index=True)
    state: Mapped[str] = mapped_column(String(10))
    title: Mapped[str | None] = mapped_column(Text)
    group: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    datestamp: Mapped[Moment | None]
    raw: Mapped[bytes] = mapped_column(LargeBinary)  # zlib
    raw_type: Mapped[str] = mapped_column(String(100), default="")
    raw_url: Mapped[str] = mapped_column(Text, default="")
    page: Mapped[str | None] = mapped_column(String(32))  # checkpoint.place of the request whose answer held it last
    raw_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    values: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the record as read, None when it never could be
    previous: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the values before the last change of the record
    previous_at: Mapped[Moment | None]  # since when those had been the values
    error: Mapped[str | None] = mapped_column(Text)
    seen_run_id: Mapped[int | None]  # the last run that read it; a page that was seen to be as it was says so alone (Validator.run_id)
    first_seen_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    withdrawn_at: Mapped[Moment | None]
