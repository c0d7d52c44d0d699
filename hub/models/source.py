"""A place that we harvest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class Source(db.Model):  # type: ignore[name-defined]
    """An address, the kind of source that answers there, and what the last complete pass learned."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)  # lower case letters, digits, - and _
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    url: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    rank: Mapped[int] = mapped_column(default=100)  # the lower, the more its values are believed when sources disagree
    created_at: Mapped[Moment]
    stamp: Mapped[str | None] = mapped_column(Text)  # where the next incremental pass begins, in the source's own words
    tracks_deletions: Mapped[bool | None]
    complete_at: Mapped[Moment | None]  # end of the last complete pass
    lease_owner: Mapped[str | None] = mapped_column(String(200))  # the process that harvests it now
    lease_at: Mapped[Moment | None]  # that process's last sign of life
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # demo: true, preset: name
