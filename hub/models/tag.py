"""An institution's own words on resources."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.topic import Concept


class Tag(db.Model):  # type: ignore[name-defined]
    """A word of an institution. One that was merged into another leads there for ever."""

    __table_args__ = (UniqueConstraint("institution_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))  # as it was typed first, or renamed
    key: Mapped[str] = mapped_column(String(120))  # as it is compared: NFKC, lower case, single blanks
    about: Mapped[str] = mapped_column(Text, default="")
    concept_id: Mapped[int | None] = mapped_column(ForeignKey(Concept.id, ondelete="SET NULL"), index=True)  # the topic that means the same
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id"), index=True)
    uses: Mapped[int] = mapped_column(default=0)  # resources that have it
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class Tagging(db.Model):  # type: ignore[name-defined]
    """A tag on a resource, and who put it there. Numbers are never given twice: the log of what many got at once refers to them."""

    __table_args__ = (UniqueConstraint("tag_id", "resource_id"), Index(None, "resource_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey(Tag.id, ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)  # the page it was put on: see rehoming
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    created_at: Mapped[Moment]
