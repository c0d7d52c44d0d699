"""Why a resource stands where it does: its place is that of the list as visitors see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from hub.services import explaining
from hub.services.asking import Ask
from search.document import Hit, Hits
from search.query import Query


@dataclass
class Listed:
    """An index with one answer."""

    answer: Hits

    def find(self, query: Query) -> Hits:
        return self.answer


def listed(words: int) -> Any:
    """So many matches; one that is near in meaning before the third (200) and one behind the twenty-first (300)."""
    hits = [Hit(id=id, score=1.0) for id in range(1, words + 1)]
    hits.insert(2, Hit(id=200, score=0.0, related=True))
    hits.insert(22, Hit(id=300, score=0.0, related=True))
    return Listed(Hits(total=words, hits=tuple(hits), facets={}))


@pytest.mark.parametrize(
    ("words", "id", "place"),
    [(40, 2, 2), (40, 200, 3), (40, 3, 4), (40, 21, 22), (40, 300, None), (40, 22, 23), (40, 99, None), (20, 300, 22)],
)
def test_what_has_not_the_words_stands_on_the_first_page_only(session: Session, words: int, id: int, place: int | None) -> None:
    assert explaining.place_of(session, listed(words), Ask(words="course"), id) == place
