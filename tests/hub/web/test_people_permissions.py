"""Every route of people's things × every role × own and foreign, seen and unseen objects: who gets in, who is told no, who nothing.

The routes come from the URL map: one that stands neither here nor in `test_permissions` fails a test. What is expected is not written
down cell by cell but follows from who sees an object and who may do the deed.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.routing import Rule as WerkzeugRule

from hub.app import create_app
from hub.db import db
from hub.services import alerting

from .cast import INVITED, PASSWORD, Stage, set_stage
from .conftest import close, settings, token
from .rights import NEVER, ROLES, SEEN, TABLE, Rule, allowed, expected, page

LEFT = {"accounts.sign_out"}  # would sign the tests out: test_accounts
ROOMS = {name.partition(".")[0] for name in TABLE}
RESOURCES = ("/resources/",)  # where `public_id` is a resource's


def told(answer: object) -> str:
    """What an answer says to who asked."""
    status, place = answer.status_code, answer.headers.get("Location", "")  # type: ignore[attr-defined]
    if (status in (303, 302) and place.startswith("/login")) or status == 401:
        return "sign in"
    return {403: "403", 404: "404"}.get(status, "500" if status >= 500 else "in")


@dataclass(frozen=True)
class House:
    """A hub with the cast on its stage; `restore` brings the stage back as it was."""

    app: Flask
    stage: Stage
    clients: Mapping[str, FlaskClient]
    csrf: Mapping[str, str]
    restore: Callable[[], None]


@pytest.fixture(scope="module")
def house(filled: Path, tmp_path_factory: pytest.TempPathFactory, courses: ModuleType) -> Iterator[House]:
    """For this module."""
    folder = tmp_path_factory.mktemp("cast") / "hub"
    shutil.copytree(filled, folder)
    app = create_app(settings(folder, f"sqlite:///{folder / 'hub.db'}"))
    with app.app_context():
        stage = set_stage(db.session())
        stage.fixed["leaving"] = alerting.token(app.config["SECRET_KEY"], int(stage.fixed["teacher_id"]))
        db.session.remove()
    clients = {role: app.test_client() for role in ROLES}
    for role, client in clients.items():
        if role != "visitor":
            data = {"csrf_token": token(client), "email": stage.emails[role], "password": PASSWORD}
            assert client.post("/login", data=data).status_code == 303
    with app.app_context():
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()
    kept = folder.parent / "kept.db"
    shutil.copy(folder / "hub.db", kept)

    def restore() -> None:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        for leftover in ("hub.db-wal", "hub.db-shm"):
            (folder / leftover).unlink(missing_ok=True)
        shutil.copy(kept, folder / "hub.db")

    yield House(app, stage, clients, {role: token(client) for role, client in clients.items()}, restore)
    close(app)


def rules(app: Flask) -> list[WerkzeugRule]:
    """The routes of people's things."""
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in ROOMS and rule.endpoint not in LEFT]


def address(rule: WerkzeugRule, stage: Stage, visibility: str) -> str:
    """The route's address for the teacher's thing of this visibility."""
    values = {**stage.fixed, **stage.by_visibility[visibility], "suffix": "txt", "deed": "disable"}
    values |= {"version": "cartridge", "name": stage.fixed["resource"]}
    if rule.rule.startswith((*RESOURCES, "/bookmarks")):
        values["public_id"] = stage.fixed["resource"]
    if rule.rule.startswith("/invitations"):
        values["token"] = INVITED
    if rule.rule.startswith("/alerts"):
        values["token"] = values["leaving"]
    if rule.rule.startswith(("/register/", "/password/", "/me/email/")):
        values["token"] = "nothing"
    if rule.rule.startswith("/feeds/providers"):
        values["slug"] = values["provider"]
    if rule.rule.startswith("/sources/"):
        values["name"] = "repository"
    path = re.sub(r'<any\("(.+?)".*?\):suffix>', r"\1", rule.rule)
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], path)


def understood(rule: Rule, house: House) -> dict[str, str]:
    """The fields that it needs; the name of something on the stage stands for it."""
    return {name: house.stage.fixed.get(value, value) for name, value in (rule.form or {}).items()}


def form_of(rule: Rule, house: House, role: str, visibility: str) -> dict[str, str]:
    """What a POST brings: its token, and what it needs to be understood."""
    put = {"put": house.stage.by_visibility[visibility]["public_id"]} if rule.of == "shelf" else {}
    return {"csrf_token": house.csrf[role], **put, **understood(rule, house)}


