"""`hub user`: accounts looked at and looked after from the command line."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from hub.db import db
from hub.models import Person
from hub.models.audit import AuditEvent
from hub.services import verifying


@pytest.fixture
def ada(quick):
    quick("user", "add", "ada@example.org", "--name", "Ada", "--admin")
    return "ada@example.org"


def listed(quick, *words):
    return [entry["email"] for entry in json.loads(quick("user", "list", "--json", *words).stdout)]


def test_listed_and_shown(quick, ada):
    quick("user", "add", "bob@example.org", "--name", "Bob\tB")
    assert quick("user", "list").stdout == "bob@example.org\tBob B\tunconfirmed\nada@example.org\tAda\tadmin unconfirmed\n"
    assert listed(quick, "--find", "bob") == ["bob@example.org"] and listed(quick, "--role", "hub-admin") == [ada]
    assert listed(quick, "--state", "disabled") == []
    told = json.loads(quick("user", "show", ada, "--json").stdout)
    assert (told["admin"], told["second_factor"], told["password"], told["sessions"]) == (True, False, True, 0)
    assert "argon2" not in quick("user", "show", ada).stdout


def test_roles_given_and_taken(quick, quick_app, ada):
    quick("user", "add", "bob@example.org")
    assert "changed" in quick("user", "admin", "bob@example.org", "on").stdout
    assert "nothing to change" in quick("user", "admin", "bob@example.org", "on").stdout
    assert "changed" in quick("user", "curator", "bob@example.org", "on").stdout
    assert "changed" in quick("user", "admin", ada, "off").stdout
    assert "last admin" in quick("user", "admin", "bob@example.org", "off", status=2).stderr
    assert "last admin" in quick("user", "disable", "bob@example.org", status=2).stderr
    with quick_app.app_context():
        actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
        assert actions == ["person.admin", "person.curator", "person.admin"]
        assert set(db.session.scalars(select(AuditEvent.person))) == {"command line"}


def test_closed_and_opened(quick, ada):
    quick("user", "add", "bob@example.org")
    quick("user", "disable", "bob@example.org")
    assert listed(quick, "--state", "disabled") == ["bob@example.org"]
    quick("user", "disable", "bob@example.org", "--undo")
    assert listed(quick, "--state", "disabled") == []


def test_a_lost_second_factor(quick, quick_app, ada):
    assert "there was no second factor" in quick("user", "two-factor-off", ada).stdout
    with quick_app.app_context():
        db.session.scalars(select(Person)).one().totp_secret = verifying.new_secret()
        db.session.commit()
    assert "second factor off" in quick("user", "two-factor-off", ada).stdout
    assert listed(quick, "--state", "two-factor") == []


@pytest.mark.parametrize("words", [("show",), ("admin",), ("disable",), ("two-factor-off",)])
def test_nobody_of_that_address(quick, words):
    more = ("on",) if words == ("admin",) else ()
    assert "no account for nobody@example.org" in quick("user", *words, "nobody@example.org", *more, status=2).stderr
