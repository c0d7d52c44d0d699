"""Institutions and people for the tests of what they do."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Institution, Membership, Person
from hub.services import acting, founding, joining
from hub.services.acting import Viewer
from hub.services.auditing import COMMAND_LINE
from hub.services.founding import Facts


def house(session: Session, name: str = "Example School", *, kind: str = "university", verified: bool = False) -> Institution:
    """An institution."""
    made = founding.found(session, COMMAND_LINE, Facts(name=name, kind=kind), verified=verified)
    session.commit()
    return made


def person(session: Session, name: str, institution: Institution | None = None, role: str = "admin", *, admin: bool = False) -> Viewer:
    """Somebody, a member of this institution."""
    made = Person(
        email=f"{name}@school.example",
        name=name.title(),
        password_hash="",
        session_key=name,
        is_admin=admin,
        created_at=now(),
        confirmed_at=now(),
    )
    session.add(made)
    session.flush()
    if institution is not None:
        session.add(Membership(person_id=made.id, institution_id=institution.id, role=role, created_at=now()))
    session.commit()
    return who(session, made.id)


def who(session: Session, person_id: int | None) -> Viewer:
    """The same as they stand now."""
    found = joining.get(session, person_id or 0)
    assert found is not None
    return acting.viewer(session, found)
