"""A real browser on pages full of what hostile sources wrote: nothing runs, nothing is asked elsewhere, nothing breaks the policy."""

from __future__ import annotations

import importlib.util
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server

from config import from_env
from hub.app import create_app
from hub.db import db
from hub.models import Failure, Resource

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.slow]
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def harm() -> ModuleType:
    """tests/catalogue/hostile.py, which is no package."""
    spec = importlib.util.spec_from_file_location("tests_catalogue_hostile", ROOT / "tests" / "catalogue" / "hostile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def harmed(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, harm: ModuleType) -> Iterator[tuple[str, list[str]]]:
    """Address of a hub that has harvested all of it, and its pages."""
    folder = tmp_path_factory.mktemp("harmed")
    shutil.copy(sqlite_template, folder / "hub.db")
    own = {"HUB_DATA": str(folder), "SECRET_KEY": "only-for-tests-0123456789", "HUB_HARVEST_PAUSE": "0", "HUB_HARVEST_ALLOW": "127.0.0.1"}
    app = create_app({**from_env(own), "TESTING": True})
    harm.fill(app)
    with app.app_context():
        names = db.session.scalars(select(Resource.public_id)).all()
        failure = db.session.scalars(select(Failure)).first()
        pages = ["/", "/search?q=commerce", "/search?q=commerce&page=2", "/providers", "/sources", "/sources/rss", "/topics"]
        pages += [f"/resources/{name}" for name in names[::3]] + ["/admin/runs", "/admin/runs/1"]
        pages += [f"/admin/runs/{failure.run_id}/failures/{failure.id}"] if failure else []
        db.session.remove()
        db.engine.dispose()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.engine.dispose()
    app.extensions["hub"].index.close()


def test_nothing_that_a_source_wrote_runs(chromium: Browser, harmed: tuple[str, list[str]], harm: ModuleType) -> None:
    address, pages = harmed
    context = chromium.new_context(base_url=address)
    page = context.new_page()
    faults: list[str] = []
    page.on("dialog", lambda dialog: (faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: faults.append(f"{page.url}: {message.text}") if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("request", lambda request: None if request.url.startswith((address, "data:")) else faults.append(f"asked {request.url}"))
    page.add_init_script(f"window.{harm.MARK} = () => console.error('a source ran a program')")
    page.goto("/login")
    page.fill("input[name=email]", harm.ADMIN)
    page.fill("input[name=password]", harm.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))
    for path in pages:
        page.goto(path)
        faults += [f"{path}: {found}" for found in page.evaluate(BROKEN)]
    page.goto("/")
    page.fill("input[name=q]", "comm")
    page.wait_for_timeout(600)  # suggestions come
    context.close()
    assert faults == []


BROKEN = """() => [...document.querySelectorAll('*')].flatMap(element => [...element.attributes]
    .filter(a => a.name.startsWith('on') || /^\\\\s*(javascript|data|vbscript):/i.test(element[a.name] || '') && a.name !== 'content')
    .map(a => `<${element.localName} ${a.name}=${a.value}>`))"""
