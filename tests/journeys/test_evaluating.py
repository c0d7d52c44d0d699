"""A review from the form to the page, a decision, a rubric of one's own, a report: in a real browser; axe looks at every page."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
Visit = Callable[..., Page]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def faults(page: Page) -> list[str]:
    """What axe found, and whether the page scrolls sideways."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    named = [f"{page.url}: {one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found]
    return named + ([f"{page.url}: {over} px too wide"] if over > 0 else [])


@pytest.mark.parametrize(("width", "theme", "email"), [(390, "dark", "tao@example.org"), (1280, "light", "jun@example.org")])
def test_review_decide_and_report(visit: Visit, courses: ModuleType, width: int, theme: str, email: str) -> None:
    page = visit("/login", width=width, theme=theme)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(courses.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.goto("/search?q=%22SEO+basics%22")
    page.locator("article h3 a").first.click()
    here = page.url
    page.get_by_role("link", name="Write a review").click()
    wrong = faults(page)
    page.get_by_role("button", name="Publish the review").click()
    expect(page.get_by_role("alert")).to_contain_text("Content accuracy: choose from 1 to 5.")
    wrong += faults(page)
    for group in page.locator("main fieldset").all():
        group.get_by_role("radio").nth(3).check()
    page.get_by_label("Comment").fill("Worked in two classes")
    page.get_by_role("button", name="Publish the review").click()
    expect(page.locator("#evaluation")).to_contain_text("Worked in two classes")
    expect(page.locator("#evaluation")).to_contain_text(re.compile("[12] reviews? from 1 institution"))
    wrong += faults(page)
    page.get_by_role("link", name="Change my review").click()
    wrong += faults(page)
    page.get_by_role("link", name="Delete").click()
    wrong += faults(page)
    page.get_by_role("link", name="Keep it").click()
    if email == courses.JUDGE:
        wrong += curated(page, here)
    assert wrong == []


def curated(page: Page, here: str) -> list[str]:
    """What a curator does more."""
    page.get_by_role("link", name="Decide").click()
    wrong = faults(page)
    page.get_by_label(re.compile("^Adopt")).check()
    page.get_by_label("Reason").fill("Fits our second year")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.locator("#evaluation")).to_contain_text("Fits our second year")
    wrong += faults(page)
    page.goto("/complaints/new?subject=institution&id=1")  # the links stand at what others wrote, which may be nothing here
    wrong += faults(page)
    page.get_by_label("It is advertising").check()
    page.get_by_role("main").get_by_role("button", name="Report").click()
    expect(page.get_by_role("status").first).to_contain_text("A moderator looks at it")
    page.goto("/institutions/jiaxing/rubric/edit")
    wrong += faults(page)
    page.get_by_role("button", name=re.compile("^Down")).first.click()
    expect(page.get_by_label("Name (English)").nth(1)).to_have_value("Teaching design")
    page.get_by_role("button", name="Preview").last.click()
    wrong += faults(page)
    page.goto("/institutions/jiaxing/cycles")
    return wrong + faults(page)
