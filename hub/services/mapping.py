"""The addresses of everything that the public can look at, for sitemaps: in parts that a site of any size can give at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.shelf import Shelf
from hub.models.topic import Concept
from hub.services import naming

PART = 45_000  # numbers of resources in a part; the protocol allows 50,000 addresses
AT_ONCE = 1_000
OTHERS_MOST = 10_000  # shelves, institutions, providers: of each
ALIVE = (Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None))


@dataclass(frozen=True, slots=True)
class Part:
    """A range of resources by number; when the last of them changed."""

    number: int  # from 1
    changed: datetime


def parts(session: Session) -> list[Part]:
    """The parts in which there is something. One look at an index for each."""
    last = session.scalar(select(func.max(Resource.id))) or 0
    found = ((number, changed(session, number)) for number in range(1, -(-last // PART) + 1))
    return [Part(number, when) for number, when in found if when is not None]


def changed(session: Session, number: int) -> datetime | None:
    """When the last resource of a part changed; None when there is none."""
    low = (number - 1) * PART
    number_of = Resource.id + 0  # so that the index of changes is walked, the latest first, and not all rows of the part
    wanted = select(Resource.updated_at).where(number_of > low, number_of <= low + PART).order_by(Resource.updated_at.desc())
    return session.scalar(wanted.limit(1))


def resources(session: Session, number: int) -> Iterator[tuple[str, str, datetime]]:
    """(public id, slug, last change) of a part's resources that can be found, read a few at a time."""
    after, end = (number - 1) * PART, number * PART
    while after < end:
        rows = session.execute(
            select(Resource.id, Resource.public_id, Resource.title, Resource.updated_at)
            .where(Resource.id > after, Resource.id <= end, *ALIVE)
            .order_by(Resource.id)
            .limit(AT_ONCE)
        ).all()
        yield from ((row.public_id, naming.slug(row.title), row.updated_at) for row in rows)
        after = rows[-1].id if len(rows) == AT_ONCE else end


def others(session: Session) -> Iterator[tuple[str, datetime | None]]:
    """(path, last change where it is known) of topics, providers, institutions and public shelves."""
    concepts = select(Concept.notation).where(Concept.scheme == "topic", Concept.retired_at.is_(None)).order_by(Concept.position)
    yield from ((f"/topics/{notation}", None) for notation in session.scalars(concepts))
    slugs = select(Resource.provider_slug).where(Resource.provider_slug.is_not(None)).distinct().limit(OTHERS_MOST)
    yield from ((f"/providers/{slug}", None) for slug in sorted(filter(None, session.scalars(slugs))))
    houses = select(Institution.slug).where(Institution.closed_at.is_(None)).order_by(Institution.id).limit(OTHERS_MOST)
    yield from ((f"/institutions/{slug}", None) for slug in session.scalars(houses))
    shelves = select(Shelf.public_id, Shelf.updated_at).where(Shelf.visibility == "public").order_by(Shelf.updated_at.desc())
    yield from ((f"/shelves/{public_id}", when) for public_id, when in session.execute(shelves.limit(OTHERS_MOST)))
