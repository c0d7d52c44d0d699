"""A person's word on a field of a resource: it outlives every harvest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.resource import Resource


class Curation(db.Model):  # type: ignore[name-defined]
    """The value that stands in a field whatever the sources say: a lock on that field only."""

    __table_args__ = (UniqueConstraint("resource_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    field: Mapped[str] = mapped_column(String(40))  # a column of Resource
    value: Mapped[Any] = mapped_column(JSON(none_as_null=False))  # as merging.values_of writes it; JSON null: nothing stands there
    source_value: Mapped[Any] = mapped_column(JSON(none_as_null=False))  # what the sources said when it was last looked at
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    person: Mapped[str] = mapped_column(String(200))  # the name at that time; "command line"
    note: Mapped[str] = mapped_column(Text, default="")
    disagrees: Mapped[bool] = mapped_column(default=False, index=True)  # the sources say something else now than `source_value`
    at: Mapped[Moment]
