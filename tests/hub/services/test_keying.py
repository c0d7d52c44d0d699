"""Signing keys: locked, one after the other, forgotten in time; what happens when the secret changes; keys of an older version."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models import AuditEvent, SigningKey
from hub.services import expiring, keying, migrating
from hub.services.auditing import COMMAND_LINE

SECRET, OTHER = "one-secret-0123456789", "other-secret-0123456789"


def signer(session: Session, secret: str = SECRET) -> str:
    """Which key signs now; what it signs is good by the published keys."""
    token = keying.sign(session, secret, {"iss": "x"})
    session.commit()
    read = jwt.decode(token, KeySet.import_key_set(keying.published(session)), algorithms=["RS256"])
    return str(read.header["kid"])


def states(session: Session, secret: str = SECRET) -> list[str]:
    return [one.state for one in keying.standings(session, secret)]


def pass_by(session: Session, time: timedelta) -> None:
    """As if all of it had happened earlier."""
    for one in session.scalars(select(SigningKey)):
        one.active_at, one.created_at = one.active_at - time, one.created_at - time
    session.commit()


def test_one_follows_the_other_and_an_old_one_is_forgotten(session: Session) -> None:
    first = signer(session)
    made = keying.renew(session, SECRET, COMMAND_LINE)
    session.commit()
    assert keying.renew(session, SECRET, COMMAND_LINE).id == made.id, "one waits already"
    assert states(session) == ["next", "signs"] and signer(session) == first
    pass_by(session, timedelta(hours=25))
    assert states(session) == ["signs", "old"] and signer(session) == made.kid and len(keying.published(session)["keys"]) == 2
    pass_by(session, timedelta(hours=25))
    assert states(session) == ["signs"] and [key["kid"] for key in keying.published(session)["keys"]] == [made.kid]
    expiring.expire(session)
    assert [one.kid for one in session.scalars(select(SigningKey))] == [made.kid], "with its private half"
    at_once = keying.renew(session, SECRET, COMMAND_LINE, at_once=True)
    session.commit()
    assert signer(session) == at_once.kid and [one.kid for one in session.scalars(select(SigningKey))] == [at_once.kid]
    wanted = select(AuditEvent.after).where(AuditEvent.action == "key.renewed").order_by(AuditEvent.id)
    assert list(session.scalars(wanted)) == [{"at_once": False}, {"at_once": True}]


def test_without_the_secret_the_database_signs_nothing_and_a_new_secret_makes_a_new_key(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    first = signer(session)
    (kept,) = session.scalars(select(SigningKey))
    whole = json.dumps([kept.private, kept.public])
    assert '"d"' not in whole and keying.opened(OTHER, kept) is None and keying.opened(SECRET, kept) is not None
    second = signer(session, OTHER)
    assert second != first and "SECRET_KEY is not the one" in caplog.text
    assert states(session, OTHER) == ["signs", "lost"] and len(keying.published(session)["keys"]) == 2, "what it has signed is good still"
    assert signer(session, SECRET) == first, "the old secret is back"
    keying.renew(session, "third", COMMAND_LINE)
    assert states(session, "third") == ["next", "lost", "lost"] and keying.renew(session, OTHER, COMMAND_LINE).kid != second
    kept.private = "no key"
    assert keying.opened(SECRET, kept) is None


def test_the_key_of_an_older_version_goes_on_signing_and_is_locked_when_it_does(database_url: str) -> None:
    engine = create_engine(database_url)
    migrating.downgrade(engine, "0007")
    key = RSAKey.generate_key(2048, auto_kid=True)
    values: dict[str, Any] = {"kid": key.kid, "private": json.dumps(key.as_dict(private=True)), "at": "2026-01-02 03:04:05.000000"}
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            values["at"] = datetime.fromisoformat(values["at"] + "+00:00")
        connection.execute(text("INSERT INTO signing_key (kid, private, created_at) VALUES (:kid, :private, :at)"), values)
    migrating.upgrade(engine)
    with Session(engine) as session:
        assert signer(session) == key.kid
        (kept,) = session.scalars(select(SigningKey))
        assert not kept.private.startswith("{") and kept.public["n"] == key.as_dict(private=False)["n"] and "d" not in kept.public
        assert kept.active_at < now() and signer(session) == key.kid
        session.execute(update(SigningKey).values(active_at=now()))
        session.commit()
    migrating.downgrade(engine, "0007")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM signing_key")).scalar() == 0, "the older version could not read it"
    migrating.upgrade(engine)
    engine.dispose()
