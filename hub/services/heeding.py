"""What has happened, as messages for the webhooks that want to hear of it.

Each webhook has a cursor in the order in which resources change and one in that in which runs end. Messages and cursor go forward in one
transaction: nothing is told twice, nothing is forgotten, also when the process dies in between. What changed less than a minute ago waits:
a transaction that is still open may hold an older change.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.resource import Resource
from hub.models.run import Run
from hub.models.source import Source
from hub.models.webhook import Delivery, Webhook

LAG = timedelta(seconds=60)
TOLD = 100  # resources in one message
AT_ONCE = 1_000  # changes that one webhook is told of in one go
KEPT = timedelta(days=30)  # that a message is kept after its end
WAITING_MOST = 200  # messages that wait for one webhook; then it hears no more until it takes them
COUNTERS = ("seen", "created", "updated", "unchanged", "withdrawn", "failed")


def heed(session: Session, *, site: str, at: datetime | None = None) -> int:
    """Write the messages that are due, and forget old ones; answers how many were written. Commits after each webhook."""
    moment = at or now()
    session.execute(delete(Delivery).where(Delivery.state != "waiting", Delivery.done_at < moment - KEPT))
    session.commit()
    ids = session.scalars(select(Webhook.id).where(Webhook.paused_at.is_(None)).order_by(Webhook.id)).all()
    return sum(heed_for(session, id, site=site, at=moment) for id in ids)


def heed_for(session: Session, webhook_id: int, *, site: str, at: datetime) -> int:
    """The messages for one webhook. A second worker that is at the same one finds the cursor moved, and leaves it. Commits."""
    hook = session.get(Webhook, webhook_id)
    if hook is None or crowded(session, webhook_id):
        session.rollback()
        return 0
    resources, runs = changed_resources(session, hook, at), ended_runs(session, hook, at)
    before = (Webhook.resources_at == hook.resources_at, Webhook.resources_id == hook.resources_id, Webhook.runs_at == hook.runs_at)
    forward: dict[str, Any] = {}
    if resources:
        forward |= {"resources_at": resources[-1].updated_at, "resources_id": resources[-1].id}
    if runs:
        forward |= {"runs_at": runs[-1].finished_at, "runs_id": runs[-1].id}
    written = [*about_resources(hook, resources, site), *about_runs(hook, runs)]
    if forward:
        moved = update(Webhook).where(Webhook.id == webhook_id, Webhook.runs_id == hook.runs_id, *before).values(forward)
        if not session.execute(moved, execution_options={"synchronize_session": False}).rowcount:  # type: ignore[attr-defined]
            session.rollback()
            return 0
    session.add_all(message(webhook_id, event, told, at) for event, told in written)
    session.commit()
    return len(written)


def crowded(session: Session, webhook_id: int) -> bool:
    """Does so much wait for it that more would only be in the way?"""
    waiting = select(Delivery.id).where(Delivery.webhook_id == webhook_id, Delivery.state == "waiting").limit(WAITING_MOST)
    return len(session.scalars(waiting).all()) >= WAITING_MOST


def changed_resources(session: Session, hook: Webhook, at: datetime) -> Sequence[Any]:
    """Resources that changed after the cursor, in order."""
    columns = (
        Resource.id, Resource.public_id, Resource.title, Resource.version, Resource.updated_at,
        Resource.withdrawn_at, Resource.hidden_at, Resource.merged_into_id,
    )  # fmt: skip
    after = tuple_(Resource.updated_at, Resource.id) > tuple_(hook.resources_at, hook.resources_id)
    wanted = select(*columns).where(after, Resource.updated_at <= at - LAG).order_by(Resource.updated_at, Resource.id)
    return session.execute(wanted.limit(AT_ONCE)).all()


def ended_runs(session: Session, hook: Webhook, at: datetime) -> Sequence[Any]:
    """Runs that ended after the cursor, in order, previews left out."""
    counters = (getattr(Run, name) for name in COUNTERS)
    after = tuple_(Run.finished_at, Run.id) > tuple_(hook.runs_at, hook.runs_id)
    wanted = (
        select(Run.id, Run.task, Run.state, Run.finished_at, Source.name.label("source"), *counters)
        .join(Source, Source.id == Run.source_id)
        .where(Run.finished_at.is_not(None), after, Run.finished_at <= at - LAG, Run.task != "preview", ~Source.draft)
        .order_by(Run.finished_at, Run.id)
    )
    return session.execute(wanted.limit(AT_ONCE)).all()


def about_resources(hook: Webhook, rows: Sequence[Any], site: str) -> list[tuple[str, Any]]:
    """Messages about resources: those that can be found with their title, those that are gone by their id alone."""
    gone = [row for row in rows if row.withdrawn_at or row.hidden_at or row.merged_into_id]
    living = [row for row in rows if not (row.withdrawn_at or row.hidden_at or row.merged_into_id)]
    found: list[tuple[str, Any]] = []
    for event, some in (("resource.changed", living), ("resource.gone", gone)):
        if event in hook.events:
            parts = (some[start : start + TOLD] for start in range(0, len(some), TOLD))
            found += [(event, {"resources": [resource(row, site, named=event == "resource.changed") for row in part]}) for part in parts]
    return found


def resource(row: Any, site: str, *, named: bool) -> dict[str, Any]:
    """One resource in a message: enough to know whether one has it, and where to read it."""
    told = {"id": row.public_id, "version": row.version, "updated_at": stamp(row.updated_at), "page": f"{site}/resources/{row.public_id}"}
    return {**told, "title": row.title} if named else told


def about_runs(hook: Webhook, rows: Sequence[Any]) -> list[tuple[str, Any]]:
    """Messages about runs, one each."""
    if "run.finished" not in hook.events:
        return []
    return [
        (
            "run.finished",
            {
                "run": {"id": row.id, "source": row.source, "task": row.task, "state": row.state, "finished_at": stamp(row.finished_at)}
                | {name: getattr(row, name) for name in COUNTERS}
            },
        )
        for row in rows
    ]


def message(webhook_id: int, event: str, told: Any, at: datetime) -> Delivery:
    """One message, to be sent at once. Its form is that of Standard Webhooks: type, timestamp, data."""
    payload = {"type": event, "timestamp": stamp(at), "data": told}
    return Delivery(
        public_id=str(uuid.uuid4()), webhook_id=webhook_id, event=event, payload=payload, state="waiting", next_at=at, created_at=at
    )


def ping(webhook_id: int, at: datetime) -> Delivery:
    """A message that says nothing, to see whether one arrives."""
    return message(webhook_id, "ping", {}, at)


def stamp(at: datetime) -> str:
    """A time as messages have it (RFC 3339, UTC)."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
