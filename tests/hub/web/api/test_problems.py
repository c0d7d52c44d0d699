"""What programs hear when something is wrong."""

from __future__ import annotations

import pytest

from .conftest import Program, Programs


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/search", 405),
        ("GET", "/search?limit=0", 422),
        ("GET", "/search?limit=101", 422),
        ("GET", "/search?limit=1&limit=2", 422),
        ("GET", "/search?colour=red", 422),
        ("GET", "/search?facets=colour", 422),
        ("GET", "/search?q=%00", 422),
        ("GET", "/search?access_token=och_x", 422),
        ("GET", "/resources?updated_since=yesterday", 422),
        ("GET", "/resources?updated_since=-1", 422),
        ("GET", "/resources?updated_since=0001-01-01T00:00:00%2B14:00", 422),
        ("GET", "/resources/%00", 404),
        ("GET", "/bookmarks", 401),
    ],
)
def test_everything_wrong_is_a_problem(anybody: Program, method: str, path: str, status: int) -> None:
    answer = anybody.ask(method, path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["title"] and answer.json["detail"]
    if status == 422:
        assert answer.json["errors"][0]["parameter"]


def test_what_is_not_there_is_a_problem_at_every_depth(anybody: Program) -> None:
    for path in ("/api", "/api/", "/api/v2", "/api/v1/nothing"):
        answer = anybody.client.get(path, headers={"Accept": "text/html"})
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), path


def test_a_body_is_checked_before_it_is_used(program: Programs) -> None:
    mine, path = program("teacher", "bookmarks"), "/bookmarks/whatever"
    assert mine.ask("PUT", path, data="x").status_code == 415
    assert mine.ask("PUT", path, data="{", content_type="application/json").status_code == 400
    assert mine.ask("PUT", path, data='{"note": NaN}', content_type="application/json").status_code == 400
    assert mine.ask("PUT", path, data="[" * 100_000, content_type="application/json").status_code == 400
    assert mine.ask("PUT", path, data=b'{"note": "' + b"x" * 300_000 + b'"}', content_type="application/json").status_code == 413
    for sent, pointer in (({"note": 3}, "/note"), ({"status": "x"}, "/status"), ({"colour": 1}, "/colour"), ({"note": "a\0b"}, "/note")):
        answer = mine.ask("PUT", path, json=sent)
        assert answer.status_code == 422, answer.text
        assert answer.json["errors"][0]["pointer"] == pointer
