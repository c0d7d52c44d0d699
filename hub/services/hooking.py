"""Webhooks as admins keep them: made, paused, taken up again, removed; what was sent to them."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.addresses import parse_url, show
from harvesters.errors import HarvestError
from hub.db import now
from hub.models.webhook import EVENTS, Delivery, Webhook
from hub.services import auditing, paging
from hub.services.acting import Viewer
from hub.services.auditing import Subject
from hub.services.paging import Key

MOST = 50  # webhooks of a hub: each costs a look at what has changed, every minute
LONGEST = 1_000  # characters of an address
SECRET = "whsec_"  # noqa: S105 - how such a secret begins (standardwebhooks.com, "Signature scheme")
SHOWN = 50  # deliveries on a page


class BadWebhook(ValueError):
    """There cannot be such a webhook. `field` is the one to mend: url or events."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason  # reason: missing | long | address | unknown | many


@dataclass(frozen=True, slots=True)
class Listed:
    """A webhook with how its deliveries fare."""

    webhook: Webhook
    shown: str  # its address without user, password and keys
    waiting: int
    failed: int


def create(session: Session, who: Viewer, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
    """A webhook that hears what happens from now on, and its secret, which is told this once. Raises BadWebhook. The caller commits."""
    address = checked(url)
    chosen = [event for event in EVENTS if event in events]
    if not chosen or set(events) - set(EVENTS):
        raise BadWebhook("events", "missing" if not events else "unknown")
    if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST:
        raise BadWebhook("url", "many")
    key, at = new_key(), now()
    made = Webhook(person_id=who.person_id, url=address, secret=key, events=chosen, resources_at=at, runs_at=at, created_at=at)
    session.add(made)
    session.flush()
    note(session, who, "webhook.create", made)
    return made, SECRET + key


def new_key() -> str:
    """What signs: 32 bytes of chance in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def renew(session: Session, who: Viewer, webhook: Webhook) -> str:
    """Another secret, which is told this once; for a day messages are signed with both. The caller commits."""
    webhook.former_secret, webhook.secret, webhook.renewed_at = webhook.secret, new_key(), now()
    note(session, who, "webhook.renew", webhook)
    return SECRET + webhook.secret


def checked(url: str) -> str:
    """An address that can be asked, as far as its form says; where it leads is looked at each time. Raises BadWebhook."""
    url = url.strip()
    if not url:
        raise BadWebhook("url", "missing")
    if len(url) > LONGEST:
        raise BadWebhook("url", "long")
    try:
        parse_url(url)
        if urlsplit(url).username is not None:
            raise BadWebhook("url", "address")
    except (HarvestError, ValueError) as error:
        raise BadWebhook("url", "address") from error
    return url


def listed(session: Session, webhook_id: int | None = None) -> list[Listed]:
    """All of them, the oldest first. One query."""
    waiting, failed = (
        select(func.count()).where(Delivery.webhook_id == Webhook.id, Delivery.state == state).correlate(Webhook).scalar_subquery()
        for state in ("waiting", "failed")
    )
    wanted = select(Webhook, waiting, failed).order_by(Webhook.id)
    if webhook_id is not None:
        wanted = wanted.where(Webhook.id == webhook_id)
    return [Listed(one, show(one.url), *counts) for one, *counts in session.execute(wanted)]


def get(session: Session, webhook_id: int) -> Listed | None:
    """One of them; None when there is none."""
    return next(iter(listed(session, webhook_id)), None)


def deliveries(session: Session, webhook_id: int, *, before: int | None = None) -> tuple[list[Delivery], int | None]:
    """What was sent to it, newest first: the last of it, or what was before a message; and before which one there is more."""
    wanted, after = select(Delivery).where(Delivery.webhook_id == webhook_id), None if before is None else (before,)
    rows, following = paging.part(session, wanted, [Key(Delivery.id, down=True)], after=after, limit=SHOWN)
    return [row[0] for row in rows], following[0] if following else None


def pause(session: Session, who: Viewer, webhook: Webhook) -> None:
    """Tell it nothing; what happens meanwhile is told when it goes on. The caller commits."""
    webhook.paused_at = webhook.paused_at or now()
    note(session, who, "webhook.pause", webhook)


def resume(session: Session, who: Viewer, webhook: Webhook) -> None:
    """Go on, with what has happened since. The caller commits."""
    webhook.paused_at, webhook.failures = None, 0
    note(session, who, "webhook.resume", webhook)


def again(session: Session, webhook_id: int, delivery_id: int) -> bool:
    """Try a message that was given up, or that waits, now; False when there is none. The caller commits."""
    found = session.scalar(select(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_id == webhook_id))
    if found is None or found.state == "delivered":
        return False
    found.state, found.attempts, found.next_at, found.done_at = "waiting", 0, now(), None
    return True


def remove(session: Session, who: Viewer, webhook: Webhook) -> None:
    """Take it away with what waits for it. The caller commits."""
    note(session, who, "webhook.remove", webhook)
    session.delete(webhook)


def note(session: Session, who: Viewer, action: str, webhook: Webhook) -> None:
    """In the audit log, without keys."""
    auditing.record(session, who.actor, action, Subject("webhook", webhook.id, show(webhook.url)), after={"events": webhook.events})
