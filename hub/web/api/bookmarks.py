"""What the token's person keeps. Nobody else sees it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.services import bookmarking, revisiting
from hub.web import context
from hub.web.api import addresses, cursors
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.shapes import Page, Paging, Shape
from hub.web.problems import Problem

Status = Literal["interested", "studying", "completed", "stopped"]


class BookmarksQuery(Paging):
    """Which bookmarks."""

    status: Status | None = None
    q: str = Field("", max_length=200, description="Words in title or note.")


class Bookmark(Shape):
    """Something kept."""

    resource: str = Field(description="Id of the resource.")
    page: str
    title: str
    note: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    withdrawn_at: datetime | None


class Bookmarks(Page):
    """Some of what is kept, the latest change first."""

    items: list[Bookmark]


class Revision(BaseModel):
    """What is written on a bookmark. What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(None, max_length=bookmarking.NOTE_MOST, description="Seen by nobody else.")
    status: Status | None = None


@operation("GET", "/bookmarks", tag="Bookmarks", scope="bookmarks", query=BookmarksQuery, answer=Bookmarks, errors=(422,))
def list_bookmarks(call: Call) -> Answer:
    """What the token's person keeps"""
    asked: BookmarksQuery = call.query
    place = cursors.read(asked.cursor, datetime, int)
    ask = revisiting.Ask(call.who.person_id, asked.status or "", asked.q, after=place, limit=asked.limit)
    found = revisiting.page(context.session(), ask)
    following = cursors.write(*found.following) if found.following else None
    return Answer(Bookmarks(items=[shape(one) for one in found.rows], next=following), headers=addresses.links(following))


def shape(one: revisiting.Kept) -> Bookmark:
    """A bookmark as the API has it."""
    names = set(Bookmark.model_fields) - {"resource", "page"}
    values = {name: getattr(one, name) for name in names}
    return Bookmark(resource=one.public_id, page=addresses.page_of(one.public_id, one.slug), **values)


@operation("GET", "/bookmarks/{id}", tag="Bookmarks", scope="bookmarks", answer=Bookmark, errors=(404,))
def get_bookmark(call: Call) -> Answer:
    """One bookmark, by the resource's id"""
    return one(call)


def one(call: Call, public_id: str = "", status: int = 200) -> Answer:
    """The bookmark of the address. Raises Problem (404)."""
    kept = revisiting.one(context.session(), call.who.person_id, public_id or call.path["id"])
    if kept is None:
        raise Problem(404, "There is no such bookmark.")
    return Answer(shape(kept), status=status, version=kept.version)


@operation(
    "PUT", "/bookmarks/{id}", tag="Bookmarks", scope="bookmarks", body=Revision, answer=Bookmark, errors=(404, 412, 422),
    body_example={"note": "For week 3.", "status": "studying"},
)  # fmt: skip
def put_bookmark(call: Call) -> Answer:
    """Keep a resource, and write a note or a status on it"""
    session, found = context.session(), target(call)
    there = bookmarking.of(session, call.who.person_id, found.id)
    call.check(there.version if there is not None else None)
    version = there.version if there is not None and call.match is not None else None
    kept = bookmarking.keep(session, call.who.person_id, found.id)
    said: Revision = call.body
    note = kept.note if said.note is None else said.note
    try:
        bookmarking.revise(session, kept, note=note or "", status=said.status or kept.status, version=version)
    except bookmarking.Stale:
        session.rollback()
        raise Problem(412, "The bookmark was changed meanwhile: read it again.") from None
    session.commit()
    return one(call, found.public_id, 201 if there is None else 200)


def target(call: Call) -> Any:
    """The resource that may be kept: a hidden one is there for curators alone. Raises Problem (404)."""
    found = bookmarking.target(context.session(), call.path["id"])
    if found is None or (found.hidden and not call.who.is_curator):
        raise Problem(404, "There is no such resource.")
    return found


@operation("DELETE", "/bookmarks/{id}", tag="Bookmarks", scope="bookmarks", status=204, errors=(404, 412))
def delete_bookmark(call: Call) -> Answer:
    """Keep a resource no longer"""
    session = context.session()
    found = bookmarking.target(session, call.path["id"])
    kept = bookmarking.of(session, call.who.person_id, found.id) if found is not None else None
    if found is None or kept is None:
        raise Problem(404, "There is no such bookmark.")
    call.check(kept.version)
    bookmarking.drop(session, call.who.person_id, found.id)
    session.commit()
    return Answer(status=204)
