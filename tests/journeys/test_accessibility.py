"""No axe violation on any page: narrow and wide, light and dark, English and Chinese; and no page is wider than its screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
Visit = Callable[..., Page]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
PAGES = (
    "/",
    "/search?q=logistics&type=course",
    "/search?q=payment+qqqqqqq&type=case",
    "/search?q=跨境电商物流&less=logistics",
    "/search/help",
    "/search/facets/topic",
    "RESOURCE",
    "HOSTILE",
    "WHY",
    "/topics",
    "/topics/logistics",
    "/providers",
    "/providers/open-course-platform",
    "/sources",
    "/sources/silent",
    "/sources/repository/report",
    "/sources/silent/report",
    "/institutions",
    "/institutions/harbour-school",
    "/institutions/harbour-school/partners",
    "/institutions/harbour-school/exemplars",
    "/institutions/harbour-school/tags",
    "/about",
    "/paths",
    "/adoptions",
    "/rubrics",
    "/institutions/jiaxing/rubric",
    "/institutions/jiaxing/cycles",
    "/login",
    "/register",
    "/password/forgot",
    "/embed/search",
    "EMBEDDED",
    "/api/v1/",
)
DUPLICATES = ("/admin/duplicates", "/admin/duplicates?state=merged", "/admin/duplicates/all")
VOCABULARY = (
    "/admin/vocabulary",
    "/admin/vocabulary?find=zzzz",
    "/admin/vocabulary/topic/cross-border",
    "/admin/vocabulary/platform/taobao",
    "/admin/vocabulary/new",
)
CURATION = (
    "/admin/corrections",
    "/admin/corrections?show=disagreeing",
    "/admin/resources",
    "/admin/resources/new",
    "/admin/resources/bulk?q=logistics",
    "/admin/topics",
    "/admin/topics?topic=nothing",
    "/admin/audit",
    "/admin/moderation",
    "/admin/moderation?show=decided",
)
PEOPLE = (
    "/admin/people",
    "/admin/people?words=nobody-of-that-name",
    "/admin/people/1",
    "/admin/people/1/disable",
    "/me/two-factor",
    "/me",
    "/me/password",
    "/me/email",
    "/me/devices",
    "/me/delete",
)
SOURCES = (
    "/admin/sources",
    "/admin/sources?health=stale",
    "/admin/sources/repository",
    "/admin/sources/repository/edit",
    "/admin/sources/repository/schedule?expression=0+3+*+*+*",
    "/admin/sources/repository/retire",
    "/admin/sources/new",
    "/admin/sources/new/csv",
)
MACHINES = ("/account/tokens", "/admin/webhooks", "/admin/pushed")
MINE = (
    "/me/searches",
    "/me/searches/new?query=q%3Dlogistics",
    "/me/follows",
    "/me/follows/new?subject=topic&key=logistics",
    "/me/recommendations",
    "/bookmarks",
    "/shelves",
    "/shelves/new",
    "/shelves/mine",
    "/paths/mine",
)
INSTITUTIONS = (
    "/institutions/new",
    "/institutions/harbour-school/settings",
    "/institutions/harbour-school/members",
    "/me/institutions",
    "/admin/institutions",
    "/admin/institutions/harbour-school",
    "/admin/platforms",
    "/admin/platforms/new",
    "/admin/platforms/key",
)
SOME = ("/", "/search?q=logistics&type=course", "RESOURCE", "/topics/logistics", "/sources", "/login")
LOOKS = (  # every page on a phone and on a desk, each in one theme and one language; what differs in layout or colour in the others
    (390, "dark", "zh-CN", PAGES),
    (1280, "light", "en-GB", PAGES),
    (768, "dark", "en-GB", SOME),
    (1280, "light", "zh-CN", SOME[:3]),
)


def violations(page: Page) -> list[str]:
    """What axe found, with the elements."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    return [f"{page.url}: {one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found]


