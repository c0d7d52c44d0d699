"""Accounts as admins see them: found, shown without secrets, changed by deeds that each say first what they mean."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html
from sqlalchemy import select

from hub.db import db
from hub.models import Person
from hub.models.audit import AuditEvent
from hub.services import joining, verifying
from hub.web.people import DEEDS

from .conftest import token

HERE = "/admin/people"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def bob(own_site: Flask) -> int:
    with own_site.app_context():
        person = joining.add(db.session(), "bob@example.org", "a long password", name=HOSTILE)
        person.totp_secret = verifying.new_secret()
        db.session.commit()
        return person.id


def main(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return " ".join(html.document_fromstring(answer.get_data(as_text=True)).xpath("string(//main)").split())


def do(client: FlaskClient, number: int, deed: str) -> Any:
    return client.post(f"{HERE}/{number}/{deed}", data={"csrf_token": token(client)})


def person(site: Flask, number: int) -> Person:
    with site.app_context():
        return db.session.get_one(Person, number)


def test_found_by_name_or_address(admin: FlaskClient, bob: int) -> None:
    assert "bob@example.org" in main(admin.get(HERE)) and re.search(r"\d accounts", main(admin.get(HERE)))
    assert "bob@example.org" in main(admin.get(f"{HERE}?words=BOB"))
    assert "Nobody is like that." in main(admin.get(f"{HERE}?words=nobody-of-that-name"))
    for question in (
        "role=hub-admin",
        "role=what",
        "institution=9",
        "institution=x",
        "state=what",
        "before=0",
        "before=-1",
        "words=%00",
        "words=" + "x" * 5000,
    ):
        assert admin.get(f"{HERE}?{question}").status_code == 200, question


def test_one_account_without_its_secrets(admin: FlaskClient, own_site: Flask, bob: int) -> None:
    text = admin.get(f"{HERE}/{bob}").get_data(as_text=True)
    kept = person(own_site, bob)
    assert HOSTILE not in text and "bob@example.org" in text
    assert not any(secret in text for secret in (kept.totp_secret or "", kept.password_hash, kept.session_key))
    assert admin.get(f"{HERE}/999999").status_code == 404


@pytest.mark.parametrize("deed", DEEDS)
def test_each_deed_says_what_it_means_and_is_done(admin: FlaskClient, own_site: Flask, bob: int, deed: str) -> None:
    with own_site.test_request_context():
        effect, done = str(DEEDS[deed].effect), str(DEEDS[deed].done)
    key = person(own_site, bob).session_key
    assert effect in main(admin.get(f"{HERE}/{bob}/{deed}"))
    assert person(own_site, bob).session_key == key, "looking changes nothing"
    answer = do(admin, bob, deed)
    assert (answer.status_code, answer.location) == (303, f"{HERE}/{bob}")
    nothing = deed in ("unmake-admin", "unmake-curator", "enable", "send-reset")  # there is no mail here
    assert (person(own_site, bob).session_key == key) == nothing
    with own_site.app_context():
        assert len(db.session.scalars(select(AuditEvent).where(AuditEvent.subject == "person")).all()) == (not nothing)
    assert ("Nothing was changed." if nothing else done) in main(admin.get(answer.location))
    assert main(admin.get("/admin/audit"))


def test_the_last_admin_and_oneself(admin: FlaskClient, own_site: Flask, courses: Any) -> None:
    with own_site.app_context():
        ada = db.session.scalars(select(Person.id).where(Person.email == courses.ADMIN)).one()
    answer = do(admin, ada, "unmake-admin")
    assert "This is the last admin of the hub" in main(admin.get(answer.location))
    answer = do(admin, ada, "disable")
    assert "You cannot close your own account here." in main(admin.get(answer.location))
    assert person(own_site, ada).is_admin and person(own_site, ada).disabled_at is None


def test_what_is_no_deed_or_nobody_is_not_there(admin: FlaskClient, bob: int) -> None:
    assert admin.get(f"{HERE}/{bob}/what").status_code == 404 and do(admin, bob, "what").status_code == 404
    assert admin.get(f"{HERE}/999999/disable").status_code == 404 and do(admin, 999999, "disable").status_code == 404


def test_a_closed_account_does_not_sign_in(admin: FlaskClient, own_site: Flask, bob: int) -> None:
    do(admin, bob, "two-factor-off")
    do(admin, bob, "disable")
    client = own_site.test_client()
    data = {"csrf_token": token(client), "email": "bob@example.org", "password": "a long password"}
    assert client.post("/login", data=data).status_code == 422
    do(admin, bob, "enable")
    assert client.post("/login", data={**data, "csrf_token": token(client)}).status_code == 303
