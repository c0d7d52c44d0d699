"""Differences of two readings: complete in what they name, bounded in what they keep."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.services import shortening

TEXTS = st.builds(lambda often, end: "same " * often + end, st.integers(0, 300), st.text(max_size=10))
PARTS = st.none() | st.booleans() | st.integers() | TEXTS
VALUES = PARTS | st.lists(PARTS, max_size=30) | st.lists(st.dictionaries(st.sampled_from(["name", "url"]), PARTS, max_size=2), max_size=3)
READINGS = st.dictionaries(st.sampled_from(["title", "description", "keywords", "agents", "free"]), VALUES, max_size=5)


def longest(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((longest(part) for part in parts), default=0)


@given(READINGS, READINGS)
def test_every_field_that_differs_is_named_and_nothing_else(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = shortening.differences(before, after)
    assert {one[0] for one in found} == {n for n in {*before, *after} if before.get(n) != after.get(n)}
    assert all(longest(value) <= shortening.TEXT_MOST + 2 for one in found for value in one[1:])
    json.dumps(found)


def test_a_long_text_is_cut_around_its_first_difference() -> None:
    common = "same " * 1000
    (field, before, after), *rest = shortening.differences({"description": f"{common}old"}, {"description": f"{common}new"})
    assert field == "description" and before.endswith("old") and after.endswith("new") and before.startswith("…") and not rest


def test_a_long_list_shows_what_it_does_not_share() -> None:
    words = [f"word {n}" for n in range(50)]
    assert shortening.differences({"keywords": words}, {"keywords": [*words, "more"]}) == [["keywords", [], ["more"]]]
    short = shortening.differences({"keywords": ["a", "b"]}, {"keywords": ["a"]})
    assert short == [["keywords", ["a", "b"], ["a"]]]
