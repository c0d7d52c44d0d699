"""Who uses a resource in which course, and how it went."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.resource import Resource


class Adoption(db.Model):  # type: ignore[name-defined]
    """An institution used a resource in a course, in a term."""

    __table_args__ = (
        Index(None, "resource_id", "created_at"),
        Index(None, "institution_id", "created_at"),
        Index(None, "created_at"),  # the register, latest first
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)  # see rehoming
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    course: Mapped[str] = mapped_column(String(200))
    term: Mapped[str] = mapped_column(String(60))  # "Autumn 2026"
    students: Mapped[int | None]
    changes: Mapped[str] = mapped_column(Text, default="")  # what was changed
    outcome: Mapped[str] = mapped_column(Text, default="")  # how it went
    visibility: Mapped[str] = mapped_column(String(12), default="public")
    hidden_at: Mapped[Moment | None]  # a moderator took it out of sight
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
