"""What has had its time: sessions, links of mails, counts of failures and of tries, old signing keys."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import SignIn, SignInFailure, Throttle, Ticket
from hub.services import keying

REMEMBERED = timedelta(days=2)  # counts of failures and of tries; none of their windows is longer than a day


def expire(session: Session) -> int:
    """Delete it; answers how many rows. Commits."""
    moment, gone = now(), 0
    for model, over in (
        (SignIn, SignIn.expires_at < moment),
        (Ticket, Ticket.expires_at < moment),
        (SignInFailure, SignInFailure.last_at < moment - REMEMBERED),
        (Throttle, Throttle.since < moment - REMEMBERED),
    ):
        gone += session.execute(delete(model).where(over), execution_options={"synchronize_session": False}).rowcount  # type: ignore[attr-defined]
    gone += keying.forget(session)
    session.commit()
    return gone
