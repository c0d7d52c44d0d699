"""Mail that the hub wrote: the log of it, and what is still to be sent."""

from __future__ import annotations

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class Mail(db.Model):  # type: ignore[name-defined]
    """One message. Without a mail server it stays here, where an admin reads it."""

    __table_args__ = (Index(None, "state"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))  # waiting | sent | kept (there is no mail server) | failed
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(Text)  # why the last attempt failed
    created_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