ROOT = Path(__file__).parents[3]


def test_the_page_for_readers_is_the_table(house: House) -> None:
    """To write it anew, take it away and run this test."""
    place = ROOT / "docs" / "permissions.md"
    if not place.exists():
        place.write_text(page(rules(house.app)), encoding="utf-8")
        pytest.fail("docs/permissions.md was not there: it is written now")
    assert place.read_text(encoding="utf-8") == page(rules(house.app))


def test_every_route_stands_in_the_table_or_in_the_older_one(house: House) -> None:
    there = {rule.endpoint for rule in rules(house.app)}
    assert there == TABLE.keys(), (there - TABLE.keys(), TABLE.keys() - there)


def test_every_route_lets_somebody_in() -> None:
    """Else it might be refused to all and nobody would see it; what no role is let into by itself is named with its reason."""
    assert {endpoint for endpoint, rule in TABLE.items() if not allowed(rule)} == NEVER.keys()
    assert all(NEVER.values())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("visibility", SEEN)
def test_each_role_gets_where_it_may_and_no_further(house: House, role: str, visibility: str) -> None:
    wrong = []
    for rule in rules(house.app):
        wanted = TABLE[rule.endpoint]
        if visibility != "public" and wanted.of in ("", "mine", "nothing"):
            continue
        for method in ("GET", "POST"):
            if method in (rule.methods or ()):
                data = form_of(wanted, house, role, visibility) if method == "POST" else None
                query = understood(wanted, house) if method == "GET" else None
                answer = house.clients[role].open(
                    address(rule, house.stage, visibility), method=method, data=data, query_string=query, buffered=True
                )
                if told(answer) != expected(wanted, role, visibility):
                    wrong.append((method, rule.endpoint, told(answer), "not", expected(wanted, role, visibility), answer.status_code))
                if method == "POST" and told(answer) == "in":
                    house.restore()
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("role", ROLES)
def test_who_is_refused_writes_nothing(house: House, role: str) -> None:
    house.restore()
    path, wrong = house.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"), []
    connection = sqlite3.connect(path)
    for visibility in SEEN:
        for rule in rules(house.app):
            wanted = TABLE[rule.endpoint]
            if "POST" in (rule.methods or ()) and expected(wanted, role, visibility) != "in":
                before = connection.execute("PRAGMA data_version").fetchone()
                house.clients[role].post(address(rule, house.stage, visibility), data=form_of(wanted, house, role, visibility))
                if connection.execute("PRAGMA data_version").fetchone() != before:
                    wrong.append((rule.endpoint, visibility))
    connection.close()
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("role", ["teacher", "admin", "hub admin"])
def test_a_page_that_is_only_looked_at_writes_nothing(house: House, role: str) -> None:
    house.restore()
    client, wrong, shown = house.clients[role], [], 0
    connection = sqlite3.connect(house.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    for rule in rules(house.app):
        wanted = TABLE[rule.endpoint]
        for method in ("GET", "HEAD") if "GET" in (rule.methods or ()) else ():
            before = connection.execute("PRAGMA data_version").fetchone()
            answer = client.open(address(rule, house.stage, "public"), method=method, query_string=understood(wanted, house), buffered=True)
            if connection.execute("PRAGMA data_version").fetchone() != before:
                wrong.append((method, rule.endpoint, answer.status_code))
            if method == "GET" and expected(wanted, role, "public") == "in":
                shown += answer.status_code == 200
    connection.close()
    assert wrong == []
    assert shown > 40, "they are really there"


def test_no_form_works_without_its_token(house: House) -> None:
    house.restore()
    connection = sqlite3.connect(house.app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    before, posts = connection.execute("PRAGMA data_version").fetchone(), 0
    answers = {}
    for rule in rules(house.app):
        if "POST" in (rule.methods or ()):
            posts += 1
            data = {**form_of(TABLE[rule.endpoint], house, "teacher", "public"), "csrf_token": "wrong"}
            answers[rule.endpoint] = house.clients["teacher"].post(address(rule, house.stage, "public"), data=data).status_code
    assert {endpoint for endpoint, status in answers.items() if status != 400} == set()
    assert posts > 60 and connection.execute("PRAGMA data_version").fetchone() == before
    connection.close()
