"""Topics, providers, institutions and shelves of which a person wants to hear. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.shelf import Shelf
from hub.models.study import Follow
from hub.services import labelling
from hub.services.acting import Viewer, visible
from hub.services.subscribing import ALERTS

SUBJECTS = ("topic", "provider", "institution", "shelf")
KEY_MOST = 100
MOST = 500  # of one person
PAGE = 50
PLACES = {"topic": "/topics/", "provider": "/providers/", "institution": "/institutions/", "shelf": "/shelves/"}


class TooMany(Exception):
    """The person follows as much as anybody may."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is followed, in words; `name` is None when it is there no longer, or may no longer be seen."""

    subject: str
    key: str
    name: str | None
    name_zh: str | None = None
    number: int | None = None  # of the institution or shelf

    @property
    def address(self) -> str:
        """Its page."""
        return PLACES[self.subject] + self.key


@dataclass(frozen=True, slots=True)
class Line:
    """A follow in the list."""

    follow: Follow
    about: Subject


@dataclass(frozen=True, slots=True)
class Page:
    """A part of what one follows."""

    lines: tuple[Line, ...]
    total: int
    pages: int


def follow(session: Session, person_id: int, subject: str, key: str, alert: str = "none") -> Follow:
    """Follow something that is there; what is followed already stays as it is. Raises TooMany."""
    if (there := of(session, person_id, subject, key)) is not None:
        return there
    if (session.scalar(select(func.count()).where(Follow.person_id == person_id)) or 0) >= MOST:
        raise TooMany
    made = Follow(person_id=person_id, subject=subject, key=key, alert=alert, checked_at=now(), created_at=now())
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # followed in another window at this moment
        return session.scalars(select(Follow).where(Follow.person_id == person_id, Follow.subject == subject, Follow.key == key)).one()
    return made


def of(session: Session, person_id: int | None, subject: str, key: str) -> Follow | None:
    """This person's follow of this thing."""
    if person_id is None:
        return None
    return session.scalar(select(Follow).where(Follow.person_id == person_id, Follow.subject == subject, Follow.key == key))


def one(session: Session, person_id: int, number: int) -> Follow | None:
    """One's own follow; nobody else's is there."""
    return session.scalar(select(Follow).where(Follow.person_id == person_id, Follow.id == number))


def change(row: Follow, *, alert: str, at: datetime) -> None:
    """Another alert. One that begins counts from now."""
    if alert not in ALERTS:
        raise ValueError(alert)
    if row.alert == "none" and alert != "none":
        row.checked_at = at
    row.alert = alert


def page(session: Session, who: Viewer, *, language: str, number: int = 1) -> Page:
    """What one follows, by kind, the latest first."""
    total = session.scalar(select(func.count()).where(Follow.person_id == who.person_id)) or 0
    rows = session.scalars(
        select(Follow)
        .where(Follow.person_id == who.person_id)
        .order_by(Follow.subject.desc(), Follow.id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    ).all()
    known = subjects(session, who, [(row.subject, row.key) for row in rows], language=language)
    return Page(tuple(Line(row, known[row.subject, row.key]) for row in rows), total, -(-total // PAGE))


def subjects(
    session: Session, who: Viewer, wanted: Sequence[tuple[str, str]], *, language: str = "en"
) -> Mapping[tuple[str, str], Subject]:
    """What these are, as far as this visitor may see them. At most four queries."""
    by_kind = {kind: [key for subject, key in wanted if subject == kind] for kind in SUBJECTS}
    found: dict[tuple[str, str], Subject] = {pair: Subject(*pair, None) for pair in wanted}
    if by_kind["topic"]:
        topics = labelling.vocabulary(session, language).topics
        chinese = labelling.vocabulary(session, "zh-Hans").topics
        for key in by_kind["topic"]:
            if key in topics.by_notation:
                found["topic", key] = Subject("topic", key, topics.label(key), chinese.label(key))
    for kind, query in queries(who, by_kind):
        for key, name, name_zh, number in session.execute(query):
            found[kind, key] = Subject(kind, key, name, name_zh, number)
    return found


def queries(who: Viewer, by_kind: Mapping[str, Sequence[str]]) -> list[tuple[str, Any]]:
    """The queries for names: (key, name, Chinese name, number)."""
    made: list[tuple[str, Any]] = []
    if keys := by_kind["provider"]:
        lasts = select(func.max(Resource.id)).where(Resource.provider_slug.in_(keys)).group_by(Resource.provider_slug)
        wanted = select(Resource.provider_slug, Resource.provider, Resource.provider, Resource.id)
        made.append(("provider", wanted.where(Resource.id.in_(lasts))))
    if keys := by_kind["institution"]:
        houses = select(Institution.slug, Institution.name, Institution.name_zh, Institution.id)
        made.append(("institution", houses.where(Institution.slug.in_(keys), Institution.closed_at.is_(None))))
    if keys := by_kind["shelf"]:
        shelves = select(Shelf.public_id, Shelf.title, Shelf.title, Shelf.id)
        made.append(("shelf", shelves.where(Shelf.public_id.in_(keys), visible(Shelf, who))))
    return made


def subject(session: Session, who: Viewer, kind: str, key: str, *, language: str = "en") -> Subject | None:
    """One thing that can be followed; None when it is not there for this visitor."""
    if kind not in SUBJECTS or not 0 < len(key) <= KEY_MOST or "\0" in key:
        return None
    found = subjects(session, who, [(kind, key)], language=language)[kind, key]
    return found if found.name is not None else None
