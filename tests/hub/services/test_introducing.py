"""A registration link is used once, whoever comes at the same moment, and not at all when the platform fails: on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from harvesters.fetch import Fetcher, Limits
from hub.db import now
from hub.models import LaunchNonce, Person, Platform
from hub.services import introducing, launching
from hub.services.claiming import Refused

SECRET = "one-secret-0123456789"
TOOL = introducing.Tool(
    title="Hub", description="Courses", launch="https://hub.example/lti/launch", login="https://hub.example/lti/login",
    keys="https://hub.example/lti/jwks.json", home="https://hub.example/",
)  # fmt: skip


def opening() -> Fetcher:
    return Fetcher(allow=("127.0.0.1",), agent="test", limits=Limits(redirects=0, retries=0, waits=0, interval=0.0))


def test_a_link_is_used_once(session: Session, lms: Any) -> None:
    values = {"password_hash": "", "session_key": "k", "is_admin": True, "created_at": now()}
    ada = Person(email="ada@example.org", name="Ada", **values)
    session.add(ada)
    session.commit()
    link = introducing.invite(SECRET, ada.id)
    brought = introducing.visit(f"{lms.issuer}/openid-configuration", "reg-token")
    lms.registration = (500, b"")
    with pytest.raises(Refused, match="temporarily_unavailable"):
        introducing.register(session, opening, SECRET, link, brought, TOOL)
    assert not session.scalars(select(LaunchNonce)).all() and not session.scalars(select(Platform)).all()
    lms.registration = {}
    assert introducing.register(session, opening, SECRET, link, brought, TOOL).accepted_at is None
    with pytest.raises(Refused, match="used already"):
        launching.use_up(session, link, seconds=60)  # somebody who came at the same moment, and found it unused
    with pytest.raises(Refused, match="used already"):
        introducing.host(session, SECRET, link)
    lms.registration = {"client_id": "second"}
    again = introducing.invite(SECRET, ada.id)
    assert introducing.register(session, opening, SECRET, again, brought, TOOL).client_id == "second", "one issuer, two registrations"
    with pytest.raises(Refused, match="registered already"):
        introducing.register(session, opening, SECRET, third := introducing.invite(SECRET, ada.id), brought, TOOL)
    assert introducing.host(session, SECRET, third).name == "Ada", "it may be tried again"
