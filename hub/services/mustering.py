"""All institutions, to be looked through: by kind, by words, verified or not, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from hub.models.adoption import Adoption
from hub.models.institution import KINDS, Institution, Logo, Membership
from hub.models.review import Review
from hub.models.shelf import Shelf
from hub.services import paging
from hub.services.paging import Place

PAGE = 24


@dataclass(frozen=True, slots=True)
class Entry:
    """An institution in a list; numbers are of what everybody sees."""

    id: int
    slug: str
    name: str
    name_zh: str | None
    kind: str
    place: str
    about: str
    verified: bool
    closed: bool
    logo: str | None
    members: int
    shelves: int
    reviews: int
    adoptions: int


@dataclass(frozen=True, slots=True)
class Muster:
    """A page of the list; `kinds` counts each kind under the other filters."""

    entries: tuple[Entry, ...]
    total: int
    pages: int
    kinds: dict[str, int]
    following: Place | None


def listed(
    session: Session,
    *,
    kind: str = "",
    words: str = "",
    verified: bool = False,
    state: str = "open",
    page: int = 1,
    after: Place | None = None,
    limit: int = PAGE,
) -> Muster:
    """Institutions by name. `state`: open | closed | unverified (open, and nobody has vouched for it yet) | all."""
    found = matching(words, verified=verified, state=state)
    kinds = {
        name: count for name, count in session.execute(found.with_only_columns(Institution.kind, func.count()).group_by(Institution.kind))
    }
    if kind in KINDS:
        found = found.where(Institution.kind == kind)
    total = kinds.get(kind, 0) if kind in KINDS else sum(kinds.values())
    wanted = found.with_only_columns(Institution, Logo.digest).outerjoin(Logo, Logo.institution_id == Institution.id)
    keys = [paging.Key(func.lower(Institution.name)), paging.Key(Institution.id)]
    rows, following = paging.part(session, wanted, keys, after=after, limit=limit, skip=(max(page, 1) - 1) * limit)
    counts = counts_of(session, [row[0].id for row in rows])
    return Muster(tuple(entry(one, logo, counts) for one, logo, *_ in rows), total, -(-total // limit), kinds, following)


def matching(words: str, *, verified: bool, state: str) -> Select[Any]:
    """The institutions that are wanted, of any kind."""
    found = select(Institution)
    for word in words.split()[:5]:
        columns = (Institution.name, Institution.name_zh, Institution.place)
        found = found.where(or_(*(func.lower(column).contains(word.lower(), autoescape=True) for column in columns)))
    if verified:
        found = found.where(Institution.verified_at.is_not(None))
    if state == "closed":
        return found.where(Institution.closed_at.is_not(None))
    if state == "unverified":
        return found.where(Institution.closed_at.is_(None), Institution.verified_at.is_(None))
    return found if state == "all" else found.where(Institution.closed_at.is_(None))


def counts_of(session: Session, ids: Sequence[int]) -> dict[str, dict[int, int]]:
    """For each number of Entry: institution -> how many."""
    asked: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "members": (Membership, ()),
        "shelves": (Shelf, (Shelf.visibility == "public",)),
        "reviews": (Review, (Review.visibility == "public", Review.hidden_at.is_(None))),
        "adoptions": (Adoption, (Adoption.visibility == "public", Adoption.hidden_at.is_(None))),
    }
    found = {}
    for name, (model, more) in asked.items():
        wanted = select(model.institution_id, func.count()).where(model.institution_id.in_(ids), *more).group_by(model.institution_id)
        found[name] = {id: count for id, count in session.execute(wanted)} if ids else {}
    return found


def entry(one: Institution, logo: str | None, counts: dict[str, dict[int, int]]) -> Entry:
    """One institution of the list."""
    numbers = {name: count.get(one.id, 0) for name, count in counts.items()}
    return Entry(
        id=one.id,
        slug=one.slug,
        name=one.name,
        name_zh=one.name_zh,
        kind=one.kind,
        place=one.place,
        about=one.about,
        verified=one.verified_at is not None,
        closed=one.closed_at is not None,
        logo=logo,
        **numbers,
    )


@dataclass(frozen=True, slots=True)
class Choice:
    """An institution to choose in a form."""

    slug: str
    name: str
    name_zh: str | None


def choices(session: Session, *, but: int, limit: int = 500) -> tuple[Choice, ...]:
    """All that are open, by name."""
    rows = session.execute(
        select(Institution.slug, Institution.name, Institution.name_zh)
        .where(Institution.closed_at.is_(None), Institution.id != but)
        .order_by(func.lower(Institution.name))
        .limit(limit)
    )
    return tuple(Choice(slug, name, name_zh) for slug, name, name_zh in rows)
