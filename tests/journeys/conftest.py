"""A real server process with the small catalogue, and a real Chromium that visits it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, sync_playwright

from config import from_env
from hub.app import create_app
from hub.db import db

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_MOST = 40  # seconds
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def courses() -> ModuleType:
    """The small catalogue of tests/catalogue (which is no package)."""
    spec = importlib.util.spec_from_file_location("tests_catalogue_courses", ROOT / "tests" / "catalogue" / "courses.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the served hub."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def served_database(served_folder: Path) -> str:
    """The database of the served hub: a test may put people and their things there, and takes them away again."""
    return f"sqlite:///{served_folder / 'hub.db'}"


@pytest.fixture(scope="session")
def served(sqlite_template: Path, served_folder: Path, courses: ModuleType) -> Iterator[str]:
    """The address of a server process of its own."""
    with serving(sqlite_template, served_folder, courses) as address:
        yield address


def environment_of(folder: Path) -> dict[str, str]:
    """The settings of a hub in this folder."""
    return {"HUB_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'hub.db'}", "SECRET_KEY": "only-for-tests-0123456789"}


@contextmanager
def serving(template: Path, folder: Path, courses: ModuleType) -> Iterator[str]:
    """A hub with the small catalogue in this folder, served by a process of its own: its address."""
    shutil.copy(template, folder / "hub.db")
    environment = environment_of(folder)
    app = create_app(from_env(environment))
    courses.fill(app)
    with app.app_context():
        db.engine.dispose()
    app.extensions["hub"].index.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4", "wsgi:app"]
    log = folder / "server.log"
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; fails with its log when it does not."""
    deadline = time.monotonic() + START_MOST
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browser."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A real Chromium: CHROMIUM names another one. Without any the test is skipped, or fails where nothing may be skipped."""
    if not Path(CHROMIUM).exists():
        message = f"no Chromium at {CHROMIUM} (CHROMIUM names another place)"
        if os.environ.get("HUB_TEST_REQUIRE_ALL"):
            pytest.fail(message)
        pytest.skip(message)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser, served: str) -> Iterator[Visit]:
    """Open a page as a visitor with this language, width and theme. A console error, or a request to another host, fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        refused = "422 (UNPROCESSABLE" in message.text  # Chromium reports every form that we send back with its errors
        if message.type in {"error", "warning"} and not refused:
            faults.append(f"{message.location.get('url')}: {message.text}")

    def go(path: str, *, language: str = "en-GB", width: int = 1280, theme: str = "light", script: bool = True) -> Page:
        context = chromium.new_context(
            base_url=served,
            locale=language,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", heard)
        # On a busy machine a view transition may be aborted: nothing of ours has failed then.
        page.on("pageerror", lambda error: None if "Transition was" in str(error) else faults.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith((served, "data:")) else faults.append(f"asked {request.url}"))
        page.goto(path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert faults == []
