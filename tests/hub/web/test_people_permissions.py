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

from .cast import PASSWORD, Stage, set_stage
from .conftest import close, settings, token

ROLES = ("visitor", "loner", "student", "teacher", "colleague", "curator", "admin", "partner", "stranger", "hub curator", "hub admin")
SEATS = {"student": 0, "teacher": 1, "colleague": 1, "curator": 2, "admin": 3}  # in the institution whose things are looked at
LADDER = {"student": 0, "teacher": 1, "curator": 2, "admin": 3}
SEEN = {  # visibility -> who sees it, besides `teacher`, whose thing it is
    "private": set[str](),
    "institution": set(SEATS),
    "partners": set(SEATS) | {"partner"},
    "public": set(ROLES),
}
May = Callable[[str], bool]


def everybody(role: str) -> bool:
    return True


def signed_in(role: str) -> bool:
    return role != "visitor"


def owner(role: str) -> bool:
    return role == "teacher"


def another(role: str) -> bool:
    return signed_in(role) and not owner(role)


def hub_admin(role: str) -> bool:
    return role == "hub admin"


def moderator(role: str) -> bool:
    return role in ("hub curator", "hub admin")


def manager(role: str) -> bool:
    return role in ("admin", "hub admin")


def acting(least: str) -> May:
    """Somebody who acts for any institution with this role."""
    return lambda role: (role in ("partner", "stranger") and LADDER[least] <= 1) or SEATS.get(role, -1) >= LADDER[least]


def here(least: str) -> May:
    """Somebody of the institution whose thing it is."""
    return lambda role: SEATS.get(role, -1) >= LADDER[least]


def either(*ways: May) -> May:
    return lambda role: any(way(role) for way in ways)


@dataclass(frozen=True)
class Rule:
    """Who may. `of`: what the address names, where it comes in four visibilities (shelf, review, adoption), or is a person's own alone
    (`mine`: nobody else is told that it is there), or nothing that there is (`nothing`). `guarded`: who is not signed in is asked to do so
    before all. `form`: what a POST needs to be understood at all. `sees`: who sees it whatever its visibility."""

    may: May
    of: str = ""
    guarded: bool = True
    form: Mapping[str, str] | None = None
    sees: May = lambda role: False


def nobody(role: str) -> bool:
    return False


