"""Somebody who tunes the search: what is asked, a test query with grades, other weights tried, applied and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
Visit = Callable[..., Page]


@pytest.mark.parametrize("script", [True, False])
def test_an_admin_tunes_the_search(visit: Visit, courses: ModuleType, script: bool) -> None:
    page = visit("/login", script=script)
    page.get_by_label("E-mail address").fill(courses.ADMIN)
    page.get_by_label("Password").fill(courses.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_text("Ada", exact=True).click()
    page.get_by_role("link", name="Search tuning").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What visitors search")
    page.get_by_role("link", name="Test queries").click()
    words = "logistics" if script else "payment"
    page.get_by_role("textbox", name="Query").fill(words)
    page.get_by_label("What this person wants").fill("a course to teach with")
    page.get_by_role("button", name="Add and judge").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
    page.get_by_role("group").filter(has=page.get_by_role("radio")).nth(1).get_by_label("3 Exactly").check()
    page.get_by_role("button", name="Save the grades").click()
    expect(page.get_by_role("status").first).to_contain_text("1 grade was changed.")
    page.get_by_role("link", name="Weights").click()
    page.get_by_label("Title", exact=True).fill("2")
    page.get_by_role("button", name="Try on the test queries").click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=words)).to_contain_text("→")
    page.get_by_label("Why this change").fill("titles say little")
    page.get_by_role("button", name="Apply for all visitors").click()
    expect(page.get_by_role("status").first).to_contain_text("The new numbers are in force.")
    expect(page.get_by_role("row").filter(has_text="titles say little").first).to_contain_text("Title 5 → 2")
    page.get_by_role("row").filter(has_text="The numbers that the hub comes with").get_by_role(
        "button", name=re.compile("^Restore")
    ).click()
    expect(page.get_by_label("Title", exact=True)).to_have_value("5")


def test_a_visitor_asks_why(visit: Visit) -> None:
    page = visit("/search?q=logistics")
    result = page.get_by_role("article").nth(1)
    title = result.get_by_role("heading").inner_text()
    result.get_by_role("link", name="Why this result?").click()
    expect(page.get_by_role("main")).to_contain_text(title)
    page.get_by_role("link", name="Back to the results").click()
    expect(page.get_by_role("status").first).to_contain_text("results for “logistics”")
