"""One filled hub for all tests of pages that only read; a fresh copy of it for those that write."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from config import from_env
from hub.app import create_app
from hub.db import db
from hub.services import migrating, seeding

ROOT = Path(__file__).parents[3]
Look = Callable[..., str]


@pytest.fixture(scope="session")
def courses() -> ModuleType:
    """The small catalogue of tests/catalogue (which is no package)."""
    spec = importlib.util.spec_from_file_location("tests_catalogue_courses", ROOT / "tests" / "catalogue" / "courses.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def settings(folder: Path, url: str) -> dict[str, object]:
    environment = {
        "HUB_DATA": str(folder),
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-tests-0123456789",
        "HUB_BASE_URL": "https://hub.example",
        "HUB_CONTACT": "hub@example.org",
        "HUB_API_RATE": "100000/minute",  # all tests ask from one network
    }
    return {**from_env(environment), "TESTING": True, "PROPAGATE_EXCEPTIONS": False}


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["hub"].index.close()


@pytest.fixture(scope="session")
def filled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, courses: ModuleType) -> Path:
    """The data folder of a hub with the small catalogue in it (SQLite)."""
    folder = tmp_path_factory.mktemp("filled")
    shutil.copy(sqlite_template, folder / "hub.db")
    app = create_app(settings(folder, f"sqlite:///{folder / 'hub.db'}"))
    courses.fill(app)
    close(app)
    return folder


def beside(url: str) -> str:
    """A migrated PostgreSQL database beside this one, which other tests empty."""
    own = make_url(url).set(database=f"{make_url(url).database}_site")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}"'))
        connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    engine.dispose()
    engine = create_engine(own)
    migrating.upgrade(engine)
    with Session(engine) as session:
        seeding.load_vocabulary(session)
        session.commit()
    engine.dispose()
    return own.render_as_string(hide_password=False)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, courses: ModuleType) -> Iterator[Flask]:
    """A hub to read from, on either database."""
    if request.param == "sqlite":
        folder = request.getfixturevalue("filled")
        app = create_app(settings(folder, f"sqlite:///{folder / 'hub.db'}"))
    else:
        app = create_app(settings(tmp_path_factory.mktemp("filled-pg"), beside(request.getfixturevalue("postgresql_url"))))
        courses.fill(app)
    yield app
    close(app)


@pytest.fixture
def own_site(filled: Path, tmp_path: Path) -> Iterator[Flask]:
    """A hub of this test alone."""
    shutil.copytree(filled, tmp_path / "hub")
    app = create_app(settings(tmp_path / "hub", f"sqlite:///{tmp_path / 'hub' / 'hub.db'}"))
    yield app
    close(app)


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    """Somebody without an account."""
    return site.test_client()


@pytest.fixture
def look(visitor: FlaskClient) -> Look:
    """The text of a page, which must answer 200."""

    def at(path: str, language: str = "en") -> str:
        answer = visitor.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    return at


def token(client: FlaskClient) -> str:
    """A CSRF token of this visitor's session."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/about").get_data(as_text=True))
    assert found is not None
    return found[1]


@pytest.fixture
def csrf() -> Callable[[FlaskClient], str]:
    return token


@pytest.fixture
def admin(own_site: Flask, courses: ModuleType) -> FlaskClient:
    """Ada, signed in at a hub of this test alone."""
    client = own_site.test_client()
    answer = client.post("/login", data={"csrf_token": token(client), "email": courses.ADMIN, "password": courses.PASSWORD})
    assert answer.status_code == 303
    return client
