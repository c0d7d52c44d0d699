"""What admins of the hub do to accounts: rights given and taken, accounts closed, sessions ended, a lost second factor taken away."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.account import Person, SignIn
from hub.services import auditing, registering, verifying
from hub.services.acting import Viewer

COMMAND_LINE = Viewer(None, auditing.COMMAND_LINE.name, is_admin=True)


class NotAllowed(Exception):
    """Only admins of the hub do this."""


class LastAdmin(Exception):
    """Without this one nobody could look after the hub."""


class OwnAccount(Exception):
    """An admin does not do this to themselves."""


def set_admin(session: Session, viewer: Viewer, person: Person, *, on: bool) -> bool:
    """Make or unmake an admin of the hub; their sessions end. False when nothing changes. The caller commits. Raises LastAdmin."""
    check(viewer)
    if person.is_admin == on:
        return False
    if not on:
        keep_one_admin(session, person)
    person.is_admin = on
    end(session, person)
    note(session, viewer, person, "person.admin", before={"admin": not on}, after={"admin": on})
    return True


def set_curator(session: Session, viewer: Viewer, person: Person, *, on: bool) -> bool:
    """Make or unmake a curator of the hub; their sessions end. False when nothing changes. The caller commits."""
    check(viewer)
    if person.is_curator == on:
        return False
    person.is_curator = on
    end(session, person)
    note(session, viewer, person, "person.curator", before={"curator": not on}, after={"curator": on})
    return True


def set_disabled(session: Session, viewer: Viewer, person: Person, *, on: bool) -> bool:
    """Close or open an account; when it closes, its sessions end. False when nothing changes. The caller commits.

    Raises LastAdmin, OwnAccount.
    """
    check(viewer)
    if (person.disabled_at is not None) == on:
        return False
    if on and person.id == viewer.person_id:
        raise OwnAccount
    if on and person.is_admin:
        keep_one_admin(session, person)
    person.disabled_at = now() if on else None
    end(session, person)
    note(session, viewer, person, "person.disabled" if on else "person.enabled")
    return True


def end_sessions(session: Session, viewer: Viewer, person: Person) -> None:
    """Sign somebody out everywhere. The caller commits."""
    check(viewer)
    end(session, person)
    note(session, viewer, person, "person.signed-out")


def two_factor_off(session: Session, viewer: Viewer, person: Person) -> bool:
    """For who has lost phone and recovery codes; their sessions end. False when there was none. The caller commits."""
    check(viewer)
    if person.totp_secret is None:
        return False
    verifying.turn_off(session, person)
    end(session, person)
    note(session, viewer, person, "person.two-factor-off")
    return True


def send_reset(session: Session, viewer: Viewer, person: Person, link: Callable[[str], str]) -> bool:
    """A mail with the way to a new password, which no admin sees. False for a closed account. The caller commits."""
    check(viewer)
    if person.disabled_at is not None:
        return False
    registering.ask_reset(session, person.email, link=link)
    note(session, viewer, person, "person.reset-sent")
    return True


def check(viewer: Viewer) -> None:
    """Raise NotAllowed for all but admins of the hub."""
    if not viewer.is_admin:
        raise NotAllowed


def keep_one_admin(session: Session, leaving: Person) -> None:
    """Raise LastAdmin when nobody else is one. All admins are locked first, so that two of them cannot unmake each other at the same moment
    (a write that changes nothing does it on either database)."""
    session.execute(update(Person).where(Person.is_admin).values(is_admin=True))
    others = select(func.count()).where(Person.is_admin, Person.disabled_at.is_(None), Person.id != leaving.id)
    if not session.scalar(others):
        raise LastAdmin


def end(session: Session, person: Person) -> None:
    """All sessions of this person."""
    person.session_key = secrets.token_urlsafe(32)
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))


def note(session: Session, viewer: Viewer, person: Person, action: str, *, before: Any = None, after: Any = None) -> None:
    """The step in the audit log."""
    auditing.record(session, viewer.actor, action, auditing.Subject("person", person.id, person.name), before=before, after=after)
