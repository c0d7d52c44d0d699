"""What a visitor may do for an institution, checked where it is written."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.models.institution import Institution
from hub.services.acting import Viewer


class NotAllowed(Exception):
    """This visitor may not do that for this institution."""


class Closed(NotAllowed):
    """The institution has left the hub: nothing is written for it."""


def find(session: Session, slug: str) -> Institution | None:
    """The institution of this address."""
    return session.scalar(select(Institution).where(Institution.slug == slug[:100]))


def need(who: Viewer, institution: Institution, least: str) -> None:
    """Raises NotAllowed for who is no member with this role or a higher one; Closed when it has left."""
    if not who.may(institution.id, least):
        raise NotAllowed
    if institution.closed_at is not None:
        raise Closed


def need_manager(who: Viewer, institution: Institution) -> None:
    """Raises NotAllowed for who is neither an admin there nor one of the hub; Closed when it has left."""
    if not who.manages(institution.id):
        raise NotAllowed
    if institution.closed_at is not None:
        raise Closed


def need_hub_admin(who: Viewer) -> None:
    """Raises NotAllowed for who is no admin of the hub."""
    if not who.is_admin:
        raise NotAllowed


def hold(session: Session, institution: Institution) -> None:
    """Nobody else changes the institution, its members or invitations until this transaction ends.

    An UPDATE that changes nothing: it locks the row, and on SQLite, where reading locks nothing, the database for writing.
    """
    same = update(Institution).where(Institution.id == institution.id).values(version=Institution.version)
    session.execute(same, execution_options={"synchronize_session": False})
