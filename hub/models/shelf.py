"""Ordered lists of resources, who may change them, what is said of them."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.resource import Resource

VISIBILITIES = ("private", "institution", "partners", "public")


class Shelf(db.Model):  # type: ignore[name-defined]
    """A list of resources in an order, of a person or of the institution for which that person acts; any of them can be followed as a
    learning path, one of kind `path` is meant to be.
    """

    __table_args__ = (Index(None, "visibility", "updated_at"), Index(None, "institution_id", "updated_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(16), unique=True)  # in addresses; stable, never reused
    kind: Mapped[str] = mapped_column(String(10), default="shelf")  # shelf | path
    title: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(Text, default="")  # plain text
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)  # who made it
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="SET NULL"))  # for which; None: for themselves
    visibility: Mapped[str] = mapped_column(String(12), default="private")  # of VISIBILITIES
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("shelf.id", ondelete="SET NULL"), index=True)
    credit: Mapped[str] = mapped_column(Text, default="")  # whose shelf it was copied from, in words that outlive the original
    version: Mapped[int] = mapped_column(default=1)  # grows with each change of the shelf or its items
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class ShelfItem(db.Model):  # type: ignore[name-defined]
    """A resource on a shelf, with a note on why and how."""

    __table_args__ = (UniqueConstraint("shelf_id", "resource_id"), Index(None, "shelf_id", "position"), Index(None, "resource_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id, ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)  # see rehoming
    position: Mapped[int]
    note: Mapped[str] = mapped_column(Text, default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]


class ShelfEditor(db.Model):  # type: ignore[name-defined]
    """Somebody else who may change a shelf: a person, or all teachers of an institution."""

    __table_args__ = (UniqueConstraint("shelf_id", "person_id"), UniqueConstraint("shelf_id", "institution_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id, ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment]


class Comment(db.Model):  # type: ignore[name-defined]
    """What somebody who sees a shelf says of it, or of one item of it."""

    __table_args__ = (Index(None, "shelf_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id, ondelete="CASCADE"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey(ShelfItem.id, ondelete="SET NULL"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    hidden_at: Mapped[Moment | None]  # a moderator took it out of sight
    created_at: Mapped[Moment]
