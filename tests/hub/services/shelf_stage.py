"""A school, its partner and a stranger, with people and pages, for the tests of shelves."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Institution, Partnership, Resource, Shelf
from hub.services import shelving, stocking
from hub.services.acting import Viewer
from hub.services.shelving import Wanted

from .houses import house, person


@dataclass(frozen=True)
class Stage:
    """Ann made what there is. Cleo curates her school, Tom teaches and Sam studies there; Pat teaches at the partner, Max elsewhere."""

    school: Institution
    partner: Institution
    other: Institution
    ann: Viewer
    tom: Viewer
    cleo: Viewer
    sam: Viewer
    pat: Viewer
    max: Viewer
    lone: Viewer
    pages: list[int]


def set_stage(session: Session, pages: list[int]) -> Stage:
    """Everybody; the partnership is active. Commits."""
    school, partner, other = house(session), house(session, "Parcel Works", kind="enterprise"), house(session, "Far Away")
    left, right = sorted((school.id, partner.id))
    session.add(
        Partnership(left_id=left, right_id=right, requested_by_id=left, state="active", message="", requested_at=now(), decided_at=now())
    )
    session.commit()
    staff = {name: person(session, name, school, role) for name, role in (("ann", "teacher"), ("tom", "teacher"), ("cleo", "curator"))}
    sam, lone = person(session, "sam", school, "student"), person(session, "lone")
    pat, far = person(session, "pat", partner, "teacher"), person(session, "max", other, "teacher")
    return Stage(school, partner, other, **staff, sam=sam, pat=pat, max=far, lone=lone, pages=pages)


def shelf_of(session: Session, who: Viewer, pages: list[int], *, visibility: str = "private", house_id: int | None = None) -> Shelf:
    """A shelf with these pages on it. Commits."""
    made = shelving.make(session, who, Wanted(title="Trade", about="For the spring", visibility=visibility, institution_id=house_id))
    stocking.add(session, who, made, pages)
    session.commit()
    return made


def order(session: Session, shelf: Shelf) -> list[int]:
    """The pages that stand on it."""
    session.expire_all()
    return [item.resource_id for item in stocking.items(session, shelf.id)]


def resources(session: Session) -> list[int]:
    """All pages, the oldest first."""
    return list(session.scalars(select(Resource.id).order_by(Resource.id)))
