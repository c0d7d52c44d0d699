"""Counts in sixteen bits, and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.tuning import Tuning
from search.whoosh_index.occurrences import ALWAYS, MOST, TEXTS, add, counts, weights


@given(st.fixed_dictionaries({name: st.integers(0, 100) for name in TEXTS}))
def test_counts_come_back_up_to_their_bounds(times: dict[str, int]) -> None:
    codes: dict[str, int] = {}
    for name in TEXTS:
        add(codes, ["word"] * times[name], name)
    expected = {name: min(times[name], MOST[name]) for name in TEXTS if times[name]}
    assert counts(codes.get("word", 0)) == expected
    assert 0 <= codes.get("word", 0) < 1 << 16


@given(st.fixed_dictionaries({name: st.integers(0, 3) for name in TEXTS}), st.floats(0, 20), st.floats(0, 20))
def test_a_code_weighs_its_counts_times_the_weights(times: dict[str, int], title: float, description: float) -> None:
    codes: dict[str, int] = {}
    for name in TEXTS:
        add(codes, ["word"] * times[name], name)
    rules = Tuning(title=title, description=description)
    expected = sum(min(times[name], MOST[name]) * getattr(rules, name) for name in TEXTS)
    made = weights(rules)[codes.get("word", 0)]
    assert abs(made - expected) <= max(1e-4, expected * 1e-5)
    assert made >= ALWAYS or not codes
