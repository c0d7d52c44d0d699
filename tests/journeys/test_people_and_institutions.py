"""One story, told by five people in a real browser: a teacher finds, tags and shelves courses, a partner company's mentor comments and
reviews, a curator of another university takes the shelf over and adopts by a rubric of their own, a student follows it to its end, and an
agency's officer sees what happened on each institution's page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Institution, Membership, Person
from hub.services import joining

from .conftest import ROOT, environment_of, serving
from .test_accessibility import too_wide, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
PASSWORD = "seven blue lanterns"
HOUSES = {
    "zhejiang": ("Zhejiang Institute of Commerce", "university"),
    "guanglian": ("Guanglian Logistics", "enterprise"),
    "ningbo": ("Ningbo College", "university"),
    "bureau": ("Bureau of Commerce", "agency"),
}
PEOPLE = {
    "wang": ("zhejiang", "teacher"),
    "li": ("zhejiang", "admin"),
    "han": ("guanglian", "admin"),
    "zhang": ("guanglian", "teacher"),  # the company's mentor
    "chen": ("ningbo", "curator"),
    "mei": ("ningbo", "student"),
    "sun": ("bureau", "curator"),
}
FIRST, SECOND = "Cross-border e-commerce logistics: from market choice to after-sales", "Data analytics for e-commerce"


@dataclass(frozen=True)
class World:
    """A hub of this story alone."""

    address: str
    folder: Path
    browser: Browser
    pages: dict[str | None, Page] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)  # of the console, and what axe found
    checked: set[str] = field(default_factory=set)

    def page(self, who: str | None, path: str = "", *, language: str = "en-GB", width: int = 1280, script: bool = True) -> Page:
        """A browser of this person's own, signed in; the one that they have already where there is one."""
        if who not in self.pages:
            self.pages[who] = self.enter(who, language, width, script)
        page = self.pages[who]
        if path:
            page.goto(path)
        return page

    def enter(self, who: str | None, language: str, width: int, script: bool) -> Page:
        """Open one."""
        context = self.browser.new_context(
            base_url=self.address, locale=language, viewport={"width": width, "height": 900}, java_script_enabled=script
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", lambda message: self.heard(message))
        page.on("pageerror", lambda error: None if "Transition was" in str(error) else self.faults.append(str(error)))
        if who:
            page.goto("/login")
            page.locator("#email").fill(f"{who}@story.example")
            page.locator("#password").fill(PASSWORD)
            page.get_by_role("main").locator("form[action='/login'] button").click()
            expect(page).not_to_have_url(re.compile("/login"))
        return page

    def heard(self, message: ConsoleMessage) -> None:
        """An error in the console."""
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.location.get('url')}: {message.text}")

    def check(self, page: Page) -> None:
        """This page as it is: no violation that axe finds, no wider than its screen. The same address is looked at once."""
        address = page.url.partition("?")[0].partition("#")[0]
        if address not in self.checked:
            self.checked.add(address)
            self.faults.extend(violations(page) + too_wide(page))

    def close(self) -> None:
        """All browsers."""
        for page in self.pages.values():
            page.context.close()

    def sync(self) -> None:
        """What the worker does all the time: the index hears what has changed."""
        command = [sys.executable, "-m", "hub.cli.main", "index", "sync"]
        subprocess.run(command, cwd=ROOT, env={**os.environ, **environment_of(self.folder)}, check=True, capture_output=True)


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path, courses: ModuleType, chromium: Browser) -> Iterator[World]:
    """The catalogue, four institutions, six people; nobody has done anything yet."""
    with serving(sqlite_template, tmp_path, courses) as address:
        engine = create_engine(f"sqlite:///{tmp_path / 'hub.db'}")
        with Session(engine) as session:
            when = {"created_at": now(), "updated_at": now()}
            houses = {
                slug: Institution(slug=slug, name=name, kind=kind, verified_at=now(), **when) for slug, (name, kind) in HOUSES.items()
            }
            session.add_all(houses.values())
            secret = joining.hasher.hash(PASSWORD)  # once for all: it takes its time
            people = {
                who: Person(email=f"{who}@story.example", name=who.title(), password_hash=secret, session_key=who, created_at=now())
                for who in PEOPLE
            }
            session.add_all(people.values())
            session.flush()
            for who, (slug, role) in PEOPLE.items():
                session.add(Membership(person_id=people[who].id, institution_id=houses[slug].id, role=role, created_at=now()))
            session.commit()
        engine.dispose()
        made = World(address, tmp_path, chromium)
        yield made
        made.close()


