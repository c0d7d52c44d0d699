"""Who did what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class AuditEvent(db.Model):  # type: ignore[name-defined]
    """One write by a person, with what stood there before and after. Rows are only ever added."""

    __table_args__ = (Index(None, "subject", "subject_id", "id"), Index(None, "action", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Moment]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    person: Mapped[str] = mapped_column(String(200))  # the name at that time; "command line"
    action: Mapped[str] = mapped_column(String(40))  # "source.changed", "resource.corrected", "resources.merged" ...
    subject: Mapped[str] = mapped_column(String(20))  # resource | source | run | record | topic | person
    subject_id: Mapped[int | None]
    label: Mapped[str] = mapped_column(Text, default="")  # the subject's title or name at that time
    before: Mapped[Any] = mapped_column(JSON, nullable=True)
    after: Mapped[Any] = mapped_column(JSON, nullable=True)
    note: Mapped[str] = mapped_column(Text, default="")
    group_id: Mapped[int | None] = mapped_column(index=True)  # the event of the bulk edit that this one is a part of
