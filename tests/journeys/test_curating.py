"""A curator's day in a real browser: a field corrected, hidden and shown, many edited at once and taken back; axe looks at every page."""

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


def sign_in(page: Page, courses: ModuleType) -> None:
    page.get_by_label("E-mail address").fill(courses.ADMIN)
    page.get_by_label("Password").fill(courses.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize(("script", "width", "theme"), [(True, 390, "dark"), (False, 1280, "light")])
def test_correct_hide_and_take_back(visit: Visit, courses: ModuleType, script: bool, width: int, theme: str) -> None:
    """The same with and without script."""
    page = visit("/login?next=/search?q=mobile+payment", width=width, theme=theme, script=script)
    sign_in(page, courses)
    page.goto("/search?q=%22SEO+basics%22")
    page.locator("article h3 a").first.click()
    here = page.url
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Title", exact=True).fill("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("It must not be empty.")
    seen = faults(page) if script else []
    page.get_by_label("Title", exact=True).fill("A better title")
    page.get_by_label("Why").first.fill("It said too little")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("1 field was changed")
    seen += faults(page) if script else []
    page.get_by_label("Why").last.fill("Not for us")
    page.get_by_role("button", name="Hide this resource").click()
    expect(page.get_by_role("main")).to_contain_text("only curators see it")
    seen += faults(page) if script else []
    page.get_by_role("button", name="Show it again").click()
    page.goto(here.rpartition("/")[0] + "/" + here.rpartition("/")[2].partition("-")[0] + "/history")
    expect(page.get_by_role("table")).to_contain_text("It said too little")
    seen += faults(page) if script else []
    page.get_by_role("button", name=re.compile("Revert.*Corrected")).last.click()
    page.goto(here)
    expect(page.get_by_role("heading", level=1)).to_contain_text("SEO basics")
    assert seen == []


def test_many_at_once(visit: Visit, courses: ModuleType) -> None:
    page = visit("/login")
    sign_in(page, courses)
    page.goto("/search?q=logistics&type=case")
    page.get_by_role("link", name=re.compile("^Edit these")).click()
    page.get_by_role("button", name="Look again before it is done").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what to do.")
    seen = faults(page)
    page.get_by_label(re.compile("^All ")).check()
    page.get_by_label("Set the level").check()
    page.get_by_label("Level", exact=True).select_option("advanced")
    page.get_by_role("button", name="Look again before it is done").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Set the level to “Advanced”")
    seen += faults(page)
    page.get_by_role("button", name="Do it").click()
    expect(page.get_by_role("status").first).to_contain_text("resources were changed")
    seen += faults(page)
    page.get_by_role("button", name="Take it all back").click()
    expect(page.get_by_role("main")).to_contain_text("This edit was taken back.")
    page.goto("/admin/audit")
    seen += faults(page)
    assert seen == []
