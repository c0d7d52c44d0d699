"""Two resources judged the same work, or not."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.resource import Resource


class Match(db.Model):  # type: ignore[name-defined]
    """A pair of resources with the score and the reasons of the rule, and who decided. `left_id` is the smaller id.

    suggested: waits for a curator · merged: `kept_id` has the records of both · different: never to be joined by rule again.
    """

    __table_args__ = (
        UniqueConstraint("left_id", "right_id"),
        CheckConstraint("left_id < right_id", name="order"),
        Index(None, "state", "score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    left_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    right_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)
    score: Mapped[float]  # 0 .. 1
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [name of the reason, what was compared, weight], ...
    state: Mapped[str] = mapped_column(String(10))  # suggested | merged | different
    decided_by: Mapped[str | None] = mapped_column(String(200))  # "rule", or a person's name at that time; None: nobody yet
    kept_id: Mapped[int | None] = mapped_column(ForeignKey(Resource.id))
    moved: Mapped[list[int]] = mapped_column(JSON, default=list)  # source records that the merge moved: undo brings them back
    copied: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # table -> rows that the kept page got from the other one
    created_at: Mapped[Moment]
    decided_at: Mapped[Moment | None]
