"""The numbers by which results are ordered, each time that somebody changed them."""

from __future__ import annotations

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class Adjustment(db.Model):  # type: ignore[name-defined]
    """One tuning that was applied; the newest is in force. Rows are only ever added: they are the history."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    numbers: Mapped[dict[str, float]] = mapped_column(JSON)  # all numbers of search.tuning.Tuning by name
    person: Mapped[str] = mapped_column(String(200))  # the name at that time; empty from the command line
    note: Mapped[str] = mapped_column(Text, default="")
    applied_at: Mapped[Moment]
