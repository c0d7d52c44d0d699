"""A page that says with status 200 that there is nothing, and pages that only speak of such things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters.clean.missing_page import look, says_missing


def page(title: str = "", heading: str = "", body: str = "") -> bytes:
    return f"<html><head><meta charset='utf-8'><title>{title}</title></head><body><h1>{heading}</h1><p>{body}</p></body></html>".encode()


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("404 Not Found", ""),
        ("Error 404", ""),
        ("Page not found | Example University", ""),
        ("Example University - Page Not Found", ""),
        ("Example", "Oops! The page you were looking for could not be found."),
        ("Course not found · Academy", ""),
        ("Academy", "This course is no longer available"),
        ("This page doesn’t exist", ""),
        ("404错误", ""),
        ("页面不存在_中国大学MOOC", ""),
        ("学堂在线", "抱歉，您访问的页面不存在！"),
        ("课程不存在", ""),
        ("", "该课程已下架"),
        ("Seite nicht gefunden – Hochschule", ""),
    ],
)
def test_it_says_so(title: str, heading: str) -> None:
    assert says_missing(look(page(title, heading), "text/html"))


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("How to mend 404 errors in an online shop", "Broken links and SEO"),
        ("Why your page was not found by customers", ""),
        ("E-commerce 404: an advanced course", ""),
        ("Data that cannot be found elsewhere", ""),
        ("课程不存在标准答案的讨论课", ""),
        ("Lost and found: logistics of returns", "Page layout"),
        ("", ""),
    ],
)
def test_it_only_speaks_of_it(title: str, heading: str) -> None:
    assert says_missing(look(page(title, heading, "Error 404: page not found"), "text/html")) is None


def test_a_page_without_words_is_a_shell() -> None:
    assert look(b"<title>Academy</title><div id=app></div><script>render('Page not found and many words more')</script>", "text/html").shell
    assert not look(page(body="A practical course on customs, payment and delivery."), "text/html").shell


@given(st.binary(max_size=500))
def test_any_bytes_have_a_look(body: bytes) -> None:
    says_missing(look(body, "text/html"))
