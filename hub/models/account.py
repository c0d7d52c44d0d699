"""People who sign in."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db


class Person(db.Model):  # type: ignore[name-defined]
    """Somebody with an account. `session_key` is part of every session: changing it signs the person out everywhere."""

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    name: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    session_key: Mapped[str] = mapped_column(String(64))
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_curator: Mapped[bool] = mapped_column(default=False)  # may correct, merge and hide; admins may too
    created_at: Mapped[Moment]
    signed_in_at: Mapped[Moment | None]


class SignInFailure(db.Model):  # type: ignore[name-defined]
    """How often signing in failed lately, by account or by address, so that guessing gets slow. The key is a hash: no address is kept."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[Moment]
