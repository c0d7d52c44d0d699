"""How programs of people sign in."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person

SCOPES = ("read", "bookmarks", "tags", "shelves", "reviews", "adoptions", "records", "admin")


class AccessToken(db.Model):  # type: ignore[name-defined]
    """A personal access token (RFC 6750): the program has the token, we its hash. It may do what its scopes and its person may."""

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    hint: Mapped[str] = mapped_column(String(12))  # its last characters, to tell it from others
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)  # of SCOPES
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment | None]  # None: until it is taken back
    used_at: Mapped[Moment | None]  # to the hour
