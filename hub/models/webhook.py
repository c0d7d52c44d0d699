"""Other systems that are told what happens here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person

EVENTS = ("resource.changed", "resource.gone", "run.finished")
STATES = ("waiting", "delivered", "failed")


class Webhook(db.Model):  # type: ignore[name-defined]
    """An address that is told of events. The cursors say how far it has heard, so that nothing is told twice, and nothing forgotten."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))  # who made it
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(64))  # what signs the deliveries; shown once
    former_secret: Mapped[str | None] = mapped_column(String(64))  # the one before, which goes on signing for a while
    renewed_at: Mapped[Moment | None]  # when that one was replaced
    events: Mapped[list[str]] = mapped_column(JSON, default=list)  # of EVENTS
    resources_at: Mapped[Moment]  # Resource.updated_at of the last resource that was told of, and
    resources_id: Mapped[int] = mapped_column(default=0)  # its number
    runs_at: Mapped[Moment]  # Run.finished_at of the last run, and
    runs_id: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)  # deliveries given up in a row
    paused_at: Mapped[Moment | None]  # by a person, or after too many failures
    created_at: Mapped[Moment]


class Delivery(db.Model):  # type: ignore[name-defined]
    """One message to a webhook: until it is taken, or given up."""

    __table_args__ = (Index(None, "state", "next_at"), Index(None, "webhook_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(36), unique=True)  # the receiver knows a repetition by it
    webhook_id: Mapped[int] = mapped_column(ForeignKey(Webhook.id, ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="waiting")  # of STATES
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[Moment | None]  # of the next attempt
    status: Mapped[int | None]  # HTTP status of the last answer
    reason: Mapped[str | None] = mapped_column(Text)  # why the last attempt failed
    created_at: Mapped[Moment]
    done_at: Mapped[Moment | None]
