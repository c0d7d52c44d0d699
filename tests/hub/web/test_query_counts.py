"""No page asks the database more often because there is more to show: every page, small and large, by everybody who may see it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from benchmarks.community.filling import fill
from benchmarks.community.rows import PASSWORD, Size
from benchmarks.visits import addresses, everybody
from hub.app import create_app
from hub.db import db
from hub.services import indexing

from .conftest import close, settings

pytestmark = pytest.mark.slow
FEW = Size(
    institutions=4, people=24, bookmarks=40, tags=8, taggings=16, shelves=12, items=24, reviews=30, decisions=12, adoptions=12, follows=24,
    searches=12, partnerships=4, comments=12, heavy=6,
)  # fmt: skip
MANY = Size(
    institutions=8, people=160, bookmarks=600, tags=80, taggings=400, shelves=96, items=400, reviews=400, decisions=120, adoptions=200,
    follows=300, searches=3000, partnerships=28, comments=300, heavy=40,
)  # fmt: skip
LEEWAY = 3  # an empty list saves a question, a second page asks for its number
MOST = 60


@dataclass(frozen=True)
class Crowd:
    """A hub, its pages, and clients by role."""

    app: Flask
    pages: Mapping[str, list[str]]
    clients: Mapping[str, FlaskClient]


@pytest.fixture(scope="module")
def crowds(filled: Path, tmp_path_factory: pytest.TempPathFactory, courses: ModuleType) -> Iterator[tuple[Crowd, Crowd]]:
    """The same catalogue with few people's things, and with many."""
    made = [crowd(filled, tmp_path_factory.mktemp(name) / "hub", size, courses) for name, size in (("few", FEW), ("many", MANY))]
    yield made[0], made[1]
    for one in made:
        close(one.app)


def crowd(filled: Path, folder: Path, size: Size, courses: ModuleType) -> Crowd:
    """One of them."""
    shutil.copytree(filled, folder)
    app = create_app(settings(folder, f"sqlite:///{folder / 'hub.db'}"))
    with app.app_context():
        people = fill(db.session(), size)
        indexing.rebuild(db.session(), app.extensions["hub"].index)
        pages = addresses(app.url_map.iter_rules(), db.session(), people)
        db.session.remove()
    found = {role: app.test_client() for role in everybody(people, courses.ADMIN)}
    for role, email in everybody(people, courses.ADMIN).items():
        if email:
            token = re.search(r'name="csrf_token" value="([^"]+)"', found[role].get("/login").get_data(as_text=True))
            assert token is not None
            password = courses.PASSWORD if email == courses.ADMIN else PASSWORD
            assert found[role].post("/login", data={"csrf_token": token[1], "email": email, "password": password}).status_code == 303
    return Crowd(app, pages, found)


def asked(crowd: Crowd, role: str, path: str) -> tuple[int, int, list[str]]:
    """Status, and how often the database was asked what."""
    statements: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with crowd.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", heard)
    try:
        status = crowd.clients[role].get(path).status_code
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    return status, len(statements), statements


def worst(crowd: Crowd, role: str, paths: list[str]) -> int:
    """The most questions that one of these addresses asks."""
    return max((count for status, count, _ in (asked(crowd, role, path) for path in paths[:12]) if status == 200), default=0)


@pytest.mark.parametrize("role", ["visitor", "student", "teacher", "curator", "admin", "hub admin"])
def test_no_page_asks_more_because_there_is_more(crowds: tuple[Crowd, Crowd], role: str) -> None:
    few, many = crowds
    grown, seen = {}, 0
    for rule, paths in few.pages.items():
        less, more = worst(few, role, paths), worst(many, role, many.pages[rule])
        seen += more > 0
        if (less and more > less + LEEWAY) or more > MOST:
            grown[rule] = (less, more)
    assert grown == {}
    assert seen > 15, "pages were asked"
