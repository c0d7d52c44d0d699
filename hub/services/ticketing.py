"""Links in mails that do one thing once. The reader has the token; we keep its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person, Ticket

KEY = "key"  # of the person's sessions when the link was made
LASTS = {"register": timedelta(hours=24), "email": timedelta(hours=24), "reset": timedelta(hours=1)}


def digest(token: str) -> str:
    """What we keep of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(session: Session, purpose: str, email: str, *, person: Person | None = None, facts: dict[str, Any] | None = None) -> str:
    """A new link for this address; older ones of the same purpose and address are void. Answers the token. The caller commits."""
    session.execute(delete(Ticket).where(Ticket.purpose == purpose, Ticket.email == email))
    token = secrets.token_urlsafe(32)
    session.add(
        Ticket(
            token_hash=digest(token),
            purpose=purpose,
            email=email,
            person_id=person.id if person else None,
            facts={**(facts or {}), **({KEY: digest(person.session_key)} if person else {})},
            created_at=now(),
            expires_at=now() + LASTS[purpose],
        )
    )
    session.flush()
    return token


def look(session: Session, purpose: str, token: str) -> Ticket | None:
    """The ticket, while it is good; looking does not use it. What ends all sessions of a person (a new password, say) also voids their
    links: somebody who was in the account before has no way back."""
    wanted = select(Ticket).where(Ticket.token_hash == digest(token[:200]), Ticket.purpose == purpose, Ticket.expires_at > now())
    ticket = session.scalar(wanted)
    if ticket is None or ticket.person_id is None:
        return ticket
    person = session.get(Person, ticket.person_id)
    return ticket if person is not None and ticket.facts.get(KEY) == digest(person.session_key) else None


def use(session: Session, ticket: Ticket) -> bool:
    """Use it; False when somebody was faster. The caller commits."""
    used = session.execute(delete(Ticket).where(Ticket.id == ticket.id), execution_options={"synchronize_session": False})
    return bool(used.rowcount)  # type: ignore[attr-defined]
