"""What the index has still to hear of."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from hub.db import db


class Outbox(db.Model):  # type: ignore[name-defined]
    """A resource changed, in the same transaction as this row. Rows go when the index has committed the change.

    No foreign key and no uniqueness: a row is only ever added and taken away, so that no two writers meet at it.
    """

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int]
