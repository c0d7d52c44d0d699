"""People who sign in, how they are known, and where they are signed in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class Person(db.Model):  # type: ignore[name-defined]
    """Somebody with an account. `session_key` is part of every session: changing it signs the person out everywhere."""

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))  # "" for who signs in elsewhere alone: no password fits
    session_key: Mapped[str] = mapped_column(String(64))
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_curator: Mapped[bool] = mapped_column(default=False)  # of the whole hub, whatever institution; admins are too
    language: Mapped[str | None] = mapped_column(String(10))  # BCP 47, of mail; None: both
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("institution.id", ondelete="SET NULL"))
    confirmed_at: Mapped[Moment | None]  # the address is known to be this person's
    disabled_at: Mapped[Moment | None]  # an admin has closed the account: nobody signs in
    totp_secret: Mapped[str | None] = mapped_column(String(64))  # base32, RFC 6238; None: no second factor
    totp_step: Mapped[int | None]  # the last time step that was used: no code is taken twice
    recovery_hashes: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")  # of the codes that are left
    created_at: Mapped[Moment]
    signed_in_at: Mapped[Moment | None]


class SignIn(db.Model):  # type: ignore[name-defined]
    """One session of a person: a browser that is signed in, until it ends or is ended. The browser has the token, we its hash."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(200), default="")  # as it names itself
    place: Mapped[str] = mapped_column(String(60), default="")  # network of the address, not the address: "203.0.113.0/24"
    remembered: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Moment]
    seen_at: Mapped[Moment]  # to the day
    expires_at: Mapped[Moment] = mapped_column(index=True)


class Identity(db.Model):  # type: ignore[name-defined]
    """How a person is known at an OpenID Connect provider (OpenID Connect Core 1.0, section 5.7: issuer and subject together)."""

    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[Moment]
    used_at: Mapped[Moment | None]


class Ticket(db.Model):  # type: ignore[name-defined]
    """A link in a mail that lets its reader do one thing once: the reader has the token, we its hash."""

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(10))  # register | reset | email
    email: Mapped[str] = mapped_column(String(254), index=True)  # where the mail went
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what was typed before: name, hash of the password ...
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment] = mapped_column(index=True)


class SignInFailure(db.Model):  # type: ignore[name-defined]
    """How often signing in failed lately, by account or by address, so that guessing gets slow. The key is a hash: no address is kept."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[Moment]


class Throttle(db.Model):  # type: ignore[name-defined]
    """How often somebody did something in a window of time (registering, inviting, reporting). The key is a hash."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    since: Mapped[Moment] = mapped_column(index=True)  # when the window began