def test_the_whole_story(world: World) -> None:
    become_partners(world)
    shelf = find_tag_and_shelve(world)
    comment_and_review(world, shelf)
    copy = take_over_and_adopt(world, shelf)
    follow_to_the_end(world, copy)
    look_at_what_happened(world, shelf)
    assert world.faults == []


def become_partners(world: World) -> None:
    li = world.page("li", "/institutions/zhejiang/partners")
    li.locator("#with").select_option("guanglian")
    li.locator("#message").fill("Let us teach logistics together.")
    world.check(li)
    li.get_by_role("main").get_by_role("button", name="Ask").click()
    han = world.page("han", "/institutions/guanglian/partners")
    expect(han.get_by_text("Let us teach logistics together.")).to_be_visible()
    world.check(han)
    han.get_by_role("button", name="Accept").click()
    han.goto("/institutions/guanglian")
    expect(han.get_by_role("link", name="Zhejiang Institute of Commerce").first).to_be_visible()


def find_tag_and_shelve(world: World) -> str:
    """A teacher, without script (so what axe says of these pages it says to the others): search, tags, a new shelf, another course by way
    of the list. Answers the shelf's address."""
    wang = world.page("wang", "/search?q=cross-border+logistics", script=False)
    wang.get_by_role("link", name=FIRST).first.click()
    wang.locator("#tag-words").fill("customs, 跨境物流")
    wang.locator("#tags").get_by_role("button", name="Add").click()
    expect(wang.locator("#tags").get_by_role("link", name="跨境物流")).to_be_visible()
    resource = wang.url.partition("#")[0].rpartition("/")[2].partition("-")[0]
    wang.goto(f"/resources/{resource}/shelve")
    wang.get_by_role("link", name="New shelf with it").click()
    wang.locator("#title").fill("Logistics, second term")
    wang.locator("#kind").select_option("path")
    wang.locator("#visibility").select_option("partners")
    wang.get_by_role("button", name="Save").click()
    shelf = wang.url
    expect(wang.get_by_role("heading", name=FIRST)).to_be_visible()
    wang.locator("#find").fill("data analytics")
    wang.get_by_role("button", name="Find").click()
    wang.get_by_role("button", name=re.compile(f"Add ?: {SECOND}")).first.click()
    expect(wang.locator("#items ol > li")).to_have_count(2)
    return shelf.removeprefix(world.address).partition("?")[0].partition("#")[0]


def comment_and_review(world: World, shelf: str) -> None:
    """The mentor of the partner sees the shelf; a curator elsewhere, a student there and a visitor do not."""
    student = world.page("mei", language="zh-CN", width=390)
    for page in (world.page("chen"), student, world.page(None)):
        assert page.request.get(world.address + shelf).status == 404
    zhang = world.page("zhang", shelf)
    zhang.locator("#text").fill("Our warehouse opens for your students in May.")
    zhang.get_by_role("button", name="Send").click()
    expect(zhang.locator("#comments")).to_contain_text("Our warehouse opens for your students in May.")
    world.check(zhang)
    zhang.get_by_role("link", name=FIRST, exact=True).first.click()
    expect(zhang.locator("#tags")).to_contain_text("customs")
    world.check(zhang)
    zhang.get_by_role("link", name="Write a review").click()
    world.check(zhang)
    for key in ("accuracy", "teaching", "current", "industry", "accessible", "reuse"):
        zhang.locator(f"#c-{key}-{5 if key == 'industry' else 4}").check()
    zhang.locator("#evidence").fill("We train our own staff with units 3 to 6.")
    zhang.locator("#comment").fill("Close to what we do every day.")
    zhang.get_by_role("button", name="Publish the review").click()
    expect(zhang.get_by_text("Close to what we do every day.").first).to_be_visible()
    world.check(zhang)