PUBLIC = Rule(everybody, guarded=False)
OWN = Rule(signed_in)
READ = Rule(everybody, "shelf", guarded=False)
CHANGE = Rule(either(owner, here("teacher")), "shelf")  # a private one is seen by its owner alone
MANAGE = Rule(either(owner, here("curator")), "shelf")
MINE = Rule(owner, "mine")
ABOUT = Rule(signed_in, form={"subject": "institution", "id": "house_id"})
TABLE: dict[str, Rule] = {
    "accounts.sign_in": PUBLIC, "registrations.register": PUBLIC, "registrations.confirm": PUBLIC, "passwords.forgot": PUBLIC,
    "passwords.reset": PUBLIC, "profiles.confirm_email": PUBLIC, "second_factors.ask": Rule(nobody, guarded=False),
    "federations.leave": Rule(nobody, "nothing", False),
    "federations.come_back": Rule(nobody, "nothing", False), "federations.prove": PUBLIC,
    # one's own account
    "profiles.show": OWN, "profiles.password": OWN, "profiles.email": OWN, "profiles.export": OWN, "profiles.delete": OWN,
    "devices.index": OWN,
    "devices.end": Rule(nobody, "nothing"), "devices.end_others": OWN, "second_factors.show": OWN, "second_factors.turn_on": OWN,
    "second_factors.turn_off": OWN, "second_factors.renew": OWN, "federations.ways": Rule(nobody, "nothing"), "federations.link": OWN,
    "federations.unlink": Rule(nobody, "nothing"),
    # institutions
    "institutions.index": PUBLIC, "institutions.show": PUBLIC, "institutions.logo": Rule(nobody, "nothing", False), "institutions.new": OWN,
    "institutions.create": OWN, "institutions.waiting": Rule(here("teacher")), "institution_settings.edit": Rule(manager),
    "institution_settings.save": Rule(manager), "institution_settings.claim": Rule(manager), "institution_settings.logo": Rule(manager),
    "members.index": Rule(either(here("student"), hub_admin)), "members.role": Rule(manager), "members.ask_removal": Rule(manager),
    "members.remove": Rule(manager), "members.invite": Rule(manager), "members.invitation": Rule(manager), "members.upload": Rule(manager),
    "partnerships.index": PUBLIC, "partnerships.ask": Rule(here("admin")), "partnerships.answer": Rule(here("admin")),
    "exemplars.index": PUBLIC, "exemplars.new": Rule(here("curator"), form={"resource": "resource"}),
    "exemplars.add": Rule(here("curator"), form={"resource": "resource"}),
    "exemplars.change": Rule(here("curator")), "seats.index": OWN, "seats.act": Rule(here("student"), form={"institution": "own"}),
    "seats.join": Rule(nobody, "nothing"), "seats.ask_leaving": Rule(here("student")), "seats.leave": Rule(here("student")),
    "invitations.show": Rule(nobody, "nothing", False), "invitations.register": Rule(nobody, "nothing", False),
    "invitations.accept": Rule(nobody, "nothing"), "rubrics.default": PUBLIC, "rubrics.show": PUBLIC, "rubrics.cycles": PUBLIC,
    "rubrics.edit": Rule(here("curator")), "rubrics.give_up": Rule(here("curator")), "rubrics.add_cycle": Rule(here("curator")),
    "rubrics.remove_cycle": Rule(here("curator")), "tags.index": PUBLIC,
    # students
    "bookmarks.index": OWN, "bookmarks.export": OWN, "bookmarks.ask": OWN, "bookmarks.keep": OWN, "bookmarks.drop": OWN,
    "bookmarks.edit": MINE, "bookmarks.save": MINE, "bookmarks.set_status": MINE, "bookmarks.remove": MINE,
    "paths.index": PUBLIC, "paths.mine": OWN, "paths.show": READ, "paths.start": Rule(signed_in, "shelf", guarded=False),
    "paths.stop": Rule(signed_in, "shelf", guarded=False), "paths.step": Rule(signed_in, "shelf", guarded=False, form={"done": "yes"}),
    "saved_searches.index": OWN, "saved_searches.keep": OWN, "saved_searches.ask": OWN, "saved_searches.change": MINE,
    "saved_searches.delete": MINE, "saved_searches.look": MINE, "saved_searches.renew": MINE,
    "saved_searches.leaving": Rule(nobody, "nothing", False), "saved_searches.stop": Rule(nobody, "nothing", False),
    "follows.index": OWN, "follows.ask": Rule(signed_in, form={"subject": "institution", "key": "own"}), 
    "follows.follow": Rule(signed_in, form={"subject": "institution", "key": "own"}),
    "follows.change": MINE, "follows.leave": MINE, "follows.advice": OWN, "feeds.institution": PUBLIC, "feeds.topic": PUBLIC,
    "feeds.provider": Rule(nobody, "nothing", False), "feeds.search": PUBLIC,
    # teachers
    "adoptions.index": PUBLIC, "adoptions.export": PUBLIC, "adoptions.new": Rule(acting("teacher")),
    "adoptions.edit": Rule(either(owner, here("curator")), "adoption", guarded=False),
    "adoptions.delete": Rule(either(owner, here("curator")), "adoption", guarded=False),
    "evaluations.index": PUBLIC, "evaluations.new": Rule(acting("teacher")), "evaluations.edit": Rule(owner, "review"),
    "evaluations.remove": Rule(owner, "review"), "evaluations.show": Rule(everybody, "review", guarded=False, sees=moderator),
    "evaluations.helpful": Rule(another, "review", form={"helpful": "yes"}), "evaluations.reply": Rule(nobody, "review"),
    "evaluations.unreply": Rule(nobody, "review"), "decisions.edit": Rule(here("curator")),
    "moderations.new": ABOUT, "moderations.create": ABOUT, "moderations.index": Rule(moderator), "moderations.decide": Rule(moderator),
    "taggings.change": Rule(acting("teacher"), form={"tags": "customs"}), "taggings.suggest": Rule(acting("teacher")), "tags.show": PUBLIC,
    "tags.edit": Rule(here("curator")), "tags.change": Rule(here("curator")), "tags.confirm": Rule(here("curator")),
   
    "tags.merge": Rule(here("curator")), "tags.delete": Rule(here("curator")), 
    "sprinkles.choose": Rule(acting("teacher")),
    "sprinkles.confirm": Rule(acting("teacher")), "sprinkles.do": Rule(acting("teacher")),
    "sprinkles.show": Rule(acting("teacher"), "nothing"),
    "sprinkles.undo": Rule(acting("teacher"), "nothing"),
    # shelves
    "shelves.index": PUBLIC, "shelves.mine": OWN, "shelves.new": OWN, "shelves.show": READ, "shelf_exports.attribution": READ,
    "shelf_exports.document": READ, "shelf_exports.table": READ, "shelf_exports.feed": Rule(everybody, "feed", guarded=False),
    "shelves.copy": Rule(signed_in, "shelf"),
    "shelves.edit": MANAGE, "shelves.delete": MANAGE, "shelves.editors": MANAGE, "shelves.share": MANAGE, "shelf_items.choose": OWN,
    "shelf_items.shelve": Rule(either(owner, here("teacher")), "shelf"), "shelf_items.add": CHANGE, "shelf_items.move": CHANGE,
    "shelf_items.note": CHANGE, "shelf_items.remove": CHANGE, "shelf_items.undo": CHANGE,
    "shelf_comments.say": Rule(lambda role: role in SEATS or role in ("partner", "stranger"), "shelf"),
    "shelf_comments.change": Rule(either(owner, here("curator"), hub_admin), "shelf"),
    # admins of the hub
    "people.index": Rule(hub_admin), "people.show": Rule(hub_admin), "people.ask": Rule(hub_admin), "people.do": Rule(hub_admin),
    "verifications.index": Rule(hub_admin), "verifications.show": Rule(hub_admin), "verifications.decide": Rule(hub_admin),
    "verifications.domains": Rule(hub_admin),
}  # fmt: skip
LEFT = {"accounts.sign_out"}  # would sign the tests out: test_accounts
ROOMS = {name.partition(".")[0] for name in TABLE}
RESOURCES = ("/resources/",)  # where `public_id` is a resource's


