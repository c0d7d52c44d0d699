"""Who did what: every write by a person leaves an event with what stood there before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
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
    wanted = matching(Wanted(person=person or "", action=action or "", subject=subject or "", subject_id=subject_id))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.scalars(wanted.order_by(AuditEvent.id.desc()).limit(limit).offset((max(page, 1) - 1) * limit)).all()
    return EventPage(rows, total, -(-total // limit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events: empty means any; `action` also stands for what begins with it ("resource.")."""

    person: str = ""
    action: str = ""
    subject: str = ""
    subject_id: int | None = None


def all_events(session: Session, wanted: Wanted, *, batch: int = 500) -> Iterator[AuditEvent]:
    """Every one of those events, the oldest first, read in batches so that any number fits."""
    after = 0
    while rows := session.scalars(matching(wanted).where(AuditEvent.id > after).order_by(AuditEvent.id).limit(batch)).all():
        yield from rows
        after = rows[-1].id
        session.expunge_all()


def matching(wanted: Wanted) -> Select[AuditEvent]:
    """The events that are wanted."""
    found = select(AuditEvent)
    if wanted.subject:
        found = found.where(AuditEvent.subject == wanted.subject)
    if wanted.subject_id is not None:
        found = found.where(AuditEvent.subject_id == wanted.subject_id)
    if wanted.action:
        found = found.where(AuditEvent.action.startswith(wanted.action, autoescape=True))
    return found.where(AuditEvent.person == wanted.person) if wanted.person else found


def known(session: Session) -> dict[str, list[str]]:
    """The people, actions and subjects that the log has, to choose from."""
    columns = {"person": AuditEvent.person, "action": AuditEvent.action, "subject": AuditEvent.subject}
    return {name: list(session.scalars(select(column).distinct().order_by(column).limit(200))) for name, column in columns.items()}


def differences(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    """(name, before, after) of what differs between two values; of two objects name by name, else under no name."""
    if isinstance(before, dict) or isinstance(after, dict):
        left, right = before if isinstance(before, dict) else {}, after if isinstance(after, dict) else {}
        return [(name, left.get(name), right.get(name)) for name in dict.fromkeys([*left, *right]) if left.get(name) != right.get(name)]
    return [("", before, after)] if before != after else []


def as_json(event: AuditEvent) -> dict[str, Any]:
    """An event for a script."""
    names = ("id", "at", "person", "action", "subject", "subject_id", "label", "before", "after", "note", "group_id")
    return {name: getattr(event, name) for name in names}


def line(event: AuditEvent) -> str:
    """What an event changed, in one line."""
    changes = differences(event.before, event.after)
    of = event.before.get("field") or event.before.get("topic") if isinstance(event.before, dict) else None
    told = [f"{name}: {before} -> {after}" if name else f"{before} -> {after}" for name, before, after in changes]
    return (f"{of}: " if of else "") + "; ".join(told)
