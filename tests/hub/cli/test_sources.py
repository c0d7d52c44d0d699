"""Sources on the command line: recognised, previewed, changed, retired, restored, removed; secrets are never told."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from demo.server import running as demo_sources
from hub.db import db
from hub.models import AuditEvent


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The demo sources on loopback."""
    with demo_sources() as address:
        yield address


def shown(quick, name):
    return json.loads(quick("source", "show", name, "--json").stdout)


def test_an_address_is_recognised(quick, demo, hostile):
    found = json.loads(quick("source", "recognise", f"{demo}/repository/oai", "--json").stdout)
    assert found["proposals"][0]["kind"] == "oai-pmh" and found["asked"][0]["status"] == 200 and found["known"] == []
    assert quick("source", "add", "repo", f"{demo}/repository/oai").stdout.strip() == "1"
    assert shown(quick, "repo")["kind"] == "oai-pmh"
    assert "known already: repo" in quick("source", "recognise", f"{demo}/repository/oai").stderr
    nothing = quick("source", "recognise", hostile.url("/nothing/here"), status=1)
    assert "asked" in nothing.stderr and "404" in nothing.stderr
    assert "of no kind" in quick("source", "add", "other", hostile.url("/nothing/here"), status=2).stderr
    assert "not a web address" in quick("source", "recognise", "javascript:1", status=2).stderr


def test_a_dry_run_says_what_a_harvest_would_do(quick, demo):
    quick("source", "add", "repo", "oai-pmh", f"{demo}/repository/oai", "--draft")
    told = quick("harvest", "repo", "--dry-run", "--limit", "5").stdout
    assert "new 5, changed 0" in told and "nothing was changed" in told and "first 5" in told
    assert quick("record", "dump", "--source", "repo").stdout == ""
    assert "is a draft" in quick("harvest", "repo", status=2).stderr
    quick("source", "set", "repo", "--ready")
    quick("harvest", "repo")
    told = json.loads(quick("harvest", "repo", "--dry-run", "--json").stdout)
    assert (told["unchanged"], told["new"], told["failures"], told["state"]) == (45, 0, [], "succeeded")
    for words in (("--dry-run", "--all"), ("repo", "--dry-run", "--enqueue")):
        assert "--dry-run" in quick("harvest", *words, status=2).stderr


def test_settings_are_changed_one_by_one(quick):
    quick("source", "add", "x", "rss", "https://a.example/feed", "--option", "type=course", "--owner", "a@b.example")
    quick("source", "set", "x", "--title", "Other", "--rank", "5", "--deadline", "30", "--guard-few", "9", "--guard-share", "0.5")
    found = shown(quick, "x")
    assert (found["title"], found["rank"], found["deadline"], found["guard_few"], found["guard_share"]) == ("Other", 5, 30, 9, 0.5)
    assert (found["owner"], found["options"], found["url"]) == ("a@b.example", {"type": "course"}, "https://a.example/feed")
    quick("source", "set", "x", "--option", "type=", "--owner", "", "--deadline", "0", "--url", "https://b.example/feed")
    found = shown(quick, "x")
    assert (found["owner"], found["options"], found["deadline"], found["url"]) == (None, {}, None, "https://b.example/feed")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "x", "--url", "nowhere"), "not a web address"),
        (("set", "x", "--kind", "gopher"), "no kind of source"),
        (("set", "x", "--option", "colour=red"), "has no option"),
        (("set", "x", "--owner", "nobody"), "not an e-mail address"),
        (("set", "x", "--rank", "-1"), "rank must be from"),
        (("set", "x", "--guard-share", "2"), "guard share must be from"),
        (("set", "nobody"), "no source named nobody"),
        (("show", "nobody"), "no source named nobody"),
        (("restore", "x"), "is not retired"),
        (("remove", "x"), "is no draft"),
        (("retire", "x"), "--yes"),
        (("add", "new", "rss", "https://a.example/f"), "cannot be a source's name"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(quick, words, said):
    quick("source", "add", "x", "rss", "https://a.example/feed")
    before = shown(quick, "x")
    assert said in quick("source", *words, status=2).stderr
    assert shown(quick, "x") == before


def test_a_secret_is_never_told(quick, quick_app):
    secret = "s3cret-0123456789"
    quick("source", "add", "x", "moodle", f"https://user:{secret}@moodle.example/", "--option", f"token={secret}")
    quick("source", "set", "x", "--title", "Other")
    told = [quick("source", *words).output for words in (("show", "x"), ("show", "x", "--json"), ("list",), ("list", "--json"))]
    with quick_app.app_context():
        told.append(str([(one.before, one.after) for one in db.session.scalars(select(AuditEvent))]))
    assert not [text for text in told if secret in text]


def test_a_source_leaves_and_comes_back(quick, demo):
    quick("source", "add", "repo", "oai-pmh", f"{demo}/repository/oai")
    quick("harvest", "repo")
    quick("harvest", "repo")
    assert "42 records were withdrawn" in quick("source", "retire", "repo", "--yes").stdout
    assert "\tlive" not in quick("record", "dump", "--source", "repo").stdout
    assert "restore it first" in quick("harvest", "repo", status=2).stderr
    assert quick("check").stdout.startswith("The index and the database agree")
    quick("source", "restore", "repo")
    assert "updated 42" in quick("harvest", "repo").stdout
    assert quick("record", "dump", "--source", "repo").stdout.count("\tlive") == 42
    assert quick("check").stdout.startswith("The index and the database agree")


def test_a_draft_is_removed_with_its_previews(quick, demo):
    quick("source", "add", "feed", f"{demo}/feed/courses.xml", "--draft")
    quick("harvest", "feed", "--dry-run")
    quick("source", "remove", "feed")
    assert json.loads(quick("source", "list", "--json").stdout) == []
    assert json.loads(quick("run", "status", "--json").stdout) == []
