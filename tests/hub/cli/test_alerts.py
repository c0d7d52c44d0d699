"""`hub alerts send`: what is due, by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.db import db, now
from hub.models import Follow, Mail, Person, Shelf, ShelfItem
from hub.services import adding
from hub.services.auditing import COMMAND_LINE


def test_without_a_mail_server_it_says_what_is_missing(quick):
    assert "HUB_SMTP_URL" in quick("alerts", "send", status=2).stderr


@pytest.fixture
def environment(environment, request):
    """With a mail server that nobody asks: mails stay in the table."""
    if "without" not in request.node.name:
        return {
            **environment,
            "HUB_SMTP_URL": "smtp://127.0.0.1:9",
            "HUB_MAIL_FROM": "hub@hub.example",
            "HUB_BASE_URL": "https://hub.example",
        }
    return environment


def test_what_is_due_is_written_once(quick, quick_app):
    quick("user", "add", "ann@example.org")
    assert quick("alerts", "send").stdout == "0\n"
    with quick_app.app_context():
        session, moment = db.session, now()
        person = session.scalars(select(Person)).one()
        person.confirmed_at, person.language = moment, "en"
        texts = adding.texts_of({"title": "Customs for beginners", "url": "https://school.example/customs"})
        resource, _own = adding.add(session(), COMMAND_LINE, texts)
        when = {"created_at": moment, "updated_at": moment}
        shelf = Shelf(public_id="shelf1", title="Trade", person_id=person.id, visibility="public", **when)
        session.add(shelf)
        session.flush()
        item = {"resource_id": resource, "first_id": resource, "position": 1, "person_id": person.id, "created_at": moment}
        session.add(ShelfItem(shelf_id=shelf.id, **item))
        before = moment - timedelta(days=2)
        session.add(Follow(person_id=person.id, subject="shelf", key="shelf1", alert="daily", checked_at=before, created_at=before))
        session.commit()
    assert quick("alerts", "send").stdout == "1\n"
    assert quick("alerts", "send").stdout == "0\n"
    with quick_app.app_context():
        mail = db.session.scalars(select(Mail)).one()
    assert mail.recipient == "ann@example.org" and "Added: Customs for beginners" in mail.body
    assert "https://hub.example/alerts/" in mail.body
