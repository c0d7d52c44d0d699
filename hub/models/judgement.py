"""Test queries, and what people said of their results."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.resource import Resource


class JudgedQuery(db.Model):  # type: ignore[name-defined]
    """Words whose results are judged, with what the person who types them means."""

    __table_args__ = (UniqueConstraint("words", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(500))
    language: Mapped[str] = mapped_column(String(20))  # of the person who asks, BCP 47
    intent: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Moment]


class Judgement(db.Model):  # type: ignore[name-defined]
    """How well a resource answers a test query: 0 not, 1 a little, 2 well, 3 exactly. When it was merged, it speaks of the other one."""

    __table_args__ = (UniqueConstraint("query_id", "resource_id"), CheckConstraint("grade BETWEEN 0 AND 3", name="grade"))

    id: Mapped[int] = mapped_column(primary_key=True)
    query_id: Mapped[int] = mapped_column(ForeignKey(JudgedQuery.id, ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)
    grade: Mapped[int]
    judged_at: Mapped[Moment]
