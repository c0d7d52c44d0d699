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
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from harvesters.errors import FetchError, HarvestError
from harvesters.protocol import Request, Response
from hub.db import now
from hub.models.webhook import Delivery, Webhook

log = logging.getLogger(__name__)

Fetch = Callable[[Request], Response]
Clock = Callable[[], datetime]
Fetching = Callable[[Callable[[], bool]], AbstractContextManager[Fetch]]
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)  # before the second attempt, the third ...
LEASE = timedelta(minutes=2)  # that an attempt, of seconds, has before another worker believes it dead
OVERLAP = timedelta(days=1)  # that a secret signs beside the one that took its place
SECRETS = (Webhook.secret, Webhook.former_secret, Webhook.renewed_at)
AT_ONCE = 100  # messages to one webhook in one pass
GIVEN_UP_MOST = 5  # messages given up in a row; then the webhook is paused
GONE = 410  # the receiver wants no more


def deliver(session: Session, fetch: Fetch, *, clock: Clock = now, stopped: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, each message once at a time however many workers do; answers how many were taken. Commits after each."""
    due = (Delivery.state == "waiting", Delivery.next_at <= clock(), Webhook.paused_at.is_(None))
    wanted = select(Webhook.id).join(Delivery, Delivery.webhook_id == Webhook.id).where(*due).distinct().order_by(Webhook.id)
    waiting = session.scalars(wanted).all()
    session.commit()
    return sum(deliver_to(session, fetch, id, clock, stopped) for id in waiting)


def deliver_to(session: Session, fetch: Fetch, webhook_id: int, clock: Clock, stopped: Callable[[], bool]) -> int:
    """Send one webhook what is due, the oldest first, until it does not take one: a receiver that hangs holds up the others for one
    attempt, not for all that waits for it. Answers how many it took. Commits after each."""
    due = (Delivery.webhook_id == webhook_id, Delivery.state == "waiting", Delivery.next_at <= clock())
    waiting = session.execute(
        select(Delivery.id, Delivery.attempts).where(*due).order_by(Delivery.next_at, Delivery.id).limit(AT_ONCE)
    ).all()
    session.commit()
    taken = 0
    for id, attempts in waiting:
        if stopped() or (done := deliver_one(session, fetch, id, attempts, clock)) is False:
            break
        taken += done is True
    return taken


def deliver_one(session: Session, fetch: Fetch, delivery_id: int, attempts: int, clock: Clock = now) -> bool | None:
    """Try one message: was it taken? None when it was not tried, because another worker has this attempt, or its webhook is paused or gone.
    Commits."""
    mine = (Delivery.id == delivery_id, Delivery.state == "waiting", Delivery.attempts == attempts)
    lease = update(Delivery).where(*mine).values(attempts=attempts + 1, next_at=clock() + LEASE)
    got = session.execute(lease).rowcount  # type: ignore[attr-defined]
    session.commit()
    columns = (Delivery.public_id, Delivery.payload, Webhook.id, Webhook.url, Webhook.paused_at, *SECRETS)
    wanted = select(*columns).join(Webhook, Webhook.id == Delivery.webhook_id).where(Delivery.id == delivery_id)
    row = session.execute(wanted).first() if got else None
    session.commit()  # a slow receiver holds no transaction
    if row is None:
        return None
    if row.paused_at is not None:  # since the list was made
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(attempts=attempts, next_at=clock()))
        session.commit()
        return None
    began = clock()
    status, reason = attempt(fetch, request(row.url, secrets(row, began), row.public_id, row.payload, began))
    settle(session, delivery_id, row.id, attempts + 1, status, reason, clock())
    session.commit()
    return reason is None


def secrets(row: Any, at: datetime) -> list[str]:
    """What signs: the secret, and for a day the one before it, so that a receiver can change over without losing a message."""
    former = row.former_secret if row.renewed_at is not None and at < row.renewed_at + OVERLAP else None
    return [row.secret, *([former] if former else [])]


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
    """What becomes of the message and its webhook after an attempt; nothing, when another attempt has begun meanwhile."""
    settled: dict[str, Any] = {"status": status, "reason": reason}
    given_up = reason is not None and (status == GONE or attempts > len(PAUSES))
    if reason is None or given_up:
        settled |= {"state": "failed" if given_up else "delivered", "done_at": at, "next_at": None}
    else:
        settled |= {"next_at": at + PAUSES[attempts - 1]}
    ours = update(Delivery).where(Delivery.id == delivery_id, Delivery.attempts == attempts).values(settled)
    if not session.execute(ours).rowcount:  # type: ignore[attr-defined]
        return
    if reason is None:
        session.execute(update(Webhook).where(Webhook.id == webhook_id, Webhook.failures > 0).values(failures=0))
    elif given_up:
        session.execute(update(Webhook).where(Webhook.id == webhook_id).values(failures=Webhook.failures + 1))
        enough = true() if status == GONE else Webhook.failures >= GIVEN_UP_MOST
        paused = update(Webhook).where(Webhook.id == webhook_id, Webhook.paused_at.is_(None), enough).values(paused_at=at)
        if session.execute(paused).rowcount:  # type: ignore[attr-defined]
            log.warning("webhook %s: paused, its receiver does not take what it is sent", webhook_id)


def request(url: str, secrets: Sequence[str], id: str, payload: Any, at: datetime) -> Request:
    """The message as it is posted, with a signature by each secret."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    moment = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": id,
        "Webhook-Timestamp": moment,
        "Webhook-Signature": " ".join(signature(secret, id, moment, body) for secret in secrets),
    }
    return Request(url=url, method="POST", headers=headers, body=body)


def signature(secret: str, id: str, moment: str, body: str) -> str:
    """`v1,` and the base64 of the HMAC."""
    digest = hmac.digest(base64.b64decode(secret), f"{id}.{moment}.{body}".encode(), hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()
