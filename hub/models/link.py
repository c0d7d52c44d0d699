"""Whether the addresses of resources still lead somewhere."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.resource import Resource


class Link(db.Model):  # type: ignore[name-defined]
    """One address that a resource leads to, and how it answered when it was last asked."""

    __table_args__ = (UniqueConstraint("resource_id", "url_hash"), Index(None, "next_at"), Index(None, "state"), Index(None, "host"))

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    url: Mapped[str] = mapped_column(Text)
    url_hash: Mapped[str] = mapped_column(String(32))  # blake2b-16, hexadecimal: an address is too long for a unique index
    host: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(10))  # unchecked | ok | doubtful (fails, in the grace period) | broken | refused
    status: Mapped[int | None]  # of HTTP
    reason: Mapped[str | None] = mapped_column(Text)
    leads_to: Mapped[str | None] = mapped_column(Text)  # where it redirects for good
    finding: Mapped[str | None] = mapped_column(String(40))  # the last answer in a word (Finding.signature)
    waived: Mapped[str | None] = mapped_column(String(40))  # the finding that a person has called fine: silent until it is another one
    failures: Mapped[int] = mapped_column(default=0)  # one after the other
    failing_since: Mapped[Moment | None]
    checked_at: Mapped[Moment | None]
    next_at: Mapped[Moment | None]
