"""`hub harvest` as a user and a crash meet it."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import pytest


def agree(here, repository, name="repo"):
    """Server, database and index have the same records: identifiers, titles and states, not counts."""
    there = [line.split("\t") for line in repository.tsv().splitlines()]
    kept = [line.split("\t") for line in here("record", "dump", "--source", name, "--tsv").stdout.splitlines()]
    assert [(i, s) for i, _, s in kept] == [(i, s) for i, _, s in there]
    live = [(i, t) for i, t, s in there if s == "live"]
    assert [(i, t) for i, t, s in kept if s == "live"] == live
    held = [line.split("\t") for line in here("index", "dump", "--source", name, "--tsv").stdout.splitlines()]
    assert [(i, t) for i, t, _ in held] == live
    here("check")


def test_a_source_is_added_harvested_searched_and_checked(hub, here, repository):
    assert hub("source", "add", "repo", "oai-pmh", repository.url).stdout.strip() == "1"
    done = hub("harvest", "repo")
    assert "seen 250, created 250, updated 0, unchanged 0, withdrawn 0, failed 0" in done.stdout and "records/s" in done.stdout
    agree(here, repository)
    found = json.loads(hub("search", "live", "commerce", "--json").stdout)
    assert found["total"] > 0 and any(words in found["results"][0]["title"].lower() for words in ("live commerce", "直播"))
    status = json.loads(here("run", "status", "1", "--json").stdout)
    assert (status["state"], status["seen"], status["total"]) == ("succeeded", 250, 250)
    assert [s["name"] for s in json.loads(here("source", "list", "--json").stdout)] == ["repo"]


def begun(command, environment, repository, *words, pages=1):
    """Begin a command, and give its process when it has asked for so many more pages of the repository."""
    asked = repository.asked()
    process = subprocess.Popen(command(*words), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while repository.asked() < asked + pages and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return process


def kill(process, after=0.0):
    """End it as nobody can prevent, a moment later."""
    time.sleep(after)
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_killed_at_any_instant_and_run_again_nothing_is_lost_or_doubled(hub, here, slow_repository, command, process_environment):
    here("source", "add", "repo", "oai-pmh", slow_repository.url)
    for pages, after in ((1, 0.05), (5, 0.2)):
        kill(begun(command, process_environment, slow_repository, "harvest", "repo", pages=pages), after)
        assert json.loads(here("run", "status", "--json").stdout)[0]["state"] == "interrupted"
    hub("harvest", "repo")
    slow_repository.change(touch="0-30", delete="40-60", add=20)
    kill(begun(command, process_environment, slow_repository, "harvest", "repo", pages=2), 0.1)
    hub("harvest", "repo")
    agree(here, slow_repository)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_harvest_in_order(quick, slow_repository, command, process_environment, number, status):
    quick("source", "add", "repo", "oai-pmh", slow_repository.url)
    process = begun(command, process_environment, slow_repository, "harvest", "repo", pages=5)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status and "Stopped." in said and "Traceback" not in said, said
    run = json.loads(quick("run", "status", "1", "--json").stdout)
    assert run["state"] == "cancelled" and run["reason"] and 0 < run["seen"] < 250
    assert "succeeded, run 1" in quick("harvest", "repo").stdout
    kept = [line.split("\t")[0] for line in quick("record", "dump", "--source", "repo").stdout.splitlines()]
    assert kept == [line.split("\t")[0] for line in slow_repository.tsv().splitlines()]


def test_exit_status_tells_failed_records_from_a_failed_run(quick, hostile):
    good = {"id": "a", "type": "courses", "attributes": {"name": "Good", "url": "http://x.example/a"}}
    bad = {"id": "b", "type": "courses", "attributes": {}}
    hostile.page("/list", hostile.answer(body=json.dumps({"data": [good, bad]}).encode(), headers={"Content-Type": "application/json"}))
    quick("source", "add", "mixed", "moochub", hostile.url("/list"))
    done = quick("harvest", "mixed", status=1)
    assert "failed 1" in done.stdout and "b: " in done.stdout and "title" in done.stdout
    failures = quick("run", "failures", "1").stdout.split("\t")
    assert failures[0] == "b" and "title" in failures[2]
    hostile.page("/list", hostile.answer(404))
    done = quick("harvest", "mixed", status=2)
    assert "404" in done.stdout and hostile.url("/list") in done.stdout


def test_a_secret_of_a_source_is_not_shown(quick):
    quick("source", "add", "school", "moodle", "https://moodle.example.org", "--option", "token=s3cret", "--option", "search=trade")
    [shown] = json.loads(quick("source", "list", "--json").stdout)
    assert shown["options"] == {"token": "...", "search": "trade"}


def test_a_limited_look_and_a_summary_for_scripts(quick, repository):
    quick("source", "add", "repo", "oai-pmh", repository.url)
    summary = json.loads(quick("harvest", "repo", "--limit", "45", "--json").stdout)
    assert (summary["seen"], summary["created"], summary["state"]) == (45, 45, "succeeded") and "45" in summary["reason"]
    summary = json.loads(quick("harvest", "repo", "--json").stdout)
    assert (summary["seen"], summary["created"], summary["unchanged"], summary["failures"]) == (250, 205, 45, [])
    assert "has ended already" in quick("run", "stop", "2", status=2).stderr
    assert quick("check").stdout.startswith("The index and the database agree")


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
def test_what_cannot_be_done_is_one_sentence_and_status_2(quick, words, said):
    done = quick(*words, status=2)
    assert said in done.stderr


def test_a_database_that_is_not_set_up_is_told_so(command, tmp_path, process_environment):
    fresh = {**process_environment, "HUB_DATA": str(tmp_path / "new"), "DATABASE_URL": ""}
    done = subprocess.run(command("source", "list"), env=fresh, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "hub init" in done.stderr and "Traceback" not in done.stderr


def test_init_makes_everything_once(command, tmp_path, process_environment):
    fresh = {name: value for name, value in process_environment.items() if name not in ("DATABASE_URL", "SECRET_KEY")} | {
        "HUB_DATA": str(tmp_path / "new")
    }

    def init():
        done = subprocess.run(command("init", "--json"), env=fresh, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    first, second = init(), init()
    assert first["concepts"] >= 120 and first["admin"] and len(first["password"]) >= 16
    assert "password" not in second
    assert ((tmp_path / "new" / "secret-key").stat().st_mode & 0o777) == 0o600
