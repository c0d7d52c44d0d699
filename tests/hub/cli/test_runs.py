"""`hub run …`, `hub replay` and `hub source schedule`: what an admin does from a terminal."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def partial(quick, hostile):
    """A harvest in which one of two records failed."""
    items = [{"id": i, "type": "courses", "attributes": {"name": name}} for i, name in (("a", "Course a"), ("b", ""))]
    body = json.dumps({"links": {}, "data": items}).encode()
    hostile.page("/list", hostile.answer(body=body, headers={"Content-Type": "application/json"}))
    quick("source", "add", "list", "moochub", hostile.url("/list"))
    return json.loads(quick("harvest", "list", "--json", status=1).stdout)["run"]


def test_what_failed_is_retried(quick, partial):
    (failure,) = json.loads(quick("run", "failures", partial, "--json").stdout)
    assert failure["mended_at"] is None and failure["again_in"] is None
    summary = json.loads(quick("run", "retry", partial, "--failure", failure["id"], "--json", status=1).stdout)
    assert (summary["task"], summary["state"], summary["failed"]) == ("retry", "partial", 1)
    assert "Nothing of run" in quick("run", "retry", partial, status=2).stderr
    assert "failed again" in quick("run", "retry", partial, "--source", status=1).stdout
    number = quick("run", "retry", summary["run"] + 1, "--enqueue").stdout.strip()
    assert json.loads(quick("run", "status", number, "--json").stdout)["state"] == "queued"


def test_a_source_is_replayed(quick, partial):
    one = json.loads(quick("replay", "list", "--json", status=1).stdout)
    assert (one["task"], one["seen"], one["unchanged"], one["failed"]) == ("replay", 2, 1, 1)
    assert [run["source"] for run in json.loads(quick("replay", "--json", status=1).stdout)] == ["list"]
    assert "no source named" in quick("replay", "nothing", status=2).stderr


def test_a_run_that_is_over_is_not_resumed(quick, partial):
    assert "nothing to go on with" in quick("run", "resume", partial, status=2).stderr
    assert "no run 99" in quick("run", "resume", 99, status=2).stderr


def test_a_schedule_is_set_shown_paused_and_taken_away(quick, partial):
    said = quick("source", "schedule", "list", "0 3 * * *", "--timezone", "Asia/Shanghai").stdout.splitlines()
    assert said[0] == "list: 0 3 * * * in Asia/Shanghai" and len(said) == 6 and all(line.endswith("03:00 CST") for line in said[1:])
    shown = json.loads(quick("source", "schedule", "list", "--json").stdout)
    assert (shown["schedule"], shown["timezone"], shown["paused"], len(shown["next"])) == ("0 3 * * *", "Asia/Shanghai", False, 5)
    assert quick("source", "schedule", "list", "--pause").stdout.splitlines() == ["list: 0 3 * * * in Asia/Shanghai (rests)"]
    assert len(quick("source", "schedule", "list", "--resume").stdout.splitlines()) == 6
    assert "by hand only" in quick("source", "schedule", "list", "--off").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "0 25 * * *"], "The hour '25'"),
        (["list", "0 3 * * *", "--timezone", "Moon"], "no time zone"),
        (["list", "0 3 * * *", "--off"], "not both"),
        (["nothing"], "no source named"),
    ],
)
def test_a_schedule_that_cannot_be_is_refused(quick, partial, words, said):
    assert said in quick("source", "schedule", *words, status=2).stderr
