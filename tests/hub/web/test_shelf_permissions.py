"""Every route of shelves × every role × every visibility: who gets in, who is told no, to whom nothing is there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hub.app import create_app
from hub.db import db
from hub.models import Comment, Shelf, ShelfEditor, ShelfItem
from hub.models.shelf import VISIBILITIES

from .cast import CAST, PASSWORD, Stage, set_stage
from .conftest import close, settings
from .test_permissions import token

MEMBERS = {"student", "teacher", "colleague", "curator", "admin"}
SEEN = {"private": {"teacher"}, "institution": MEMBERS, "partners": MEMBERS | {"partner"}, "public": {*CAST, "visitor"}}
STAFF = {"teacher", "colleague", "curator", "admin"}
SEATED = MEMBERS | {"partner", "stranger"}
ANY, ALL = {*CAST}, {*CAST, "visitor"}
MANAGERS = {"teacher", "curator", "admin"}
FEED = 'GET /shelves/<public_id>/feed.<any("atom", "rss", "json"):suffix>'
REFERENCES = 'GET /shelves/<public_id>/items.<any("ris", "bib", "csl.json", "jsonl"):suffix>'
MAY = {  # method and route -> who may of those who see it; whoever made it is `teacher`
    "GET /shelves": ALL, "GET /shelves/mine": ANY, "GET /shelves/new": ANY, "POST /shelves/new": ANY,
    "GET /shelves/<public_id>": ALL, "GET /shelves/<public_id>/items.csv": ALL, "GET /shelves/<public_id>/shelf.json": ALL,
    "GET /shelves/<public_id>/attribution.<suffix>": ALL, FEED: ALL, REFERENCES: ALL,
    "GET /shelves/<public_id>/edit": MANAGERS, "POST /shelves/<public_id>/edit": MANAGERS,
    "GET /shelves/<public_id>/delete": MANAGERS, "POST /shelves/<public_id>/delete": MANAGERS,
    "GET /shelves/<public_id>/editors": MANAGERS, "POST /shelves/<public_id>/editors": MANAGERS,
    "GET /shelves/<public_id>/copy": ANY, "POST /shelves/<public_id>/copy": ANY,
    "POST /shelves/<public_id>/items": STAFF, "POST /shelves/<public_id>/items/undo": STAFF,
    "POST /shelves/<public_id>/items/<int:item_id>/move": STAFF, "POST /shelves/<public_id>/items/<int:item_id>/remove": STAFF,
    "GET /shelves/<public_id>/items/<int:item_id>/note": STAFF, "POST /shelves/<public_id>/items/<int:item_id>/note": STAFF,
    "POST /shelves/<public_id>/comments": SEATED, "POST /shelves/<public_id>/comments/<int:comment_id>": {*MANAGERS, "hub admin"},
    "GET /resources/<public_id>/shelve": ANY, "POST /resources/<public_id>/shelve": STAFF,
}  # fmt: skip
LOST = ("POST /shelves/<public_id>/delete", "POST /shelves/<public_id>/items/<int:item_id>/remove", "POST /shelves/<public_id>/copy")


@pytest.fixture(scope="module")
def gate(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A hub for this module."""
    folder = tmp_path_factory.mktemp("shelves") / "hub"
    shutil.copytree(filled, folder)
    app = create_app(settings(folder, f"sqlite:///{folder / 'hub.db'}"))
    yield app
    close(app)


@pytest.fixture(scope="module")
def stage(gate: Flask) -> Stage:
    with gate.app_context():
        return set_stage(db.session())


@pytest.fixture(scope="module")
def clients(gate: Flask, stage: Stage) -> dict[str, FlaskClient]:
    """Somebody of each role."""
    found = {"visitor": gate.test_client()}
    for role, email in stage.emails.items():
        found[role] = gate.test_client()
        form = {"csrf_token": token(found[role]), "email": email, "password": PASSWORD}
        assert found[role].post("/login", data=form).status_code == 303
    return found


def routes(app: Flask) -> set[str]:
    """All of the shelves' own."""
    mine = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("shel")]
    return {f"{method} {rule.rule}" for rule in mine for method in (rule.methods or set()) & {"GET", "POST"}}


