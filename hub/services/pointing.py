"""Which resource an address names, as those see it who say something of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.institution import InstitutionName
from hub.models.resource import Resource
from hub.services import affiliating, naming
from hub.services.acting import Seat, Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A resource of which somebody says something."""

    id: int
    public_id: str
    slug: str
    title: str
    language: str | None
    institution: str | None  # who made it
    provider: str | None
    withdrawn_at: datetime | None

    @property
    def path(self) -> str:
        """The address of its page."""
        return f"/resources/{self.public_id}-{self.slug}".rstrip("-")


def target(session: Session, who: Viewer, public_id: str) -> Target | None:
    """The resource of this public id, or the one into which it was merged; hidden ones are there for curators alone."""
    columns = (Resource.id, Resource.merged_into_id)
    row = session.execute(select(*columns).where(Resource.public_id == public_id.partition("-")[0][:16])).first()
    return None if row is None else by_id(session, who, row.merged_into_id or row.id)


def by_id(session: Session, who: Viewer, resource_id: int) -> Target | None:
    """The same, by its number."""
    columns = ("id", "public_id", "title", "languages", "institution", "provider", "withdrawn_at", "hidden_at", "merged_into_id")
    for _step in range(8):  # of merges; they lead to the last at once, but for one that is being made
        row = session.execute(select(*(getattr(Resource, name) for name in columns)).where(Resource.id == resource_id)).first()
        if row is None or row.merged_into_id is None:
            break
        resource_id = row.merged_into_id
    if row is None or row.merged_into_id is not None or (row.hidden_at is not None and not who.is_curator):
        return None
    return Target(
        id=row.id,
        public_id=row.public_id,
        slug=naming.slug(row.title),
        title=row.title,
        language=row.languages[0] if row.languages else None,
        institution=row.institution,
        provider=row.provider,
        withdrawn_at=row.withdrawn_at,
    )


def makers(session: Session, who: Viewer, made_by: tuple[str | None, ...]) -> tuple[Seat, ...]:
    """Those of the visitor's institutions that made or offer what these names (`institution`, `provider`) made. At most one query."""
    wanted = {affiliating.folded(name) for name in made_by if name} - {frozenset()}
    if not wanted or not who.seats:
        return ()
    rows = session.execute(
        select(InstitutionName.institution_id, InstitutionName.name).where(InstitutionName.institution_id.in_(who.institution_ids))
    ).all()
    known = [(id, name) for id, name in rows] + [(s.institution_id, name) for s in who.seats for name in (s.name, s.name_zh) if name]
    theirs = {id for id, name in known if affiliating.folded(name) in wanted}
    return tuple(seat for seat in who.seats if seat.institution_id in theirs)
