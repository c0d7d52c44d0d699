"""Every route of the site with every role: a new one cannot be forgotten, for it must be an admin's, a curator's, or named as open."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from config import from_env
from hub.app import create_app
from hub.db import db
from hub.models import Resource, SourceRecord
from hub.services import joining

from .rights import TABLE

Csrf = Callable[[FlaskClient], str]
OPEN = {
    "/", "/about", "/healthz", "/oai", "/preferences/theme", "/providers", "/providers/<slug>", "/readyz", "/resources",
    "/resources/<name>", "/robots.txt", "/search", "/search/facets/<name>", "/search/help", "/search/why/<public_id>", "/sitemap.xml",
    "/sources", "/sources/<name>", "/sources/<name>/problems.csv", "/sources/<name>/records.csv", "/sources/<name>/report",
    "/sources/<name>/report.json", "/suggest", "/topics", "/topics/<notation>",
    "/lti/config.json", "/lti/jwks.json", "/lti/launch", "/lti/login", "/lti/pick", "/lti/register/<link>", "/oembed",
    '/resources/<public_id>.<any("jsonld", "ris", "bib", "csl.json"):suffix>', "/unapi", "/moochub/courses", "/opensearch.xml",
    "/suggest.json",
    '/search.<any("csv", "jsonl", "ris", "bib", "csl.json"):suffix>', "/sitemaps/pages.xml", "/sitemaps/resources-<int:number>.xml",
    "/dumps/", "/dumps/<name>/<file>",
}  # fmt: skip
MACHINES = ("/api/", "/mcp", "/oai")  # asked by programs, without forms and their tokens; a session is no authority there
CURATORS = ("/resources/<public_id>/", "/admin/corrections", "/admin/duplicates", "/admin/links", "/admin/resources", "/admin/topics")
TOKENLESS = ("/oai",)  # who asks it by POST has no session, and it writes nothing
COUNTED = ("/search", "/search/facets/<name>")  # what is searched is counted
NOBODY = {"int": "999999999", "default": "nobody", "suffix": "csv"}
ODD_NUMBERS = ("1000000000", "2147483648", "9223372036854775808", "9" * 5_000, "-1", "1.0", "nobody", "%D9%A3", "%00")
ODD_NAMES = ("%00", "%ED%A0%80", "%E2%80%AE", "..%2F..", "%7B%7B7*7%7D%7D", "x" * 5_000, "'")


@pytest.fixture(scope="module")
def gate(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A hub for this module, where nothing may be written."""
    folder = tmp_path_factory.mktemp("gate") / "hub"
    shutil.copytree(filled, folder)
    settings = from_env(
        {"HUB_DATA": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'hub.db'}", "SECRET_KEY": "only-for-tests-0123456789"}
    )
    app = create_app({**settings, "TESTING": True, "PROPAGATE_EXCEPTIONS": False})
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    app.extensions["hub"].index.close()


@pytest.fixture(scope="module")
def clients(gate: Flask, courses: ModuleType) -> Mapping[str, FlaskClient]:
    """Somebody of each role."""
    with gate.app_context():
        joining.add(db.session(), "cora@example.org", courses.PASSWORD, name="Cora", curator=True)
        db.session.commit()
        keys = {"member": "reader@example.org", "curator": "cora@example.org", "admin": courses.ADMIN}
    found = {"visitor": gate.test_client()}
    for role, email in keys.items():
        found[role] = gate.test_client()
        data = {"csrf_token": token(found[role]), "email": email, "password": courses.PASSWORD}
        assert found[role].post("/login", data=data).status_code == 303
    return found


def token(client: FlaskClient) -> str:
    """A CSRF token of this visitor's session."""
    return client.get("/about").get_data(as_text=True).partition('name="csrf_token" value="')[2].partition('"')[0]