def address(route: str, stage: Stage, visibility: str) -> str:
    values = stage.by_visibility[visibility]
    resource = stage.fixed["resource"] if "/resources/" in route else values["public_id"]
    path = re.sub(r'<any\("(.+?)".*?\):suffix>', r"\1", route.partition(" ")[2])
    path = path.replace("<public_id>", resource).replace("<suffix>", "txt")
    return path.replace("<int:item_id>", values["item_id"]).replace("<int:comment_id>", values["comment_id"])


def expected(route: str, role: str, visibility: str) -> str:
    """`in`, `403`, `404` or `sign in`."""
    if role == "visitor" and (MAY[route] != ALL):
        return "sign in"
    named = "/shelves/<" in route or route == "POST /resources/<public_id>/shelve"
    if (named and role not in SEEN[visibility]) or (route == FEED and visibility != "public"):
        return "404"
    if visibility == "private" and named:
        return "in"
    return "in" if role in MAY[route] else "403"


def told(status: int, place: str) -> str:
    if status == 303 and place.startswith("/login"):
        return "sign in"
    return {403: "403", 404: "404"}.get(status, "500" if status >= 500 else "in")


def rows(app: Flask) -> list[str]:
    """All that stands in the tables of shelves."""
    with app.app_context():
        return [
            str(tuple(row)) for model in (Shelf, ShelfItem, ShelfEditor, Comment) for row in db.session.execute(select(*model.__table__.c))
        ]


def test_the_table_has_every_route(gate: Flask) -> None:
    assert routes(gate) == set(MAY)


@pytest.mark.parametrize("visibility", VISIBILITIES)
@pytest.mark.parametrize("role", ["visitor", *CAST])
def test_each_role_gets_where_it_may(gate: Flask, stage: Stage, clients: dict[str, FlaskClient], role: str, visibility: str) -> None:
    client, wrong, csrf = clients[role], [], token(clients[role])
    for route in sorted(MAY):
        wanted = expected(route, role, visibility)
        if wanted == "in" and route in LOST:
            continue
        before = rows(gate)
        form = {"csrf_token": csrf, "to": "1", "title": "", "put": stage.by_visibility[visibility]["public_id"]}
        method = route.split(" ")[0]
        answer = client.open(address(route, stage, visibility), method=method, data=form if method == "POST" else None, buffered=True)
        found = told(answer.status_code, answer.headers.get("Location", ""))
        if found != wanted or ((wanted != "in" or route.startswith("GET")) and rows(gate) != before):
            wrong.append((route, answer.status_code, f"not {wanted}"))
    assert wrong == []


def test_ids_of_another_shelf_open_nothing(stage: Stage, clients: dict[str, FlaskClient], gate: Flask) -> None:
    """An item or a comment is of its own shelf alone, also for who may change both."""
    client, csrf = clients["teacher"], token(clients["teacher"])
    here, there = stage.by_visibility["public"], stage.by_visibility["private"]
    before, own = rows(gate), f"/shelves/{here['public_id']}"
    for path in (f"items/{there['item_id']}/move", f"items/{there['item_id']}/remove", f"items/{there['item_id']}/note"):
        answer = client.post(f"{own}/{path}", data={"csrf_token": csrf, "to": "1", "note": "x", "version": "1"})
        assert answer.status_code == 303 and answer.headers["Location"].startswith(own)
    assert client.post(f"{own}/comments/{there['comment_id']}", data={"csrf_token": csrf, "do": "delete"}).status_code == 404
    assert rows(gate) == before


def test_no_form_works_without_its_token(stage: Stage, clients: dict[str, FlaskClient], gate: Flask) -> None:
    before = rows(gate)
    posts = [route for route in MAY if route.startswith("POST")]
    answers = {
        route: clients["teacher"].post(address(route, stage, "public"), data={"title": "x", "do": "delete"}).status_code for route in posts
    }
    assert {route for route, status in answers.items() if status != 400} == set()
    assert rows(gate) == before