def take_over_and_adopt(world: World, shelf: str) -> str:
    """The shelf becomes public; a curator copies it, judges by a rubric of their own, adopts. Answers the copy's address."""
    wang = world.page("wang", f"{shelf}/edit")
    wang.locator("#visibility").select_option("public")
    wang.get_by_role("button", name="Save").click()
    chen = world.page("chen", shelf)
    expect(chen.get_by_text("Our warehouse opens for your students in May.")).to_be_visible()
    chen.get_by_role("link", name="Copy", exact=True).click()
    world.check(chen)
    chen.get_by_role("main").get_by_role("button", name="Copy").click()
    expect(chen.get_by_text("Copied from “Logistics, second term”, Zhejiang Institute of Commerce")).to_be_visible()
    copy = chen.url.removeprefix(world.address).partition("?")[0]
    world.check(chen)
    chen.goto("/institutions/ningbo/rubric/edit")
    world.check(chen)
    chen.locator("#name-en").fill("Ningbo rubric")
    chen.locator("#c-3-weight").fill("60")
    chen.get_by_role("button", name="Save as a new edition").click()
    expect(chen.get_by_text("Ningbo rubric").first).to_be_visible()
    chen.goto(copy)
    chen.get_by_role("link", name=FIRST, exact=True).first.click()
    resource = chen.url.partition("#")[0].rpartition("/")[2].partition("-")[0]
    chen.goto(f"/resources/{resource}/decision")
    world.check(chen)
    chen.locator("#verdict-adopt").check()
    chen.locator("#reason").fill("It fits our second term.")
    chen.get_by_role("button", name="Save the decision").click()
    chen.goto(f"/resources/{resource}/adoptions/new")
    world.check(chen)
    chen.locator("#course").fill("Export basics")
    chen.locator("#term").fill("Autumn 2026")
    chen.locator("#students").fill("118")
    chen.get_by_role("button", name="Save").click()
    expect(chen.get_by_text("Export basics").first).to_be_visible()
    expect(chen.get_by_text("It fits our second term.").first).to_be_visible()
    expect(chen.locator("#evaluation")).to_contain_text("By its own rubric: Ningbo rubric")
    expect(chen.get_by_text("Recommended by 1 institution").first).to_be_visible()
    return copy


def follow_to_the_end(world: World, copy: str) -> None:
    """A student of that university, in Chinese on a phone, who keeps what she finds; nobody elsewhere sees the copy."""
    assert world.page("wang").request.get(world.address + copy).status == 404
    path = copy.replace("/shelves/", "/paths/")
    mei = world.page("mei", copy)
    mei.locator("#items li").filter(has_text=FIRST).get_by_role("button", name="收藏").click()
    expect(mei.locator("#items li").filter(has_text=FIRST).get_by_role("button", name="已收藏")).to_be_visible()
    mei.goto("/bookmarks")
    expect(mei.get_by_role("link", name=FIRST)).to_be_visible()
    world.check(mei)
    mei.goto(path)
    mei.locator("form[action$='/start'] button").click()
    for done in (1, 2):
        mei.locator("form[action*='/steps/'] button[value='yes']").first.click()
        expect(mei.locator("form[action*='/steps/'] button[value='no']")).to_have_count(done)
    expect(mei.get_by_role("main")).to_contain_text("完成")
    world.check(mei)
    mei.goto("/paths/mine")
    expect(mei.get_by_role("link", name="Logistics, second term")).to_be_visible()
    world.check(mei)


def look_at_what_happened(world: World, shelf: str) -> None:
    """The officer: every institution's page has its part, and the search knows."""
    world.sync()
    sun = world.page("sun", "/search?q=cross-border+logistics&sort=rating")
    result = sun.locator("li.result").filter(has_text=FIRST).first
    expect(result).to_contain_text("(1 review)")
    expect(result).to_contain_text("Used by 1 institution")
    expect(result).to_contain_text("Recommended by 1 institution")
    world.check(sun)
    sun.goto("/search?adopted=yes&score=4")
    expect(sun.locator("li.result")).to_have_count(1)
    sun.locator("li.result h3 a").click()
    sun.get_by_role("button", name=re.compile("Helpful")).first.click()
    expect(sun.get_by_text("1 person found this helpful").first).to_be_visible()
    recommend(world, sun)
    for slug, told in {
        "zhejiang": ("Logistics, second term", "Guanglian Logistics", "customs", "跨境物流"),
        "guanglian": ("Zhejiang Institute of Commerce", FIRST),
        "ningbo": ("Export basics", FIRST),
        "bureau": ("Bureau of Commerce", FIRST),
    }.items():
        sun.goto(f"/institutions/{slug}")
        for text in told:
            expect(sun.get_by_role("main")).to_contain_text(text)
        world.check(sun)
    sun.goto("/institutions/zhejiang")
    sun.get_by_role("button", name="Follow").first.click()
    sun.goto("/me/follows")
    expect(sun.get_by_role("main")).to_contain_text("Zhejiang Institute of Commerce")
    world.check(sun)
    sun.goto("/")
    expect(sun.get_by_role("main")).to_contain_text("Logistics, second term")
    world.check(sun)


def recommend(world: World, sun: Page) -> None:
    """The agency shows the course as an example."""
    sun.get_by_role("link", name="Recommend", exact=True).click()
    world.check(sun)
    sun.get_by_role("main").locator("textarea").first.fill("For every school of the province.")
    sun.get_by_role("main").locator("form[method='post'] button").first.click()
    expect(sun.get_by_role("main")).to_contain_text("For every school of the province.")
