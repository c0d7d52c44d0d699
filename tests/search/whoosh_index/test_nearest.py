"""Distances of many words at once, held to the textbook's table of one pair."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.document import Document
from search.opening import open_index
from search.whoosh_index.engine import WhooshIndex
from search.whoosh_index.nearest import LONGEST, distances, nearest

letters = st.text("abc", min_size=3, max_size=9)


def distance(one: str, other: str) -> int:
    """Optimal string alignment."""
    table = {(at, 0): at for at in range(len(one) + 1)} | {(0, at): at for at in range(len(other) + 1)}
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]


@given(letters, st.lists(letters, min_size=1, max_size=8), st.integers(1, 2))
def test_distances_are_those_of_the_table(text: str, words: list[str], most: int) -> None:
    codes = np.array([word.encode() for word in words], f"S{LONGEST}").view(np.uint8).reshape(len(words), LONGEST)
    assert distances(text, codes, most).tolist() == [min(distance(text, word), most + 1) for word in words]


def test_the_nearest_then_the_most_frequent() -> None:
    index = open_index("memory:")
    assert isinstance(index, WhooshIndex)
    titles = ["marketing", "marketing", "marketings", "parketing", "b2b café", "мир", "x" * LONGEST, "naïve 营销"]
    index.apply([Document(id=id, version=1, title=title) for id, title in enumerate(titles, 1)], ())
    snapshot = index.snapshot()
    assert nearest(snapshot, "markting") == "marketing"
    assert nearest(snapshot, "arketing") == "marketing"
    assert nearest(snapshot, "pakreting") == "parketing"
    assert nearest(snapshot, "cafee") == "cafe"
    assert nearest(snapshot, "x" * (LONGEST - 1)) == "x" * LONGEST
    assert nearest(snapshot, "zzzz") is None
    assert nearest(open_index("memory:").snapshot(), "word") is None  # type: ignore[attr-defined]