def expected(rule: Rule, role: str, visibility: str) -> str:
    """`in`, `403`, `404` or `sign in`."""
    if rule.guarded and role == "visitor":
        return "sign in"
    if rule.of == "nothing" and rule.may is not nobody and not rule.may(role):
        return "403"
    if rule.of == "feed" and visibility != "public":
        return "404"
    if rule.of == "nothing" or (rule.of == "mine" and not owner(role)):
        return "404"
    hidden = rule.of not in ("", "mine") and role != "teacher" and role not in SEEN[visibility] and not rule.sees(role)
    if hidden:
        return "404"
    if rule.may(role):
        return "in"
    return "sign in" if role == "visitor" or (rule.may is nobody and not rule.of) else "403"


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
    values = {**stage.fixed, **stage.by_visibility[visibility], "suffix": "txt", "deed": "disable", "number": "999999999"}
    values |= {"session_id": "999999999", "identity_id": "999999999"}
    if rule.rule.startswith((*RESOURCES, "/bookmarks")):
        values["public_id"] = stage.fixed["resource"]
    if rule.rule.startswith(("/invitations", "/alerts", "/register/", "/password/", "/me/email/")):
        values["token"] = "nothing"
    if rule.rule.startswith("/feeds/providers"):
        values["slug"] = "nobody"
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule.rule)


def understood(rule: Rule, house: House) -> dict[str, str]:
    """The fields that it needs; the name of something on the stage stands for it."""
    return {name: house.stage.fixed.get(value, value) for name, value in (rule.form or {}).items()}


def form_of(rule: Rule, house: House, role: str, visibility: str) -> dict[str, str]:
    """What a POST brings: its token, and what it needs to be understood."""
    put = {"put": house.stage.by_visibility[visibility]["public_id"]} if rule.of == "shelf" else {}
    return {"csrf_token": house.csrf[role], **put, **understood(rule, house)}


def test_every_route_stands_in_the_table_or_in_the_older_one(house: House) -> None:
    there = {rule.endpoint for rule in rules(house.app)}
    assert there == TABLE.keys(), (there - TABLE.keys(), TABLE.keys() - there)


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
                answer = house.clients[role].open(address(rule, house.stage, visibility), method=method, data=data, query_string=query)
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
