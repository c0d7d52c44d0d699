"""Resources taken out of sight by a curator, and shown again: nothing is lost, no harvest brings one back. The caller commits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.audit import AuditEvent
from hub.models.resource import Resource
from hub.services import auditing, cataloguing, curating, naming
from hub.services.auditing import Actor, Subject

LISTED = 200
HIDDEN, RESTORED = "resource.hidden", "resource.restored"


class NoReason(Exception):
    """Whoever hides a resource says why: others will ask."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A resource out of sight: since when, who did it and why."""

    public_id: str
    slug: str
    title: str
    at: datetime
    person: str
    reason: str


def hide(session: Session, actor: Actor, resource_ids: Sequence[int], reason: str, *, group: int | None = None) -> int:
    """Take resources out of sight; answers how many were in sight. Raises NoReason."""
    reason = " ".join(reason.split())[:1000]
    if not reason:
        raise NoReason
    return turn(session, actor, resource_ids, HIDDEN, reason, group)


def restore(session: Session, actor: Actor, resource_ids: Sequence[int], *, note: str = "", group: int | None = None) -> int:
    """Show hidden resources again; answers how many there were."""
    return turn(session, actor, resource_ids, RESTORED, note, group)


def turn(session: Session, actor: Actor, resource_ids: Sequence[int], action: str, note: str, group: int | None) -> int:
    """Hide or restore those of the resources that are not so already."""
    at = now()
    curating.hold(session, resource_ids)
    so_far = Resource.hidden_at.is_(None) if action == HIDDEN else Resource.hidden_at.is_not(None)
    rows = session.execute(select(Resource.id, Resource.title).where(Resource.id.in_(resource_ids), so_far)).all()
    ids = [row.id for row in rows]
    values = {"hidden_at": at if action == HIDDEN else None, "updated_at": at, "version": Resource.version + 1}
    session.execute(update(Resource).where(Resource.id.in_(ids)).values(values).execution_options(synchronize_session=False))
    for id, title in rows:
        before, after = {"hidden": action != HIDDEN}, {"hidden": action == HIDDEN}
        auditing.record(session, actor, action, Subject("resource", id, title), before=before, after=after, note=note, group=group)
    cataloguing.announce(session, ids)
    return len(ids)


def hidden(session: Session, *, limit: int = LISTED) -> tuple[Hidden, ...]:
    """What is hidden now, the latest first."""
    rows = session.execute(
        select(Resource.id, Resource.public_id, Resource.title, Resource.hidden_at)
        .where(Resource.hidden_at.is_not(None))
        .order_by(Resource.hidden_at.desc())
        .limit(limit)
    ).all()
    events = reasons(session, [row.id for row in rows])
    return tuple(
        Hidden(row.public_id, naming.slug(row.title), row.title, row.hidden_at, *events.get(row.id, ("", "")))
        for row in rows
        if row.hidden_at is not None
    )


def is_hidden(session: Session, resource_id: int) -> bool:
    """Is it out of sight?"""
    return session.scalar(select(Resource.hidden_at).where(Resource.id == resource_id)) is not None


def reasons(session: Session, resource_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """resource id -> who hid it last, and why."""
    rows = session.execute(
        select(AuditEvent.subject_id, AuditEvent.person, AuditEvent.note)
        .where(AuditEvent.subject == "resource", AuditEvent.subject_id.in_(resource_ids), AuditEvent.action == HIDDEN)
        .order_by(AuditEvent.id)
    )
    return {id: (person, note) for id, person, note in rows if id is not None}


def why(session: Session, resource_id: int) -> tuple[str, str]:
    """Who hid a resource last, and why; empty when nobody did."""
    return reasons(session, [resource_id]).get(resource_id, ("", ""))
