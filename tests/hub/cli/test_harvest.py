"""`hub harvest` as a user and a crash meet it."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time

import pytest

ROOT_RANDOM = random.Random(20261123)  # the same instants on every run


def agree(hub, repository, name="repo"):
    """Server, database and index have the same records: identifiers, titles and states, not counts."""
    there = [line.split("\t") for line in repository.tsv().splitlines()]
    kept = [line.split("\t") for line in hub("record", "dump", "--source", name, "--tsv").stdout.splitlines()]
    assert [(i, s) for i, _, s in kept] == [(i, s) for i, _, s in there]
    live = [(i, t) for i, t, s in there if s == "live"]
    assert [(i, t) for i, t, s in kept if s == "live"] == live
    held = [line.split("\t") for line in hub("index", "dump", "--source", name, "--tsv").stdout.splitlines()]
    assert [(i, t) for i, t, _ in held] == live
    hub("check")


def test_a_source_is_added_harvested_searched_and_checked(hub, repository):
    assert hub("source", "add", "repo", "oai-pmh", repository.url).stdout.strip() == "1"
    done = hub("harvest", "repo")
    assert "seen 250, created 250, updated 0, unchanged 0, withdrawn 0, failed 0" in done.stdout and "records/s" in done.stdout
    agree(hub, repository)
    found = json.loads(hub("search", "live", "commerce", "--json").stdout)
    assert found["total"] > 0 and "live commerce" in found["results"][0]["title"].lower()
    status = json.loads(hub("run", "status", "1", "--json").stdout)
    assert (status["state"], status["seen"], status["total"]) == ("succeeded", 250, 250)
    assert [s["name"] for s in json.loads(hub("source", "list", "--json").stdout)] == ["repo"]
    summary = json.loads(hub("harvest", "repo", "--full", "--json").stdout)
    assert (summary["unchanged"], summary["created"], summary["failures"]) == (250, 0, [])


@pytest.mark.slow
def test_killed_at_any_instant_and_run_again_nothing_is_lost_or_doubled(hub, repository, command, process_environment):
    hub("source", "add", "repo", "oai-pmh", repository.url)
    for _ in range(4):
        process = subprocess.Popen(command("harvest", "repo"), env=process_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(ROOT_RANDOM.uniform(0.7, 3.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
    hub("harvest", "repo")
    agree(hub, repository)
    repository.change(touch="0-30", delete="40-60", add=20)
    process = subprocess.Popen(command("harvest", "repo"), env=process_environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.5)
    process.send_signal(signal.SIGKILL)
    process.wait()
    hub("harvest", "repo")
    agree(hub, repository)


def test_exit_status_tells_failed_records_from_a_failed_run(hub, hostile):
    items = [{"id": "a", "type": "courses", "attributes": {"name": "Good", "url": "http://x.example/a"}}, {"id": "b", "type": "courses", "attributes": {}}]
    hostile.page("/list", hostile.answer(body=json.dumps({"data": items}).encode(), headers={"Content-Type": "application/json"}))
    hub("source", "add", "mixed", "moochub", hostile.url("/list"))
    done = hub("harvest", "mixed", status=1)
    assert "failed 1" in done.stdout and "b: " in done.stdout and "title" in done.stdout
    failures = hub("run", "failures", "1").stdout.split("\t")
    assert failures[0] == "b" and "title" in failures[2]
    hostile.page("/list", hostile.answer(404))
    done = hub("harvest", "mixed", status=2)
    assert "404" in done.stdout and hostile.url("/list") in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("source", "add", "x", "oai-pmh", "repository"), "not a web address"),
        (("source", "add", "x", "oai-pmh", "ftp://a.example/"), "not a web address"),
        (("source", "add", "x", "gopher", "http://a.example/"), "no kind of source called"),
        (("source", "add", "X Y", "rss", "http://a.example/"), "cannot be a source's name"),
        (("source", "add", "x", "rss", "http://a.example/", "--option", "set=1"), "has no option set"),
        (("source", "add", "x", "rss", "http://a.example/", "--option", "set"), "KEY=VALUE"),
        (("source", "add", "x", "rss"), "Give NAME, KIND and URL"),
        (("source", "add", "nowhere"), "not in the list of known sources"),
        (("harvest", "nowhere"), "There is no source named nowhere"),
        (("harvest",), "Name one source"),
        (("harvest", "--all"), "There are no sources yet"),
        (("run", "status", "99"), "There is no run 99"),
        (("record", "dump", "--source", "nowhere"), "There is no source named nowhere"),
        (("search", "x", "--filter", "colour=red"), "FACET=VALUE"),
        (("user", "add", "nobody"), "not an e-mail address"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_2(hub, words, said):
    done = hub(*words, status=2)
    assert said in done.stderr


def test_a_database_that_is_not_set_up_is_told_so(command, tmp_path, process_environment):
    fresh = {**process_environment, "HUB_DATA": str(tmp_path / "new"), "DATABASE_URL": ""}
    done = subprocess.run(command("source", "list"), env=fresh, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "hub init" in done.stderr and "Traceback" not in done.stderr


def test_init_makes_everything_once(command, tmp_path, process_environment):
    fresh = {name: value for name, value in process_environment.items() if name not in ("DATABASE_URL", "SECRET_KEY")} | {"HUB_DATA": str(tmp_path / "new")}

    def init():
        done = subprocess.run(command("init", "--json"), env=fresh, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    first, second = init(), init()
    assert first["concepts"] >= 120 and first["admin"] and len(first["password"]) >= 16
    assert "password" not in second
    assert ((tmp_path / "new" / "secret-key").stat().st_mode & 0o777) == 0o600
