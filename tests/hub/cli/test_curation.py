"""Curation from the command line: the same steps, the same history."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Quick = Callable[..., Result]


@pytest.fixture
def id(quick: Quick, tmp_path: Path) -> str:
    """A resource added from a file."""
    file = tmp_path / "one.json"
    text = "One chapter is about last-mile delivery."
    file.write_text(json.dumps({"title": "Payment gateways", "keywords": ["a", "b"], "summary": text}))
    return quick("resource", "add", file).output.strip()


def shown(quick: Quick, id: str) -> dict[str, Any]:
    return dict(json.loads(quick("resource", "show", id, "--json").output)["fields"])


def test_correct_release_history_and_revert(quick: Quick, id: str) -> None:
    assert quick("resource", "correct", id, "keywords", "x\\ny", "--note", "why").output == "Done.\n"
    assert shown(quick, id)["keywords"] == {"value": "x\ny", "locked": True, "source": "a\nb", "disagrees": False}
    assert "* keywords" in quick("resource", "show", id).output
    assert [row["value"] for row in json.loads(quick("resource", "corrections", "--json").output)] == ["x\ny"]
    assert quick("resource", "keep", id, "keywords").output == "It was so already.\n"
    (step, *_) = json.loads(quick("resource", "history", id, "--json").output)
    assert (step["person"], step["action"], step["note"]) == ("command line", "resource.corrected", "why")
    assert quick("resource", "release", id, "keywords").output == "Done.\n"
    quick("resource", "revert", json.loads(quick("resource", "history", id, "--json").output)[0]["id"])
    assert shown(quick, id)["keywords"]["value"] == "x\ny"
    quick("resource", "revert", step["id"])
    assert shown(quick, id)["keywords"]["value"] == "a\nb"
    assert quick("resource", "history", id).output.count("\n") == 5


def test_hide_restore_withdraw(quick: Quick, id: str) -> None:
    quick("resource", "hide", id, "A double")
    assert "(hidden)" in quick("resource", "show", id).output
    assert quick("resource", "hide", id, "again").output == "It was so already.\n"
    quick("resource", "restore", id)
    quick("resource", "withdraw", id)
    assert "withdrawn" in quick("resource", "show", id, status=2).output
    assert "A double" in quick("audit", "--action", "resource.hidden").output
    assert len(json.loads(quick("audit", "--json", "--subject", "resource").output)) == 4


def test_topics(quick: Quick, id: str) -> None:
    waiting = json.loads(quick("topic", "list", "--json").output)
    assert waiting and {one["id"] for one in waiting} == {id} and waiting[0]["evidence"]
    assert quick("topic", "reject", id, waiting[0]["topic"]).output == "Done.\n"
    assert quick("topic", "accept", id, "law").output == "Done.\n"
    assert waiting[0]["topic"] not in quick("topic", "list").output.split("\t")
    assert quick("topic", "accept", id, "alipay", "--platform").output == "Done.\n"


def test_many_at_once(quick: Quick, id: str) -> None:
    quick("index", "sync")
    assert quick("resource", "bulk", "payment", "--do", "level", "--value", "advanced", "--dry-run").output == "1 resources\n"
    edit = quick("resource", "bulk", "", "-f", "source=by-hand", "--do", "level", "--value", "advanced", status=2)
    assert "Facets:" in edit.output
    edit = quick("resource", "bulk", "payment", "--do", "level", "--value", "advanced")
    assert shown(quick, id)["levels"]["value"] == "advanced"
    assert quick("resource", "undo", edit.output.strip()).output == "1 resources are as they were\n"
    assert shown(quick, id)["levels"]["value"] == ""
    quick("resource", "undo", edit.output.strip(), status=2)


@pytest.mark.parametrize(
    "words",
    [
        ("show", "nothing"),
        ("correct", "ID", "colour", "red"),
        ("correct", "ID", "url", "javascript:1"),
        ("correct", "ID", "title", ""),
        ("release", "nothing", "title"),
        ("hide", "ID", " "),
        ("revert", "999"),
        ("undo", "999"),
        ("bulk", "x", "--do", "add-topic", "--value", "nothing"),
    ],
)
def test_what_cannot_be(quick: Quick, id: str, words: tuple[str, ...]) -> None:
    answer = quick("resource", *(id if word == "ID" else word for word in words), status=2)
    assert answer.output.startswith("Error: ")


def test_files_that_are_none(quick: Quick, id: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    for text in (
        "{",
        "[]",
        '{"title": ""}',
        '{"title": "T", "colour": "red"}',
        '{"title": "T", "free": "x"}',
        '{"title": "payment gateways"}',
    ):
        file.write_text(text)
        quick("resource", "add", file, status=2)
    assert quick("resource", "add", file, "--known").output.strip() != id
    quick("topic", "accept", id, "nothing", status=2)
