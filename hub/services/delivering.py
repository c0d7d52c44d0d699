"""Messages on their way to webhooks: signed, sent, tried again, given up.

Signed as Standard Webhooks has it (standardwebhooks.com, "Signature scheme"): HMAC-SHA256 over `id.timestamp.body`, in base64, so that
receivers verify with any library of that name. An answer of 2xx takes the message; anything else is a failure, a redirect too.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from harvesters.errors import FetchError, HarvestError
from harvesters.protocol import Request, Response
from hub.db import now
from hub.models.webhook import Delivery, Webhook

log = logging.getLogger(__name__)

Fetch = Callable[[Request], Response]
Fetching = Callable[[Callable[[], bool]], AbstractContextManager[Fetch]]
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)  # before the second attempt, the third ...
LEASE = timedelta(minutes=10)  # that an attempt has before another worker believes it dead
AT_ONCE = 100
GIVEN_UP_MOST = 5  # messages given up in a row; then the webhook is paused
GONE = 410  # the receiver wants no more


def deliver(session: Session, fetch: Fetch, *, at: datetime | None = None, stopped: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, each message once at a time however many workers do; answers how many were taken. Commits after each."""
    moment = at or now()
    due = (
        select(Delivery.id, Delivery.attempts)
        .join(Webhook, Webhook.id == Delivery.webhook_id)
        .where(Delivery.state == "waiting", Delivery.next_at <= moment, Webhook.paused_at.is_(None))
        .order_by(Delivery.next_at, Delivery.id)
        .limit(AT_ONCE)
    )
    waiting = session.execute(due).all()
    session.commit()
    return sum(deliver_one(session, fetch, id, attempts, moment) for id, attempts in waiting if not stopped())


def deliver_one(session: Session, fetch: Fetch, delivery_id: int, attempts: int, at: datetime) -> bool:
    """Try one message: True when it was taken. Another worker that has taken this attempt keeps it. Commits."""
    mine = update(Delivery).where(Delivery.id == delivery_id, Delivery.state == "waiting", Delivery.attempts == attempts)
    taken = session.execute(mine.values(attempts=attempts + 1, next_at=at + LEASE)).rowcount  # type: ignore[attr-defined]
    session.commit()
    if not taken:
        return False
    columns = (Delivery.public_id, Delivery.payload, Webhook.id, Webhook.url, Webhook.secret, Webhook.paused_at)
    row = session.execute(select(*columns).join(Webhook, Webhook.id == Delivery.webhook_id).where(Delivery.id == delivery_id)).one()
    session.commit()  # a slow receiver holds no transaction
    if row.paused_at is not None:  # since the list was made
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(attempts=attempts, next_at=at))
        session.commit()
        return False
    status, reason = attempt(fetch, request(row.url, row.secret, row.public_id, row.payload, at))
    settle(session, delivery_id, row.id, attempts + 1, status, reason, at)
    session.commit()
    return reason is None


def attempt(fetch: Fetch, asked: Request) -> tuple[int | None, str | None]:
    """(HTTP status, what went wrong); the second is None when the message was taken."""
    try:
        return fetch(asked).status, None
    except FetchError as error:
        return error.status, str(error)[:1_000]
    except HarvestError as error:
        return None, str(error)[:1_000]


def settle(
    session: Session, delivery_id: int, webhook_id: int, attempts: int, status: int | None, reason: str | None, at: datetime
) -> None:
    """What becomes of the message and its webhook after an attempt."""
    settled: dict[str, Any] = {"status": status, "reason": reason}
    hook: dict[str, Any] = {}
    if reason is None:
        settled |= {"state": "delivered", "done_at": at, "next_at": None}
        hook = {"failures": 0}
    elif status == GONE or attempts > len(PAUSES):
        settled |= {"state": "failed", "done_at": at, "next_at": None}
        failures = session.scalar(select(Webhook.failures).where(Webhook.id == webhook_id)) or 0
        hook = {"failures": failures + 1}
        if status == GONE or failures + 1 >= GIVEN_UP_MOST:
            hook |= {"paused_at": at}
            log.warning("webhook %s: paused, its receiver does not take what it is sent", webhook_id)
    else:
        settled |= {"next_at": at + PAUSES[attempts - 1]}
    session.execute(update(Delivery).where(Delivery.id == delivery_id).values(settled))
    if hook:
        session.execute(update(Webhook).where(Webhook.id == webhook_id).values(hook))


def request(url: str, secret: str, id: str, payload: Any, at: datetime) -> Request:
    """The message as it is posted."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    moment = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": id,
        "Webhook-Timestamp": moment,
        "Webhook-Signature": signature(secret, id, moment, body),
    }
    return Request(url=url, method="POST", headers=headers, body=body)


def signature(secret: str, id: str, moment: str, body: str) -> str:
    """`v1,` and the base64 of the HMAC."""
    digest = hmac.digest(base64.b64decode(secret), f"{id}.{moment}.{body}".encode(), hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()
