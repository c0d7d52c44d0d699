"""What the community of a benchmark is made of: how much of everything, and rows that point at what there is."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from hub.models import Institution, Person, Resource

PASSWORD = "correct horse battery"
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
CHUNK = 5_000  # rows of one INSERT
WORDS = (
    "customs",
    "live",
    "payment",
    "rural",
    "warehouse",
    "export",
    "brand",
    "search",
    "after-sales",
    "tax",
    "跨境",
    "直播",
    "物流",
    "选品",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is of everything."""

    institutions: int = 200
    people: int = 20_000
    bookmarks: int = 1_000_000
    tags: int = 12_000
    taggings: int = 200_000
    shelves: int = 20_000
    items: int = 200_000
    reviews: int = 60_000
    decisions: int = 20_000
    adoptions: int = 30_000
    follows: int = 60_000
    searches: int = 20_000
    partnerships: int = 800
    comments: int = 20_000
    heavy: int = 3_000  # bookmarks of the first student, who has more of everything than anybody


@dataclass(frozen=True, slots=True)
class Made:
    """Whom to sign in as: mail addresses by role in the first institution; and that institution."""

    slug: str
    people: dict[str, str]


class Rows:
    """Rows are numbered here, so that those that refer to each other need no reading back."""

    def __init__(self, session: Session, size: Size, rng: random.Random) -> None:
        self.session, self.size, self.rng = session, size, rng
        wanted = select(Resource.id).where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None)).order_by(Resource.id)
        self.resources = list(session.scalars(wanted))
        self.first_person = self.following(Person)
        self.first_house = self.following(Institution)
        self.first_shelf = 0  # as `lists` sets them
        self.items: list[tuple[int, int, int, int]] = []  # number, shelf, place, resource

    def following(self, model: Any) -> int:
        """The next number of a table."""
        return int(self.session.scalar(select(func.max(model.id))) or 0) + 1

    def put(self, model: Any, rows: Iterable[dict[str, Any]]) -> None:
        """Rows into a table, a chunk at a time."""
        waiting = iter(rows)
        while chunk := list(islice(waiting, CHUNK)):
            self.session.execute(insert(model), chunk)

    def when(self) -> datetime:
        """Some moment of this year."""
        return BEGIN + timedelta(minutes=self.rng.randrange(460_000))

    def popular(self) -> int:
        """A resource; some are met much more often than others."""
        return self.resources[int(len(self.resources) * self.rng.random() ** 3)]

    def person(self) -> int:
        """Anybody."""
        return self.first_person + self.rng.randrange(self.size.people)

    def house(self) -> int:
        """An institution; the first has the most of everything."""
        return self.first_house + int(self.size.institutions * self.rng.random() ** 2)

    def teacher(self) -> tuple[int, int]:
        """A teacher, and the institution: every fourth of the people (see `folk`)."""
        person = 4 * self.rng.randrange(max(1, self.size.people // 4)) + 1
        return self.first_person + person, self.first_house + person % self.size.institutions

    def some(self, number: int, made: Any) -> Iterator[Any]:
        """So many different things; fewer where there are no more."""
        seen = set()
        for _ in range(20 * number + 20):
            if len(seen) >= number:
                return
            thing = made()
            if thing not in seen:
                seen.add(thing)
                yield thing
