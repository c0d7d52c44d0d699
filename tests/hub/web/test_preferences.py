"""Language and theme: chosen by the visitor, kept in a cookie, never a way to another site."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("de,fr;q=0.8", "en"),
        ("fr, zh;q=0.5, en;q=0.4", "zh-Hans"),
        ("", "en"),
        ("en-US", "en"),
    ],
)
def test_the_browser_says_which_language(visitor: FlaskClient, wanted: str, language: str) -> None:
    answer = visitor.get("/about", headers={"Accept-Language": wanted})
    assert f'<html lang="{language}"' in answer.get_data(as_text=True)
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].replace(" ", "").split(","))


def test_a_choice_is_kept_and_leaves_the_address(visitor: FlaskClient) -> None:
    answer = visitor.get("/search?q=a%26b&lang=zh-Hans&type=course")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/search?q=a%26b&type=course"
    assert '<html lang="zh-Hans"' in visitor.get("/about", headers={"Accept-Language": "en"}).get_data(as_text=True)
    visitor.get("/?lang=en")
    assert '<html lang="en"' in visitor.get("/about", headers={"Accept-Language": "zh"}).get_data(as_text=True)


def test_an_unknown_language_is_no_choice(visitor: FlaskClient) -> None:
    assert visitor.get("/about?lang=xx").status_code == 200


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_is_written_by_the_server(visitor: FlaskClient, csrf: Callable[[FlaskClient], str], theme: str) -> None:
    answer = visitor.post("/preferences/theme", data={"csrf_token": csrf(visitor), "theme": theme, "next": "/search?q=a"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/search?q=a")
    assert f'data-theme="{theme}"' in visitor.get("/").get_data(as_text=True)
    visitor.post("/preferences/theme", data={"csrf_token": csrf(visitor), "theme": "auto"})
    assert "data-theme=" not in visitor.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\t//evil.example", "/\n/evil.example", "javascript:alert(1)"],
)
def test_the_way_back_never_leaves_the_site(visitor: FlaskClient, csrf: Callable[[FlaskClient], str], elsewhere: str) -> None:
    answer = visitor.post("/preferences/theme", data={"csrf_token": csrf(visitor), "theme": "dark", "next": elsewhere})
    assert answer.headers["Location"] == "/"


def test_a_post_without_token_is_refused(visitor: FlaskClient) -> None:
    answer = visitor.post("/preferences/theme", data={"theme": "dark"})
    assert answer.status_code == 400
    assert "This form is too old" in answer.get_data(as_text=True)
