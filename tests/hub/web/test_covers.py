"""Covers: the same id gives the same picture, small, and nothing of the outside gets into it."""

from __future__ import annotations

import hashlib
import re

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.web import covers


@given(st.text(max_size=40), st.one_of(st.none(), st.text(max_size=40)))
@settings(max_examples=60, deadline=None)
def test_any_id_gives_a_small_sound_picture(public_id: str, topic: str | None) -> None:
    svg = covers.cover(public_id, topic)
    assert svg == covers.cover(public_id, topic)
    assert len(svg) < 1_000
    root = etree.fromstring(svg)
    assert root.get("aria-hidden") == "true"
    assert {child.tag for child in root} == {"path"}
    assert all(re.fullmatch(r"k[0-3]", child.get("class") or "") for child in root)


def test_a_picture_never_changes() -> None:
    """Bookmarks and habits hang on it: this digest may only change with a decision."""
    pictures = "".join(covers.cover(f"id-{number}") for number in range(50))
    assert hashlib.sha256(pictures.encode()).hexdigest() == "95faf902dacbf7b3dc732847dae4ccfdac476d9cc2c61709231bab6d9a1e9d59"


def test_shapes_stay_inside_their_tile() -> None:
    """Turned by any quarter, a shape ends where it began and stays in its 40 by 40 square."""
    for turns in covers.PATHS:
        for x, y, steps in turns:
            assert 0 <= x <= covers.TILE and 0 <= y <= covers.TILE
            for number in re.findall(r"-?\d+", steps):
                assert abs(int(number)) <= covers.TILE
