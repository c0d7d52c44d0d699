"""Signals beside text: kept, dated, multiplied."""

from __future__ import annotations

import pytest

from search.document import FOREVER, Document
from search.tuning import SIGNALS, Tuning
from search.whoosh_index.signals import COLUMNS, DAY, FIXED, boosts, columns, value

TODAY = 20_000


def document(**given: object) -> Document:
    return Document(id=1, version=1, title="a", **given)  # type: ignore[arg-type]


def boost(made: Document, **weights: float) -> float:
    quiet = Tuning(**(dict.fromkeys(SIGNALS, 0.0) | weights))
    held = columns([made])
    assert set(held) == set(COLUMNS)
    return float(boosts(held, quiet, TODAY)[0])


@pytest.mark.parametrize("name", FIXED)
def test_a_signal_multiplies_by_its_weight_and_no_more(name: str) -> None:
    assert boost(document(signals={name: 1.0}), **{name: 0.2}) == pytest.approx(1.2)
    assert boost(document(signals={name: 0.0}), **{name: 0.2}) == pytest.approx(0.8)
    assert boost(document(signals={name: 0.5}), **{name: 0.2}) == pytest.approx(1.0, abs=0.002)
    assert boost(document(), **{name: 0.2}) == 1.0
    assert boost(document(signals={name: 1.0})) == 1.0


def test_what_changed_today_is_fresh_and_age_halves_it() -> None:
    def fresh(days: int) -> float:
        return float(value("freshness", columns([document(numbers={"modified": (TODAY - days) * DAY})]), TODAY)[0][0])

    assert fresh(0) == 1.0
    assert fresh(-30) == 1.0
    assert fresh(3 * 365) == pytest.approx(0.5)
    assert boost(document(numbers={"modified": TODAY * DAY}), freshness=0.1) == pytest.approx(1.1)
    assert boost(document(), freshness=0.1) == 1.0


def test_what_can_still_be_taken_is_told_by_its_last_day() -> None:
    assert boost(document(numbers={"until": FOREVER}), available=0.1) == pytest.approx(1.1)
    assert boost(document(numbers={"until": TODAY * DAY}), available=0.1) == pytest.approx(1.1)
    assert boost(document(numbers={"until": (TODAY - 1) * DAY}), available=0.1) == pytest.approx(0.9)
    assert boost(document(numbers={"until": -1}), available=0.1) == 1.0
