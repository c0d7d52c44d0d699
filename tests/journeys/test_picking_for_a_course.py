"""A teacher picks in the frame of a learning platform on another site: with scripts and without, no cookie of ours; no axe violation."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Frame, Page
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import Person, Platform, Resource, Shelf, ShelfItem
from hub.services import introducing

from .conftest import ROOT, serving

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
ITEMS = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"


@pytest.fixture(scope="module")
def lms() -> Iterator[Any]:
    """The platform, at 127.0.0.1: for a browser that is another site than localhost."""
    spec = importlib.util.spec_from_file_location("tests_servers_lms", ROOT / "tests" / "servers" / "lms.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.Platform() as platform:
        yield platform


@pytest.fixture(scope="module")
def ada(tool: str, tool_folder: Path) -> int:
    """The number of the admin."""
    with Session(create_engine(f"sqlite:///{tool_folder / 'hub.db'}")) as session:
        return session.scalars(select(Person.id).where(Person.is_admin)).one()


@pytest.fixture(scope="module")
def tool_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that hub keeps its data."""
    return tmp_path_factory.mktemp("tool")


@pytest.fixture(scope="module")
def tool(sqlite_template: Path, tool_folder: Path, courses: ModuleType, lms: Any) -> Iterator[str]:
    """A hub with a shelf that knows the platform, at localhost."""
    folder = tool_folder
    template = folder / "template.db"
    shutil.copy(sqlite_template, template)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HARVEST_ALLOW", "127.0.0.1")
        with serving(template, folder, courses) as address:
            with Session(create_engine(f"sqlite:///{folder / 'hub.db'}")) as session:
                register(session, lms)
            yield address.replace("127.0.0.1", "localhost")


def register(session: Session, lms: Any) -> None:
    places = {"issuer": lms.issuer, "login_url": f"{lms.issuer}/auth", "jwks_url": f"{lms.issuer}/jwks"}
    session.add(Platform(title="Course place", client_id=lms.client_id, deployment_ids=[], created_at=now(), accepted_at=now(), **places))
    shelf = Shelf(public_id="picked", kind="shelf", title="Selling abroad", visibility="public", created_at=now(), updated_at=now())
    session.add(shelf)
    session.flush()
    alive = (Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None), Resource.hidden_at.is_(None))
    for place, id in enumerate(session.scalars(select(Resource.id).where(*alive).limit(3)), 1):
        session.add(ShelfItem(shelf_id=shelf.id, resource_id=id, first_id=id, position=place, note="Read this.", created_at=now()))
    session.commit()


def course(browser: Browser, lms: Any, tool: str, *, script: bool, kind: str, target: str, theme: str = "light") -> tuple[Page, Frame]:
    """A course page, and the hub in its frame."""
    asked = {"iss": lms.issuer, "login_hint": "teacher-1", "target_link_uri": target, "client_id": lms.client_id}
    login = f"{tool}/lti/login?{urlencode({**asked, 'lti_message_hint': f'{kind} {target}'})}"
    context = browser.new_context(java_script_enabled=script, color_scheme=theme, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{lms.issuer}/course?{urlencode({'src': login})}")
    frame = page.frames[1]
    if not script:
        page.frame_locator("iframe").get_by_role("button", name="Go on").click()
    return page, frame


def violations(frame: Frame) -> list[str]:
    """What axe finds in the hub's own page in the frame."""
    found = Axe().run(frame, options=RULES).response  # type: ignore[arg-type]
    assert len(found["passes"]) > 10, "it has looked"
    wide = frame.evaluate("document.documentElement.scrollWidth > innerWidth")
    faults = [f"{one['id']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}" for one in found["violations"]]
    return [*faults, *(["too wide"] if wide else [])]


@pytest.mark.parametrize("script", [True, False])
def test_a_teacher_picks_and_students_open(chromium: Browser, lms: Any, tool: str, script: bool) -> None:
    lms.honest()
    page, _frame = course(chromium, lms, tool, script=script, kind="LtiDeepLinkingRequest", target=f"{tool}/lti/launch")
    there = page.frame_locator("iframe")
    there.get_by_role("heading", name="Pick for your course").wait_for()
    there.get_by_label("Selling abroad").check()
    there.get_by_label("Words").fill("logistics")
    there.get_by_role("button", name="Find").click()
    there.get_by_role("group", name="Picked").get_by_label("Selling abroad").wait_for()
    there.get_by_role("group", name="Resources").get_by_role("checkbox").first.check()
    there.get_by_role("button", name="Put into the course").click()
    if not script:
        there.get_by_role("button", name="Go on").click()
    there.get_by_role("heading", name="Course 7").wait_for()
    items = lms.received(requests.get(f"{tool}/lti/jwks.json", timeout=10).json())[ITEMS]
    assert [item["type"] for item in items] == ["ltiResourceLink"] * 2 and items[0]["url"] == f"{tool}/shelves/picked"
    assert [one["name"] for one in page.context.cookies() if one["domain"] == "localhost"] == []
    page.context.close()
    for item in items:
        page, _frame = course(chromium, lms, tool, script=script, kind="LtiResourceLinkRequest", target=item["url"])
        page.frame_locator("iframe").get_by_role("heading", level=1).wait_for()
        page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picker_and_what_students_see_are_accessible(chromium: Browser, lms: Any, tool: str, theme: str) -> None:
    lms.honest()
    faults = []
    for path in ("/lti/launch", "/shelves/picked", "/"):
        kind = "LtiDeepLinkingRequest" if path == "/lti/launch" else "LtiResourceLinkRequest"
        page, frame = course(chromium, lms, tool, script=True, kind=kind, target=f"{tool}{path}", theme=theme)
        page.frame_locator("iframe").locator("body.frame h1").wait_for()
        faults += [f"{path}: {fault}" for fault in violations(frame)]
        page.context.close()
    assert faults == []


def test_a_platform_registers_itself_in_a_frame_and_is_told_to_go_on(chromium: Browser, lms: Any, tool: str, ada: int) -> None:
    lms.honest()
    link = f"{tool}/lti/register/{introducing.invite('only-for-tests-0123456789', ada)}"
    asked = urlencode({"openid_configuration": f"{lms.issuer}/openid-configuration", "registration_token": "reg-token"})
    context = chromium.new_context(locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{lms.issuer}/course?{urlencode({'src': f'{link}?{asked}'})}")
    there = page.frame_locator("iframe")
    there.get_by_role("heading", name="Register a learning platform").wait_for()
    assert violations(page.frames[1]) == []
    there.get_by_role("button", name="Register").click()
    there.get_by_role("heading", name="Registered").wait_for()
    page.wait_for_function("document.title === 'Told'")
    assert violations(page.frames[1]) == [] and lms.registered[0]["redirect_uris"] == [f"{tool}/lti/launch"]
    context.close()


def test_no_other_site_shows_our_pages_but_the_widgets(chromium: Browser, lms: Any, tool: str) -> None:
    """The same course page under another name is another site."""
    lms.honest()
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{lms.issuer.replace('127.0.0.1', 'localhost')}/course?{urlencode({'src': f'{tool}/shelves/picked'})}")
    page.wait_for_timeout(500)
    assert "Selling abroad" not in page.frames[1].content()
    page.goto(f"{lms.issuer.replace('127.0.0.1', 'localhost')}/course?{urlencode({'src': f'{tool}/embed/shelves/picked'})}")
    page.frame_locator("iframe").get_by_role("heading", name="Selling abroad").wait_for()
    context.close()