@pytest.fixture
def writes(gate: Flask) -> Iterator[Callable[[], bool]]:
    """Has anybody written to the database since this was asked last?"""
    connection = sqlite3.connect(gate.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    seen = [connection.execute("PRAGMA data_version").fetchone()]

    def asked() -> bool:
        seen.append(connection.execute("PRAGMA data_version").fetchone())
        return bool(seen[-1] != seen[-2])

    yield asked
    connection.close()


def routes(app: Flask, method: str) -> list[Rule]:
    """All routes with this method but those of people's things, which stand in rights.py, of programs (api/test_rights.py), and files."""
    left = {*TABLE, "accounts.sign_out", "static"}
    rules = (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and not rule.rule.startswith(MACHINES))
    return [rule for rule in rules if rule.endpoint not in left]


def address(rule: Rule, values: Mapping[str, str]) -> str:
    """The route's address; each argument by its own name, or by its converter's."""
    parts = []
    for dynamic, text in rule._trace:
        if not dynamic:
            parts.append(text.lstrip("|"))
            continue
        converter = "int" if f"<int:{text}>" in rule.rule else "default"
        parts.append(values.get(text, values[converter]))
    return "".join(parts)


def least(rule: Rule) -> str:
    """The least role that may come in."""
    if rule.rule in OPEN:
        return "visitor"
    if rule.rule.startswith(CURATORS):
        return "curator"
    assert rule.rule.startswith("/admin/"), f"{rule.rule}: who may? Name it in OPEN or in rights.py, or begin it with /admin/."
    return "admin"


def expected(role: str, wanted: str) -> tuple[str, ...]:
    """What this role is told where that one is wanted."""
    ladder = ("visitor", "member", "curator", "admin")
    if ladder.index(role) >= ladder.index(wanted):
        return ("in",)
    return ("sign in",) if role == "visitor" else ("403",)


def told(answer: object) -> str:
    """What an answer says to who asked."""
    status, place = answer.status_code, answer.headers.get("Location", "")  # type: ignore[attr-defined]
    return "403" if status == 403 else "sign in" if status == 303 and place.startswith("/login") else "500" if status >= 500 else "in"


@pytest.mark.parametrize("role", ["visitor", "member", "curator", "admin"])
def test_each_role_gets_where_it_may_and_nowhere_else(gate: Flask, clients: Mapping[str, FlaskClient], role: str) -> None:
    client, wrong = clients[role], []
    csrf = token(client)
    for method in ("GET", "POST"):
        for rule in routes(gate, method):
            answer = client.open(
                address(rule, NOBODY), method=method, data={"csrf_token": csrf} if method == "POST" else None, buffered=True
            )
            if told(answer) not in expected(role, least(rule)):
                wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def test_whoever_is_refused_writes_nothing(gate: Flask, clients: Mapping[str, FlaskClient], writes: Callable[[], bool]) -> None:
    there, wrong = existing(gate), []
    for role in ("visitor", "member", "curator"):
        csrf = token(clients[role])
        writes()
        for rule in routes(gate, "POST"):
            if expected(role, least(rule)) != ("in",):
                clients[role].post(address(rule, there), data={"csrf_token": csrf, "source": "silent", "do": "merge"})
                wrong += [(role, rule.rule)] if writes() else []
    assert wrong == []


def test_a_page_that_is_only_looked_at_writes_nothing(gate: Flask, clients: Mapping[str, FlaskClient], writes: Callable[[], bool]) -> None:
    there, wrong, shown = existing(gate), [], 0
    for rule in routes(gate, "GET"):
        for method in ("GET", "HEAD"):
            status = clients["admin"].open(address(rule, there), method=method, buffered=True).status_code
            shown += status == 200
            if status >= 500 or (writes() and rule.rule not in COUNTED):
                wrong.append((method, rule.rule, status))
    assert wrong == []
    assert shown > 100, "most of them are there"


def test_no_form_works_without_its_token(gate: Flask, clients: Mapping[str, FlaskClient], writes: Callable[[], bool]) -> None:
    there = existing(gate)
    rules = [rule for rule in routes(gate, "POST") if rule.rule not in TOKENLESS]
    for path in TOKENLESS:
        assert clients["admin"].post(path).status_code == 200
    answers = {rule.rule: clients["admin"].post(address(rule, there), data={"csrf_token": "wrong"}).status_code for rule in rules}
    assert {rule for rule, status in answers.items() if status != 400} == set()
    assert len(rules) > 40 and not writes()


def test_a_session_is_no_authority_where_programs_ask(gate: Flask, clients: Mapping[str, FlaskClient], writes: Callable[[], bool]) -> None:
    there, wrong = existing(gate), []
    rules = [rule for rule in gate.url_map.iter_rules() if rule.rule.startswith(MACHINES)]
    writes()
    for rule in rules:
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            answer = clients["admin"].open(address(rule, there), method=method, json={}, buffered=True)
            if answer.status_code >= 500 or writes() or "Set-Cookie" in answer.headers:
                wrong.append((method, rule.rule, answer.status_code))
    assert rules and wrong == []


def test_a_number_or_name_that_nothing_has_is_not_there(gate: Flask, clients: Mapping[str, FlaskClient]) -> None:
    wrong, csrf = [], token(clients["admin"])
    for method in ("GET", "POST"):
        for rule in routes(gate, method):
            data = {"csrf_token": csrf} if method == "POST" else None
            for odd in ODD_NUMBERS if "<int:" in rule.rule else ():
                status = clients["admin"].open(
                    address(rule, {**existing(gate), **dict.fromkeys(numbers(rule), odd)}), method=method, data=data, buffered=True
                )
                wrong += [(method, rule.rule, odd[:30], status.status_code)] if status.status_code != 404 else []
            for odd in ODD_NAMES if rule.arguments else ():
                status = clients["admin"].open(address(rule, {**NOBODY, "default": odd}), method=method, data=data, buffered=True)
                wrong += [(method, rule.rule, odd[:30], status.status_code)] if status.status_code >= 500 else []
    assert wrong == []


def numbers(rule: Rule) -> list[str]:
    """The names of a route's numbers."""
    return [name for name in rule.arguments if f"<int:{name}>" in rule.rule]


_EXISTING: dict[int, Mapping[str, str]] = {}


def existing(app: Flask) -> Mapping[str, str]:
    """Arguments that name what there is."""
    if id(app) not in _EXISTING:
        with app.app_context():
            resource = db.session.scalars(
                select(Resource).where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None))
            ).first()
            record = db.session.scalars(select(SourceRecord.id)).first()
            assert resource is not None
            _EXISTING[id(app)] = {
                "int": "1", "default": "repository", "public_id": resource.public_id, "record_id": str(record), "scheme": "topic",
                "notation": "marketing", "kind": "csv", "slug": "nobody",
            }  # fmt: skip
    return _EXISTING[id(app)]
