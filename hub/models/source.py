"""A place that we harvest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db

BY_HAND = "by-hand"  # the kind, and the name, of the source of what people add here


class Source(db.Model):  # type: ignore[name-defined]
    """An address, the kind of source that answers there, and what the last complete pass learned."""

    __table_args__ = (Index(None, "next_at"),)

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
    draft: Mapped[bool] = mapped_column(default=False)  # being set up: shown to admins only, never harvested, may be deleted
    retired_at: Mapped[Moment | None]  # no longer harvested; its records were withdrawn, and stay announced as deleted
    owner: Mapped[str | None] = mapped_column(String(254))  # e-mail of who is told when a harvest fails, and when it works again
    trouble_told: Mapped[bool] = mapped_column(default=False)  # the owner has been told of a failure, and not yet of the recovery
    schedule: Mapped[str | None] = mapped_column(String(100))  # cron expression of five fields; None: by hand only
    timezone: Mapped[str] = mapped_column(String(64), default="UTC")  # of the schedule, IANA name
    paused: Mapped[bool] = mapped_column(default=False)  # the schedule rests
    next_at: Mapped[Moment | None]  # when the schedule wants the next run
    deadline: Mapped[int | None]  # minutes that a run may work; None: running.LONGEST
    guard_few: Mapped[int] = mapped_column(default=5)  # so many records may vanish without anybody's approval,
    guard_share: Mapped[float] = mapped_column(default=0.1)  # and so large a part of the source's records
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # quality of its records, as reporting.report made it
    reported_at: Mapped[Moment | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # demo: true, preset: name
