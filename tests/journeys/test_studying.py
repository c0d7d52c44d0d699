"""A student's way in a real browser: bookmarks with and without script, a learning path to its end, a teacher's word on a course in use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, delete, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Adoption, Bookmark, Enrolment, Institution, Membership, Person, RemovedBookmark, Resource, Shelf, ShelfItem, StepDone
from hub.services import joining, tallying

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
Visit = Callable[..., Page]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
PASSWORD = "correct horse battery"
EMAIL = "mei@study.example"


@dataclass(frozen=True)
class Study:
    """What the test has put into the served hub."""

    path: str
    name: str  # of a resource


@pytest.fixture
def study(served: str, served_database: str) -> Iterator[Study]:
    """Mei, who teaches at an institution and learns too; a path of two steps. All of it is taken away afterwards."""
    engine = create_engine(served_database)
    with Session(engine) as session:
        moment = now()
        house = Institution(slug="study-house", name="Study House", kind="university", created_at=moment, updated_at=moment)
        session.add(house)
        mei = joining.add(session, EMAIL, PASSWORD, name="Mei")
        session.flush()
        session.add(Membership(person_id=mei.id, institution_id=house.id, role="teacher", created_at=moment))
        values = {"title": "Selling abroad", "person_id": mei.id, "institution_id": house.id, "visibility": "public"}
        path = Shelf(public_id="browserpath", kind="path", created_at=moment, updated_at=moment, **values)
        session.add(path)
        session.flush()
        wanted = select(Resource).where(Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None), Resource.withdrawn_at.is_(None))
        pages = session.scalars(wanted.order_by(Resource.id).limit(2)).all()
        for place, page in enumerate(pages):
            session.add(ShelfItem(shelf_id=path.id, resource_id=page.id, first_id=page.id, position=place, created_at=moment))
        found = Study("/paths/browserpath", pages[0].public_id)
        session.commit()
    yield found
    with Session(engine) as session:
        for model in (StepDone, Enrolment, ShelfItem, Shelf, Bookmark, RemovedBookmark, Adoption):
            session.execute(delete(model))
        house = select(Institution.id).where(Institution.slug == "study-house")
        session.execute(delete(Membership).where(Membership.institution_id.in_(house)))
        session.execute(delete(Institution).where(Institution.slug == "study-house"))
        session.execute(delete(Person).where(Person.email == EMAIL))
        tallying.tally(session, list(session.scalars(select(Resource.id).where(Resource.adoption_count > 0))))
        session.commit()
    engine.dispose()


def faults(page: Page) -> list[str]:
    """What axe found, and whether the page scrolls sideways."""
    found: list[dict[str, Any]] = Axe().run(page, options=RULES).response["violations"]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    named = [f"{page.url}: {one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found]
    return named + ([f"{page.url}: {over} px too wide"] if over > 0 else [])


def sign_in(page: Page) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_a_bookmark_without_script_from_before_the_sign_in(visit: Visit, study: Study) -> None:
    page = visit("/search?q=logistics", script=False)
    title = page.locator("article h3").first.inner_text()
    page.get_by_role("button", name="Bookmark", exact=True).first.click()
    sign_in(page)
    page.get_by_role("main").get_by_role("button", name=re.compile("^Bookmark")).click()
    expect(page.get_by_role("status").first).to_contain_text(f"Bookmarked: {title}")
    assert page.url.endswith("/search?q=logistics"), "back at the list"
    pressed = page.get_by_role("button", name="Bookmarked", exact=True)
    expect(pressed).to_have_count(1)
    expect(pressed).to_have_attribute("aria-pressed", "true")
    pressed.click()
    expect(page.get_by_role("button", name="Bookmarked", exact=True)).to_have_count(0)
    assert re.search(r"/search\?q=logistics#k-line-\w+$", page.url), "at the button itself"
    page.get_by_role("button", name="Bookmark", exact=True).first.click()
    page.goto("/bookmarks")
    expect(page.get_by_role("heading", level=3)).to_have_text(title)
    page.locator("details.preview summary").click()
    page.get_by_label("Status", exact=True).select_option("studying")
    page.get_by_label("Note", exact=True).fill("Ask about HS codes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("Ask about HS codes")
    page.get_by_role("button", name=re.compile("^Remove")).click()
    page.get_by_role("button", name=re.compile("^Undo")).click()
    expect(page.get_by_role("main")).to_contain_text("Ask about HS codes")


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_a_bookmark_with_script_changes_in_place(visit: Visit, study: Study, width: int, theme: str) -> None:
    page = visit("/login?next=/search?q=logistics", width=width, theme=theme)
    sign_in(page)
    button = page.get_by_role("button", name="Bookmark", exact=True).first
    id = button.get_attribute("id")
    button.click()
    now_pressed = page.locator(f"#{id}")
    expect(now_pressed).to_have_attribute("aria-pressed", "true")
    expect(now_pressed).to_be_focused()
    expect(page.locator("#toasts")).to_contain_text("Bookmarked: ")
    assert page.url.endswith("/search?q=logistics"), "the page stays"
    expect(page.locator("li.result")).not_to_have_count(0)
    seen = faults(page)
    now_pressed.click()
    expect(page.locator(f"#{id}")).to_have_attribute("aria-pressed", "false")
    for path in ("/bookmarks", f"/resources/{study.name}/bookmark", "/paths", study.path, "/paths/mine", "/adoptions"):
        page.goto(path)
        seen += faults(page)
    page.goto(f"/resources/{study.name}")
    page.get_by_role("button", name="Bookmark", exact=True).click()
    expect(page.get_by_role("button", name="Bookmarked", exact=True)).to_be_focused()
    page.get_by_role("button", name=re.compile("^Bookmark: ")).first.click()  # of a similar one
    expect(page.get_by_role("button", name=re.compile("^Bookmarked: "))).to_have_count(1)
    page.goto(f"/bookmarks/{study.name}")
    page.get_by_label("Studying").check()
    seen += faults(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    seen += faults(page)
    page.goto("/")
    expect(page.get_by_role("heading", name="Continue where you were")).to_be_visible()
    seen += faults(page)
    assert seen == []


@pytest.mark.parametrize("script", [True, False])
def test_a_path_followed_to_its_end(visit: Visit, study: Study, script: bool) -> None:
    page = visit(study.path, script=script, width=390)
    page.get_by_role("button", name="Start this path").click()
    sign_in(page)
    page.get_by_role("button", name="Start this path").click()
    expect(page.get_by_role("main")).to_contain_text("0 of 2 steps")
    expect(page.get_by_role("link", name=re.compile("^Next step"))).to_have_count(1)
    seen = faults(page) if script else []
    for step in (1, 2):
        page.locator("li[aria-current=step]").get_by_role("button", name=re.compile("^Done")).click()
        expect(page.get_by_role("main")).to_contain_text(f"{step} of 2 steps")
    expect(page.get_by_role("status").first).to_contain_text("Congratulations!")
    expect(page.get_by_role("link", name=re.compile("^Next step"))).to_have_count(0)
    seen += faults(page) if script else []
    page.goto("/paths/mine")
    expect(page.get_by_role("main")).to_contain_text("Finished on")
    page.goto(study.path)
    page.get_by_role("button", name=re.compile("^Done")).first.click()
    expect(page.get_by_role("main")).to_contain_text("1 of 2 steps")
    page.get_by_role("button", name="Stop following this path").click()
    expect(page.get_by_role("main")).to_contain_text("You follow no learning path yet")
    assert seen == []


def test_a_teacher_says_that_they_use_it(visit: Visit, study: Study) -> None:
    page = visit(f"/login?next=/resources/{study.name}")
    sign_in(page)
    page.get_by_role("link", name="We use it").click()
    page.get_by_label("Number of students").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the course.")
    assert page.get_by_role("alert").evaluate("element => element === document.activeElement")
    seen = faults(page)
    for label, text in (("Course", "EC 301"), ("Term", "Autumn 2026"), ("Number of students", "240"), ("How it went", "Well")):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Used in 1 course")).to_be_visible()
    seen += faults(page)
    page.get_by_role("link", name="In the register of adoptions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Register of adoptions")
    seen += faults(page)
    page.get_by_role("link", name=re.compile("^Delete")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete this entry?")
    seen += faults(page)
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("main")).to_contain_text("The entry is deleted.")
    assert seen == []
