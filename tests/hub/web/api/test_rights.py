"""Every operation × every role × seen and unseen things: a token with every scope may what its person may on the site, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from hub.db import db, now
from hub.models import AccessToken, Person, Resource
from hub.services import tokening
from hub.web.api.operations import OPERATIONS, Operation

from ..cast import Stage
from ..rights import CHANGE, MANAGE, MINE, OWN, PUBLIC, READ, ROLES, SEEN, Rule, acting, either, everybody, expected, here, hub_admin, owner
from .conftest import Program

ADMIN = Rule(hub_admin)
ENTRY = Rule(either(owner, here("curator")), "adoption")
SHELF = {"title": "Changed", "visibility": "public", "institution": "own"}
USE = {"course": "Another", "term": "9/2027"}
TABLE: dict[str, tuple[Rule, Any]] = {  # operation -> who may, and a body that is understood
    "search": (PUBLIC, None), "listResources": (PUBLIC, None), "getResource": (PUBLIC, None), "listTopics": (PUBLIC, None),
    "getTopic": (PUBLIC, None), "listProviders": (PUBLIC, None), "listInstitutions": (PUBLIC, None), "getInstitution": (PUBLIC, None),
    "listShelves": (PUBLIC, None), "getShelf": (READ, None), "createShelf": (OWN, {"title": "New"}),
    "addItem": (CHANGE, {"resource": "resource"}),
    "changeItem": (CHANGE, {"place": 1}), "removeItem": (CHANGE, None), "changeShelf": (MANAGE, SHELF), "deleteShelf": (MANAGE, None),
    "listBookmarks": (OWN, None), "getBookmark": (MINE, None), "deleteBookmark": (MINE, None), "putBookmark": (OWN, {}),
    "listTags": (PUBLIC, None), "putTag": (Rule(acting("teacher")), None), "listReviews": (PUBLIC, None), "getRubric": (PUBLIC, None),
    "getReview": (Rule(everybody, "review", guarded=False), None), "writeReview": (Rule(acting("teacher")), {"scores": {}}),
    "changeReview": (Rule(owner, "review"), {"scores": {}}), "withdrawReview": (Rule(owner, "review"), None),
    "listAdoptions": (PUBLIC, None), "listAdoptionsOfResource": (PUBLIC, None),
    "getAdoption": (Rule(everybody, "adoption", guarded=False), None), "recordAdoption": (Rule(acting("teacher")), USE),
    "changeAdoption": (ENTRY, USE), "removeAdoption": (ENTRY, None), "listSources": (PUBLIC, None), "getSource": (PUBLIC, None),
    "createSource": (ADMIN, {"name": "sent"}), "pushRecords": (ADMIN, [{"identifier": "1", "title": "T"}]), "withdrawRecord": (ADMIN, None),
    "listRuns": (ADMIN, None), "getRun": (ADMIN, None), "listFailures": (ADMIN, None), "startRun": (ADMIN, {}), "cancelRun": (ADMIN, None),
}  # fmt: skip
ELSEWHERE = {"getProvider", "removeTag"}  # test_writes, test_reads
LAST = ("withdraw", "remove", "delete", "cancel")  # what takes away is tried when all else was


def ordered() -> list[Operation]:
    return sorted(OPERATIONS, key=lambda one: (one.name.startswith(LAST), "Shelf" in one.name, "Source" not in one.name))


def token_of(app: Flask, stage: Stage, role: str) -> str:
    """With every scope, whoever it is: as if an admin had lost their rights since."""
    text = tokening.new_text()
    with app.app_context():
        person = db.session.scalars(select(Person).where(Person.email == stage.emails[role])).one()
        kept = {"token_hash": tokening.digest(text), "hint": text[-4:], "scopes": list(tokening.SCOPES), "created_at": now()}
        db.session.add(AccessToken(person_id=person.id, name="all", **kept))
        db.session.commit()
        db.session.remove()
    return text


def path_of(one: Operation, arguments: Mapping[str, str]) -> str:
    path = one.path.replace(":int", "").replace(":path", "")
    names = {"review": "review_id", "adoption": "adoption_id", "item": "item_id"}
    values = {**{name: arguments[key] for name, key in names.items()}, "id": arguments["resource"], "slug": "own", "notation": "logistics"}
    values |= {"name": "sent" if "records" in path else "mooc", "identifier": "1", "run": "1"}
    if path.startswith("/shelves/"):
        values["id"] = arguments["public_id"]
    if "tags/" in path:
        values["name"] = "new tag"
    return path.format(**values)


def told(status: int) -> str:
    return {401: "sign in", 403: "403", 404: "404"}.get(status, "500" if status >= 500 else "in")


def test_every_operation_stands_in_the_table() -> None:
    assert {one.name for one in OPERATIONS} == TABLE.keys() | ELSEWHERE


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_where_it_may_and_no_further(own_site: Flask, stage: Stage, role: str) -> None:
    own_site.config["HUB_API_RATE"] = "100000/minute"
    program = Program(own_site.test_client(), token_of(own_site, stage, role) if role != "visitor" else "")
    if role != "hub admin":  # so that there is something to be refused
        keeper = Program(own_site.test_client(), token_of(own_site, stage, "hub admin"))
        assert keeper.ask("POST", "/sources", json={"name": "sent"}).status_code == 201
        keeper.ask("POST", "/sources/sent/records", json=[{"identifier": "1", "title": "T"}])
    with own_site.app_context():
        free = db.session.scalars(select(Resource.public_id).where(Resource.withdrawn_at.is_(None)).order_by(Resource.id.desc())).first()
    wrong = []
    for one in (one for one in ordered() if one.name in TABLE):
        rule, body = TABLE[one.name]
        for visibility in SEEN:
            if visibility != "public" and rule.of in ("", "mine"):
                continue
            arguments = {**stage.fixed, **stage.by_visibility[visibility]}
            if one.name in ("writeReview", "recordAdoption", "putBookmark"):
                arguments["resource"] = free or ""
            sent = {**body, "resource": free} if one.name == "addItem" else body
            answer = program.ask(one.method, path_of(one, arguments), **({"json": sent} if sent is not None else {}))
            if told(answer.status_code) != expected(rule, role, visibility):
                wrong.append((one.name, visibility, answer.status_code, "not", expected(rule, role, visibility), answer.text[:200]))
    assert not wrong, "\n".join(map(str, wrong))


def test_a_token_without_the_scope_never_writes(own_site: Flask, stage: Stage) -> None:
    with own_site.app_context():
        person = db.session.scalars(select(Person).where(Person.email == stage.emails["hub admin"])).one()
        _kept, text = tokening.issue(db.session(), person, name="none", scopes=["read"], days=1)
        db.session.commit()
    program = Program(own_site.test_client(), text)
    for one in OPERATIONS:
        if one.scope is not None:
            answer = program.ask(one.method, path_of(one, {**stage.fixed, **stage.by_visibility["public"]}), json={})
            assert answer.status_code == 403 and answer.json["code"] == "insufficient_scope", one.name
        else:
            assert one.method == "GET", "whatever writes needs a scope"
