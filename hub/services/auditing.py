"""Who did what: every write by a person leaves an event with what stood there before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.audit import AuditEvent


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a person who is signed in, or somebody at the command line (`id` is None)."""

    id: int | None
    name: str


COMMAND_LINE = Actor(None, "command line")


@dataclass(frozen=True, slots=True)
class Subject:
    """What is written to, with the title or the name that it had then."""

    type: str  # resource | source | run | record | topic | person
    id: int | None
    label: str = ""


def record(
    session: Session,
    actor: Actor,
    action: str,
    subject: Subject,
    *,
    before: Any = None,
    after: Any = None,
    note: str = "",
    group: int | None = None,
) -> AuditEvent:
    """Leave an event. `before` and `after` are values as JSON has them, without secrets; `group`: the event of the bulk edit that it is a
    part of. The caller commits.
    """
    event = AuditEvent(
        at=now(),
        person_id=actor.id,
        person=actor.name[:200],
        action=action,
        subject=subject.type,
        subject_id=subject.id,
        label=subject.label,
        before=before,
        after=after,
        note=note,
        group_id=group,
    )
    session.add(event)
    return event


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events of many, newest first."""

    events: Sequence[AuditEvent]
    total: int
    pages: int


def events(
    session: Session,
    *,
    subject: str | None = None,
    subject_id: int | None = None,
    action: str | None = None,
    person: str | None = None,
    page: int = 1,
    limit: int = 50,
) -> EventPage:
    """Events, newest first; of one subject, one action or what begins with it ("source."), one person."""
    wanted = select(AuditEvent)
    if subject:
        wanted = wanted.where(AuditEvent.subject == subject)
    if subject_id is not None:
        wanted = wanted.where(AuditEvent.subject_id == subject_id)
    if action:
        wanted = wanted.where(AuditEvent.action.startswith(action, autoescape=True))
    if person:
        wanted = wanted.where(AuditEvent.person == person)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.scalars(wanted.order_by(AuditEvent.id.desc()).limit(limit).offset((max(page, 1) - 1) * limit)).all()
    return EventPage(rows, total, -(-total // limit))
