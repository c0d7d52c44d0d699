"""`hub tuning`: shows, changes, takes back; says no with a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

Quick = Callable[..., Any]


def shown(quick: Quick) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(quick("tuning", "show", "--json").stdout)
    return found


def test_set_show_restore(quick: Quick) -> None:
    assert shown(quick)["id"] == 0
    assert "Tuning 1 is in force." in quick("tuning", "set", "title=6", "freshness=0", "--note", "titles decide").stdout
    found = shown(quick)
    assert (found["numbers"]["title"], found["numbers"]["freshness"], found["numbers"]["k1"]) == (6, 0, 4)
    assert found["history"][0] | {"applied_at": ""} == {
        "id": 1,
        "applied_at": "",
        "person": None,
        "note": "titles decide",
        "changed": {"title": [5, 6], "freshness": [0.05, 0]},
    }
    assert "title" in quick("tuning", "show").stdout
    assert "in force already" in quick("tuning", "set", "title=6").stdout
    quick("tuning", "restore")
    assert shown(quick)["numbers"]["title"] == 5
    quick("tuning", "restore", "1")
    assert shown(quick)["numbers"]["title"] == 6


@pytest.mark.parametrize("words", [("title=99",), ("title=-1",), ("title=many",), ("title=nan",), ("colour=1",), ("title",)])
def test_what_cannot_be_meant_changes_nothing(quick: Quick, words: tuple[str, ...]) -> None:
    assert "must be" in quick("tuning", "set", "b=0.1", *words, status=2).output
    assert shown(quick)["id"] == 0


def test_a_number_that_the_history_has_not(quick: Quick) -> None:
    assert "The history has no tuning 9." in quick("tuning", "restore", "9", status=2).output
