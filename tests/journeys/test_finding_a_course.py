"""Whole stories in a real browser: somebody comes with a need, and leaves with a course."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
Visit = Callable[..., Page]
COURSE = "Cross-border e-commerce logistics: from market choice to after-sales"


def test_a_teacher_finds_a_course(visit: Visit) -> None:
    """From the front page to the way out, by searching."""
    page = visit("/")
    page.get_by_role("searchbox", name="Search resources").or_(page.get_by_role("combobox", name="Search resources")).fill(
        "cross-border logistics"
    )
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("status").first).to_contain_text("results for “cross-border logistics”")
    first = page.get_by_role("article").first
    expect(first).to_contain_text("CC BY-SA 4.0")
    first.get_by_text("Preview").click()
    expect(first).to_contain_text("Calculate landed cost for three routes")
    page.get_by_role("link", name=COURSE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(COURSE)
    expect(page.locator("#licence")).to_contain_text("You may copy, adapt and translate it, also commercially.")
    expect(page.locator("#record")).to_contain_text("From Example repository, harvested")
    out = page.get_by_role("link", name=re.compile("Go to the course"))
    expect(out).to_have_attribute("href", "https://courses.example/cross-border-logistics")
    expect(out).to_have_attribute("rel", re.compile("noopener"))


def test_the_same_in_chinese(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("link", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert "lang=" not in page.url
    page.get_by_role("combobox", name="搜索资源").fill("跨境物流")
    page.get_by_role("button", name="搜索").click()
    expect(page.get_by_role("status").first).to_contain_text("条结果")
    page.get_by_role("link", name="跨境电子商务物流管理").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("跨境电子商务物流管理")
    expect(page.locator("#licence")).to_contain_text("可以复制、改编和翻译，也可用于商业用途。")
    expect(page.get_by_role("link", name=re.compile("前往课程"))).to_be_visible()


def test_narrow_by_facets_and_go_back(visit: Visit) -> None:
    """Choices swap results and facets in place, each has its address, and Back undoes it."""
    page = visit("/search?q=course")
    status = page.locator("#results [role=status]")
    before = status.inner_text()
    page.evaluate("window.kept = true")
    page.locator("#f-type-video").click()
    expect(page.locator("#f-type-video")).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"type=video$"))
    assert page.evaluate("window.kept") is True
    assert page.evaluate("document.activeElement.id") == "f-type-video"
    narrowed = status.inner_text()
    assert narrowed != before
    page.locator("#f-use-adapt").click()
    expect(page).to_have_url(re.compile(r"type=video&use=adapt$"))
    expect(page.get_by_role("list", name="Active filters").get_by_role("link")).to_have_count(3)
    page.go_back()
    expect(page.locator("#results [role=status]")).to_have_text(narrowed)
    page.go_back()
    expect(page.locator("#results [role=status]")).to_have_text(before)
    expect(page.locator("#f-type-video")).not_to_have_attribute("aria-current", "true")


def test_filters_on_a_phone_stay_open_while_one_chooses(visit: Visit) -> None:
    page = visit("/search?q=course", width=390)
    page.get_by_role("button", name=re.compile("^Filters")).click()
    drawer = page.locator("#filters")
    expect(drawer).to_be_visible()
    page.locator("#f-type-video").click()
    expect(page.locator("#f-type-video")).to_have_attribute("aria-current", "true")
    expect(drawer).to_be_visible()
    page.get_by_role("button", name=re.compile(r"^Show \d+ results?$")).click()
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("list", name="Active filters")).to_contain_text("Video")


def test_with_the_keyboard_alone(visit: Visit) -> None:
    """The skip link, the key to the search box, suggestions by arrow, a result by Tab, and Enter."""
    page = visit("/topics")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.goto("/search")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search resources")
    expect(box).to_be_focused()
    page.keyboard.type("cross-b")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
    page.keyboard.press("Escape")
    expect(options.first).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("cross-border logistics")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"q=cross-border\+logistics"))
    link = page.get_by_role("link", name=COURSE)
    for _ in range(80):
        page.keyboard.press("Tab")
        if link.evaluate("element => element === document.activeElement"):
            break
    expect(link).to_be_focused()
    assert link.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(COURSE)


def test_a_suggested_title_leads_straight_to_its_page(visit: Visit) -> None:
    page = visit("/")
    page.get_by_role("combobox", name="Search resources").press_sequentially("跨")
    page.get_by_role("option", name=re.compile("跨境电子商务物流管理")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("跨境电子商务物流管理")


def test_across_languages(visit: Visit) -> None:
    """A Chinese name is searched in English too; the visitor sees it, and takes it away, in place."""
    page = visit("/search?q=跨境电商")
    chip = page.locator("a.chip", has_text="Cross-border e-commerce")
    expect(chip).to_be_visible()
    page.evaluate("window.kept = true")
    chip.click()
    expect(page).to_have_url(re.compile("less=cross-border"))
    expect(page.get_by_text("Also searched:")).to_be_hidden()
    assert page.evaluate("window.kept") is True
    page.get_by_role("link", name="Search other names of “跨境电商” again").click()
    page.get_by_role("link", name="Search only for what I typed").click()
    expect(page.get_by_text("Searched only for what you typed.")).to_be_visible()
    page.get_by_role("link", name="Search help").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search help")


def test_a_suggested_topic_leads_to_its_page(visit: Visit) -> None:
    page = visit("/", language="zh-CN")
    page.get_by_role("combobox", name="搜索资源").press_sequentially("kjds")
    page.get_by_role("option", name=re.compile("跨境电子商务")).click()
    expect(page).to_have_url(re.compile("/topics/cross-border$"))


def test_an_admin_teaches_search_a_word(visit: Visit, courses: object) -> None:
    """Sign in on the way, find the concept, try a label that another one has, add one that is new, take it away."""
    page = visit("/admin/vocabulary?find=cross-border+trade")
    page.get_by_label("E-mail address").fill(courses.ADMIN)  # type: ignore[attr-defined]
    page.get_by_label("Password").fill(courses.PASSWORD)  # type: ignore[attr-defined]
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=re.compile("^Cross-border e-commerce")).click()
    page.get_by_label("Label", exact=True).fill("payment gateway")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert")).to_contain_text("has that label already")
    page.get_by_label("Label", exact=True).fill("haitao parcels")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").first).to_contain_text("“haitao parcels” was added")
    page.get_by_role("button", name=re.compile("^Remove ?: haitao parcels")).click()
    expect(page.get_by_role("status").first).to_contain_text("was removed")


def test_without_javascript(visit: Visit) -> None:
    """Search, facets, order, pages and the language are links and forms."""
    page = visit("/", script=False)
    page.get_by_role("searchbox", name="Search resources").fill("course")
    page.get_by_role("button", name="Search").click()
    page.locator("#f-language-en").click()
    expect(page.locator("#f-language-en")).to_have_attribute("aria-current", "true")
    page.get_by_text("Sort: Relevance").click()
    page.get_by_role("link", name="Title", exact=True).click()
    expect(page.get_by_text("Sort: Title")).to_be_visible()
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile("page=2"))
    page.get_by_role("link", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page).to_have_url(re.compile("page=2"))


def test_the_theme_is_kept(visit: Visit) -> None:
    page = visit("/")
    page.locator("summary[aria-label=Theme]").click()
    page.locator(".tools").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/about")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 21, 20)"


def test_an_admin_watches_a_run(visit: Visit, courses: object) -> None:
    """Sign in on the way to the runs, look at what failed, read the raw record as text."""
    page = visit("/admin/runs")
    page.get_by_label("E-mail address").fill(courses.ADMIN)  # type: ignore[attr-defined]
    page.get_by_label("Password").fill(courses.PASSWORD)  # type: ignore[attr-defined]
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harvest runs")
    page.get_by_role("row", name=re.compile("Done with errors")).get_by_role("link").click()
    expect(page.get_by_text("Ask the source's owner for a title.").first).to_be_visible()
    page.get_by_role("link", name=re.compile("Raw record.*record-1")).click()
    expect(page.locator("pre")).to_contain_text("<script>alert")
    page.goto("/admin/runs/4")
    with page.expect_response(re.compile("/admin/runs/4/progress")) as polled:
        pass
    assert polled.value.status == 200
    page.get_by_role("button", name="Ada").or_(page.locator("summary", has_text="Ada")).click()
    page.get_by_role("button", name="Sign out").first.click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
