"""An administrator who has never seen the hub adds three sources of different kinds from their addresses alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from config import from_env
from demo.server import running as demo_sources
from hub.app import create_app
from hub.db import db
from hub.services import joining

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
ROOT = Path(__file__).parents[2]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
KINDS = (("/repository/oai", "OAI-PMH"), ("/feed/courses.xml", "RSS, Atom"), ("/site/sitemap.xml", "Web pages (JSON-LD)"))
Start = Callable[[], Page]


@pytest.fixture
def demo() -> Iterator[str]:
    """The demo sources on loopback."""
    with demo_sources() as address:
        yield address


@pytest.fixture
def empty_hub(sqlite_template: Path, tmp_path: Path, courses: ModuleType) -> Iterator[str]:
    """The address of a hub without a source, with its worker: two processes of their own."""
    shutil.copy(sqlite_template, tmp_path / "hub.db")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "HUB_DATA": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'hub.db'}",
        "SECRET_KEY": "only-for-tests-0123456789",
        "HUB_HARVEST_ALLOW": "127.0.0.1",
        "HUB_HARVEST_PAUSE": "0",
        "HUB_MEANING": "off",
    }
    app = create_app(from_env(environment))
    with app.app_context():
        joining.add(db.session(), courses.ADMIN, courses.PASSWORD, name="Ada", admin=True)
        db.session().commit()
        db.engine.dispose()
    app.extensions["hub"].index.close()
    log = tmp_path / "processes.log"
    commands = (["gunicorn", "--bind", f"127.0.0.1:{port}", "--threads", "4", "wsgi:app"], ["hub.cli.main", "worker", "--threads", "1"])
    with log.open("wb") as out:
        processes = [
            subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
            for words in commands
        ]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


def sign_in(chromium: Browser, address: str, courses: ModuleType, *, script: bool) -> Page:
    """Ada, signed in."""
    context = chromium.new_context(base_url=address, locale="en-GB", java_script_enabled=script)
    context.set_default_timeout(30_000)
    page = context.new_page()
    for _ in range(100):
        try:
            page.goto("/login")
            break
        except Exception:  # the server is still starting
            page.wait_for_timeout(200)
    page.get_by_label("E-mail address").fill(courses.ADMIN)
    page.get_by_label("Password").fill(courses.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    return page


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page is too wide."""
    found = [f"{page.url}: {one['id']}: {one['nodes'][0]['target']}" for one in Axe().run(page, options=RULES).response["violations"]]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found + ([f"{page.url}: {over} px too wide"] if over > 0 else [])


def shot(page: Page, name: str) -> None:
    """Kept where SCREENSHOTS says, for people to look at."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def reloaded(page: Page, *, script: bool) -> None:
    """Wait for the end of a preview: with script by itself, without by the Refresh link."""
    for _ in range(100):
        if page.get_by_role("button", name="Harvest now").count():
            return
        if script:
            page.wait_for_timeout(300)
        else:
            page.get_by_role("link", name="Refresh").click()
            page.wait_for_timeout(200)
    pytest.fail("the preview does not end")


@pytest.mark.parametrize("script", [True, False])
def test_three_sources_from_their_addresses_alone(chromium: Browser, empty_hub: str, demo: str, courses: ModuleType, script: bool) -> None:
    page = sign_in(chromium, empty_hub, courses, script=script)
    found: list[str] = []
    page.goto("/admin/sources")
    expect(page.get_by_role("heading", name="No sources yet")).to_be_visible()
    for number, (path, kind) in enumerate(KINDS):
        page.goto("/admin/sources")
        page.get_by_role("link", name="Add a source").first.click()
        page.get_by_label("Address", exact=True).fill(demo + path)
        page.get_by_role("button", name="Look at it").click()
        expect(page.get_by_role("article").first).to_contain_text(kind)
        shot(page, f"recognised-{number}")
        if script:
            found += faults(page)
        page.get_by_role("article").first.get_by_role("link").click()
        page.get_by_label("Title", exact=True).fill(f"Source {number}")
        page.get_by_label("Name", exact=True).fill(f"source-{number}")
        shot(page, f"described-{number}")
        page.get_by_role("button", name="Save and preview").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Preview: Source {number}")
        reloaded(page, script=script)
        expect(page.get_by_role("heading", name="The first records, as they would look")).to_be_visible()
        if script:
            page.get_by_text("All fields").first.click()
            found += faults(page)
        shot(page, f"preview-{number}")
        page.get_by_role("button", name="Harvest now").click()
        expect(page.get_by_role("status").first).to_contain_text("is queued")
        page.get_by_role("link", name="Schedule", exact=True).click()
        page.get_by_role("link", name="Every day at 03:00").click()
        page.get_by_label("Time zone").fill("Asia/Shanghai")
        page.get_by_role("button", name="Set the schedule").click()
        expect(page.get_by_role("region", name="Schedule").get_by_role("listitem")).to_have_count(5)
        shot(page, f"source-{number}")
    page.goto("/admin/sources")
    for _ in range(100):
        if page.get_by_role("row").filter(has_text="Works").count() == len(KINDS):
            break
        page.wait_for_timeout(300)
        page.reload()
    expect(page.get_by_role("row").filter(has_text="Works")).to_have_count(len(KINDS))
    shot(page, "list")
    if script:
        found += faults(page)
    page.goto("/search?q=电商")
    expect(page.get_by_role("article").first).to_be_visible(timeout=15_000)
    page.context.close()
    assert found == []