def too_wide(page: Page) -> list[str]:
    """Does the page scroll sideways?"""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{page.url}: {over} px too wide"] if over > 0 else []


@pytest.mark.parametrize(("width", "theme", "language", "pages"), LOOKS)
def test_every_page_in_every_look(visit: Visit, width: int, theme: str, language: str, pages: tuple[str, ...]) -> None:
    why = "为何有此结果？" if language == "zh-CN" else "Why this result?"
    page = visit("/search?q=logistics", width=width, theme=theme, language=language)
    addresses = page.locator("article h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    known = {"RESOURCE": addresses[0], "HOSTILE": next(address for address in addresses if "hostile" in address)}
    known["EMBEDDED"] = f"/embed{addresses[0]}"
    known["WHY"] = page.get_by_role("link", name=why).first.get_attribute("href") or ""
    faults: list[str] = []
    for path in pages:
        page.goto(known.get(path, path))
        faults += violations(page) + too_wide(page)
    assert faults == []


def test_open_menus_drawers_and_lists(visit: Visit) -> None:
    """What opens over a page is held to the same rules."""
    faults: list[str] = []
    phone = visit("/search?q=course", width=390)
    phone.get_by_role("button", name=re.compile("^Filters")).click()
    faults += violations(phone)
    phone.keyboard.press("Escape")
    phone.get_by_role("button", name="Menu").click()
    faults += violations(phone)
    desk = visit("/search?q=logistics")
    desk.get_by_text("Sort: Relevance").click()
    desk.locator("details.preview summary").first.click()
    faults += violations(desk)
    box = desk.get_by_role("combobox")
    box.fill("")
    box.press_sequentially("cross-b")
    desk.get_by_role("option").first.wait_for()
    faults += violations(desk)
    assert faults == []


def test_pages_of_admins(visit: Visit, courses: ModuleType) -> None:
    page = visit("/login", theme="dark")
    faults = violations(page)
    page.get_by_label("E-mail address").fill(courses.ADMIN)
    page.get_by_label("Password").fill("wrong-password")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").evaluate("element => element === document.activeElement")
    faults += violations(page)
    page.get_by_label("Password").fill(courses.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    quality = ("/admin/links", "/admin/links?state=ok", "/admin/sources/repository/records", "/admin/records/1", "/admin/runs?days=90")
    own = ("/admin/runs", "/admin/runs/1", "/admin/runs/3", "/admin/runs/4", "/admin/index", "/admin/index/rebuild")
    own += ("/admin/queue", "/admin/failures", "/admin/failures?words=nothing+like+it")
    for path in (
        *own,
        "/admin/search",
        "/admin/search/tuning",
        *DUPLICATES,
        *quality,
        *VOCABULARY,
        *CURATION,
        *PEOPLE,
        *SOURCES,
        *INSTITUTIONS,
        *MACHINES,
        *MINE,
    ):
        page.goto(path)
        faults += violations(page) + too_wide(page)
    faults += pair_of(page)
    page.goto("/admin/search/queries?words=customs")
    faults += violations(page) + too_wide(page)
    page.get_by_role("button", name="Add and judge").click()
    faults += violations(page) + too_wide(page)
    page.goto("/admin/search/tuning")
    page.get_by_label("Title", exact=True).fill("many")
    page.get_by_role("button", name="Try on the test queries").click()
    assert page.get_by_role("alert").evaluate("element => element === document.activeElement")
    faults += violations(page) + too_wide(page)
    page.get_by_label("Title", exact=True).fill("1")
    page.get_by_role("button", name="Try on the test queries").click()
    faults += violations(page) + too_wide(page)
    page.set_viewport_size({"width": 390, "height": 900})
    for path in (
        "/admin/search",
        "/admin/search/queries",
        "/admin/search/queries/1",
        "/admin/search/tuning",
        *quality,
        *CURATION,
        *PEOPLE,
        *SOURCES,
        *INSTITUTIONS,
        *MACHINES,
    ):
        page.goto(path)
        faults += violations(page) + too_wide(page)
    faults += machines(page)
    assert faults == []


def machines(page: Page) -> list[str]:
    """A token, a webhook and a source for programs: what is shown once they are made."""
    page.goto("/account/tokens")
    page.get_by_label("Name").fill("A program")
    page.get_by_role("button", name="Make a token").click()
    faults = violations(page) + too_wide(page)
    page.goto("/admin/pushed")
    page.get_by_label("Name").fill("our-lms")
    page.get_by_label("Title").fill("Our LMS")
    page.get_by_role("button", name="Add").click()
    faults += violations(page) + too_wide(page)
    page.goto("/admin/webhooks")
    page.get_by_label("Address").fill("https://receiver.example/" + "long" * 60)
    page.get_by_role("button", name="Add").click()
    faults += violations(page) + too_wide(page)
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("button", name="Send a test message").click()
    return faults + violations(page) + too_wide(page)


def sign_in(page: Page, email: str, password: str) -> None:
    """The first step."""
    page.goto("/login")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_pages_of_the_second_factor(visit: Visit, courses: ModuleType) -> None:
    """Set up, asked for, taken away: in a browser, on a phone, in the dark."""
    page = visit("/login", width=390, theme="dark")
    sign_in(page, "reader@example.org", courses.PASSWORD)
    page.goto("/me/two-factor")
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.get_by_label("One-time code").fill("1")
    page.get_by_role("button", name="Switch it on").click()
    assert page.get_by_role("alert").evaluate("element => element === document.activeElement")
    faults = violations(page) + too_wide(page)
    page.get_by_label("One-time code").fill(pyotp.TOTP(secret).now())
    page.get_by_label("Password").fill(courses.PASSWORD)
    page.get_by_role("button", name="Switch it on").click()
    codes = page.locator("ol.recovery code").all_inner_texts()
    faults += violations(page) + too_wide(page)
    page.get_by_role("link", name="I have kept them").click()
    faults += violations(page) + too_wide(page)
    again = visit("/login", width=390)
    sign_in(again, "reader@example.org", courses.PASSWORD)
    faults += violations(again) + too_wide(again)
    again.get_by_label("One-time code").fill(codes[0])
    again.get_by_role("main").get_by_role("button", name="Sign in").click()
    again.goto("/me/two-factor")
    again.get_by_label("One-time code").fill(codes[1])
    again.get_by_label("Password").fill(courses.PASSWORD)
    again.get_by_role("button", name="Switch it off").click()
    again.get_by_text("The second factor is off.").wait_for()
    assert faults == []


def pair_of(page: Page) -> list[str]:
    """What axe finds on a resource's page as curators see it, and on two pages side by side."""
    page.goto("/search?q=logistics")
    one, other = page.locator("article h3 a").evaluate_all("links => links.map(link => link.getAttribute('href'))")[:2]
    page.goto(one)
    faults = violations(page) + too_wide(page)
    page.get_by_label("Merge with the page at this address").fill(f"https://hub.example{other}")
    page.get_by_role("button", name="Compare the two").click()
    page.get_by_role("heading", name="Are these one work?").wait_for()
    faults += violations(page) + too_wide(page)
    page.keyboard.press("l")
    page.get_by_role("heading", name="Duplicates").wait_for()
    return faults


@pytest.mark.parametrize("width", [320, 360])
def test_narrow_screens_never_scroll_sideways(visit: Visit, width: int) -> None:
    page = visit("/", width=width)
    faults = too_wide(page)
    for path in PAGES:
        if path.startswith("/"):
            page.goto(path)
            faults += too_wide(page)
    assert faults == []


@pytest.mark.parametrize("path", ["/", "/search?q=course", "/topics/logistics", "/about"])
def test_a_page_asks_for_few_files(visit: Visit, path: str) -> None:
    """At most ten requests, none to another host (the fixture sees to that)."""
    page = visit("/about")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path, wait_until="networkidle")
    assert len(asked) <= 10, asked
