"""What students keep and follow: bookmarks, paths, searches, news."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person
from hub.models.resource import Resource
from hub.models.shelf import Shelf, ShelfItem

STATUSES = ("interested", "studying", "completed", "stopped")


class Bookmark(db.Model):  # type: ignore[name-defined]
    """A resource that somebody keeps, with notes for themselves and how far they are. Nobody else ever sees it."""

    __table_args__ = (
        UniqueConstraint("person_id", "resource_id"),
        Index(None, "person_id", "updated_at"),
        Index(None, "person_id", "status", "updated_at"),
        Index(None, "resource_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)  # see rehoming
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(12), default="interested")  # of STATUSES
    started_at: Mapped[Moment | None]  # studying, first
    ended_at: Mapped[Moment | None]  # completed or stopped, last
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class RemovedBookmark(db.Model):  # type: ignore[name-defined]
    """What was written on a bookmark that somebody took away a short while ago: keeping the resource again brings it back."""

    __table_args__ = (UniqueConstraint("person_id", "resource_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(12))
    started_at: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    created_at: Mapped[Moment]  # of the bookmark
    removed_at: Mapped[Moment] = mapped_column(index=True)


class Enrolment(db.Model):  # type: ignore[name-defined]
    """Somebody follows a shelf as a learning path."""

    __table_args__ = (UniqueConstraint("person_id", "shelf_id"), Index(None, "person_id", "updated_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id, ondelete="CASCADE"), index=True)
    finished_at: Mapped[Moment | None]
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class StepDone(db.Model):  # type: ignore[name-defined]
    """Somebody has done a step of a path."""

    __table_args__ = (UniqueConstraint("person_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey(ShelfItem.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[Moment]


class SavedSearch(db.Model):  # type: ignore[name-defined]
    """A search that somebody keeps, and how they want to hear of what it finds anew."""

    __table_args__ = (UniqueConstraint("person_id", "query"), Index(None, "alert", "checked_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    query: Mapped[str] = mapped_column(String(1000))  # as in the address of the search page, in one order
    alert: Mapped[str] = mapped_column(String(10), default="none")  # none | daily | weekly
    token: Mapped[str] = mapped_column(String(64), unique=True)  # in the address of its feed
    newest_id: Mapped[int] = mapped_column(default=0)  # resources with a greater id are new
    checked_at: Mapped[Moment]
    created_at: Mapped[Moment]


class Follow(db.Model):  # type: ignore[name-defined]
    """Somebody wants to hear of what is new about a topic, a provider, an institution or a shelf."""

    __table_args__ = (UniqueConstraint("person_id", "subject", "key"), Index(None, "subject", "key"), Index(None, "alert", "checked_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(12))  # topic | provider | institution | shelf
    key: Mapped[str] = mapped_column(String(100))  # notation, slug, slug, public id
    alert: Mapped[str] = mapped_column(String(10), default="none")  # none | daily | weekly
    checked_at: Mapped[Moment]
    created_at: Mapped[Moment]


class Dismissal(db.Model):  # type: ignore[name-defined]
    """A recommendation that somebody does not want to see again."""

    __table_args__ = (UniqueConstraint("person_id", "resource_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)  # see rehoming
    created_at: Mapped[Moment]
