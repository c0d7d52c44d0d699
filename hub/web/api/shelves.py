"""Shelves: read, made, changed, filled."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hub.services import displaying, locating, shelving, stocking, tidying
from hub.web import context
from hub.web.api import addresses, cursors, writing
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.shapes import House, Page, Paging, Shape
from hub.web.problems import Problem

TITLE_MOST, ABOUT_MOST = 200, 4_000
Kind = Literal["shelf", "path"]
Visibility = Literal["private", "institution", "partners", "public"]


class ShelvesQuery(Paging):
    """Which shelves."""

    q: str = Field("", max_length=200, description="Words in title or text.")
    institution: str = Field("", max_length=100, description="Slug of an institution.")
    kind: Kind | None = None
    sort: Literal["newest", "followed", "title"] = "newest"
    mine: bool = Field(False, description="Those that the token's person may change.")


class Shelf(Shape):
    """A list of resources. `owner` is the person's name where no institution made it."""

    id: str
    page: str
    title: str
    about: str
    kind: str
    visibility: str
    owner: str | None
    institution: House | None
    size: int
    followers: int
    updated_at: datetime


class Shelves(Page):
    """Some shelves."""

    total: int
    items: list[Shelf]


class Item(Shape):
    """A line of a shelf. `gone` says why the resource is in no search: withdrawn or hidden."""

    id: int
    resource: str
    title: str
    language: str | None
    note: str
    place: int
    gone: str | None


class ShelfInFull(Shelf):
    """A shelf with what stands on it, in its order."""

    version: int
    items: list[Item]


class ShelfWanted(BaseModel):
    """What a shelf is to be."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=TITLE_MOST)
    about: str = Field("", max_length=ABOUT_MOST)
    kind: Kind = "shelf"
    visibility: Visibility = "private"
    institution: str | None = Field(None, max_length=100, description="Slug, when an institution makes it; null: it is the person's own.")

    @field_validator("title")
    @classmethod
    def one_line(cls, value: str) -> str:
        """Without what cannot be seen."""
        line = tidying.one_line(value, TITLE_MOST)
        if not line:
            raise ValueError("write something")
        return line


class ItemWanted(BaseModel):
    """What is to be put on a shelf."""

    model_config = ConfigDict(extra="forbid")

    resource: str = Field(min_length=1, max_length=16, description="Id of the resource.")
    note: str = Field("", max_length=stocking.NOTE_MOST)
    place: int | None = Field(None, ge=1, le=shelving.ITEMS_MOST, description="From 1; at the end when it is left out.")


class ItemChange(BaseModel):
    """Another note, another place, or both."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = Field(None, max_length=stocking.NOTE_MOST)
    place: int | None = Field(None, ge=1, le=shelving.ITEMS_MOST)


def values(one: displaying.Listed) -> dict[str, Any]:
    """What a shelf is in a list."""
    same = {name: getattr(one, name) for name in ("title", "about", "kind", "visibility", "owner", "followers", "updated_at")}
    house = House.model_validate(one.house) if one.house is not None else None
    page = addresses.absolute(f"/shelves/{one.public_id}")
    return {**same, "id": one.public_id, "page": page, "institution": house, "size": one.items}


def found_shelf(call: Call) -> Any:
    """The shelf of the address, when the token's person may read it, and it is as the sender saw it. Raises Problem (404, 412)."""
    shelf = shelving.get(context.session(), call.who, call.path["id"])
    if shelf is None:
        raise Problem(404, "There is no such shelf.")
    call.check(shelf.version)
    return shelf


def in_full(public_id: str, call: Call, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A shelf as it stands now."""
    session = context.session()
    shelf = shelving.get(session, call.who, public_id)
    if shelf is None:
        raise Problem(404, "There is no such shelf.")
    listed = displaying.described(session, [shelf.id])[0]
    items = [line(one) for one in stocking.items(session, shelf.id)]
    value = ShelfInFull(**values(listed), version=shelf.version, items=items)
    return Answer(value, status=status, version=shelf.version, headers=headers or {})


def line(one: stocking.Item) -> Item:
    """A line; of a hidden resource nothing but that it is there."""
    same = {name: getattr(one, name) for name in ("id", "language", "note", "place", "gone", "title")}
    return Item(**same, resource=one.public_id)


TOLD: writing.Told = {
    shelving.NotAllowed: writing.not_allowed,
    shelving.TooMany: lambda error: Problem(409, f"There is no room: {error.most} are allowed.", code="full"),
    shelving.Stale: writing.stale,
}
PLACES = {"newest": (datetime, int), "followed": (int, datetime, int), "title": (str, int)}  # what a shelf's place is made of, by order


@operation("GET", "/shelves", tag="Shelves", query=ShelvesQuery, answer=Shelves, area="shelves")
def list_shelves(call: Call) -> Answer:
    """Shelves that everybody may read; with a token, what its person may read"""
    asked: ShelvesQuery = call.query
    after = cursors.read(asked.cursor, *PLACES[asked.sort])
    ask = displaying.Ask(
        words=asked.q, institution=asked.institution, kind=asked.kind or "", sort=asked.sort, after=after, limit=asked.limit
    )  # fmt: skip
    found = (displaying.mine if asked.mine else displaying.public)(context.session(), call.who, ask)
    following = cursors.write(*found.following) if found.following else None
    items = [Shelf(**values(one)) for one in found.rows]
    return Answer(Shelves(total=found.total, items=items, next=following), headers=addresses.links(following))


@operation("GET", "/shelves/{id}", tag="Shelves", answer=ShelfInFull, area="shelves", errors=(404,))
def get_shelf(call: Call) -> Answer:
    """One shelf with what stands on it"""
    return in_full(call.path["id"], call)


@operation(
    "POST", "/shelves", tag="Shelves", scope="shelves", body=ShelfWanted, answer=ShelfInFull, status=201, errors=(409,),
    body_example={"title": "Selling abroad", "visibility": "public"},
)  # fmt: skip
def create_shelf(call: Call) -> Answer:
    """Make a shelf"""
    wanted = wanted_of(call, kept=None)
    shelf = writing.commit(lambda: shelving.make(context.session(), call.who, wanted), TOLD)
    return in_full(shelf.public_id, call, 201, {"Location": addresses.in_api(f"/shelves/{shelf.public_id}")})


def wanted_of(call: Call, *, kept: int | None) -> shelving.Wanted:
    """What was sent. Raises Problem (403, 422)."""
    said: ShelfWanted = call.body
    seat = next((seat for seat in call.who.seats if seat.slug == said.institution), None)
    if said.institution is not None and seat is None and kept is None:
        raise Problem(403, "The token's person does not belong to this institution.", code="not_allowed")
    if said.institution is None and said.visibility in ("institution", "partners"):
        told = "needs an institution, whose people see it"
        raise Problem(422, "The body is not as it should be.", errors=[{"pointer": "/visibility", "detail": told}])
    about = tidying.paragraphs(said.about, ABOUT_MOST)
    house = seat.institution_id if seat else kept if said.institution is not None else None
    return shelving.Wanted(title=said.title, about=about, kind=said.kind, visibility=said.visibility, institution_id=house)


@operation(
    "PUT", "/shelves/{id}", tag="Shelves", scope="shelves", body=ShelfWanted, answer=ShelfInFull, errors=(404, 412),
    body_example={"title": "Selling abroad", "kind": "path", "visibility": "public"},
)  # fmt: skip
def change_shelf(call: Call) -> Answer:
    """Give a shelf another title, text, kind, institution or visibility"""
    shelf = found_shelf(call)
    wanted = wanted_of(call, kept=shelf.institution_id)
    writing.commit(lambda: shelving.change(context.session(), call.who, shelf, wanted, version=shelf.version), TOLD)
    return in_full(call.path["id"], call)


@operation("DELETE", "/shelves/{id}", tag="Shelves", scope="shelves", status=204, errors=(404, 412))
def delete_shelf(call: Call) -> Answer:
    """Take a shelf away"""
    shelf = found_shelf(call)
    writing.commit(lambda: shelving.remove(context.session(), call.who, shelf), TOLD)
    return Answer(status=204)


@operation(
    "POST",
    "/shelves/{id}/items",
    tag="Shelves",
    scope="shelves",
    body=ItemWanted,
    answer=ShelfInFull,
    status=201,
    errors=(404, 409, 412),
    body_example={"resource": "k7xq2m", "note": "Week 1"},
)
def add_item(call: Call) -> Answer:
    """Put a resource on a shelf"""
    session, shelf, said = context.session(), found_shelf(call), call.body
    found = locating.standing(session, said.resource)
    if found is None:
        raise Problem(422, "The body is not as it should be.", errors=[{"pointer": "/resource", "detail": "there is no such resource"}])

    def put() -> int:
        made = stocking.add(session, call.who, shelf, [found], note=tidying.paragraphs(said.note, stocking.NOTE_MOST))
        if made and said.place is not None:
            stocking.move(session, call.who, shelf, stocking.order_of(session, shelf.id)[-1], to=said.place)
        return made

    return in_full(call.path["id"], call, 201 if writing.commit(put, TOLD) else 200)


@operation(
    "PATCH", "/shelves/{id}/items/{item:int}", tag="Shelves", scope="shelves", body=ItemChange, answer=ShelfInFull, errors=(404, 412),
    body_example={"place": 1},
)  # fmt: skip
def change_item(call: Call) -> Answer:
    """Write another note on a line, or move it"""
    session, shelf, said = context.session(), found_shelf(call), call.body
    line = need_item(shelf, call)

    def change() -> None:
        if said.note is not None:
            stocking.note(session, call.who, shelf, line.id, tidying.paragraphs(said.note, stocking.NOTE_MOST), version=line.version)
        if said.place is not None:
            stocking.move(session, call.who, shelf, call.path["item"], to=said.place)

    writing.commit(change, TOLD)
    return in_full(call.path["id"], call)


def need_item(shelf: Any, call: Call) -> Any:
    """The line of the address. Raises Problem (404)."""
    item = stocking.find(context.session(), shelf, call.path["item"])
    if item is None:
        raise Problem(404, "There is no such line on this shelf.")
    return item


@operation("DELETE", "/shelves/{id}/items/{item:int}", tag="Shelves", scope="shelves", status=204, errors=(404, 412))
def remove_item(call: Call) -> Answer:
    """Take a resource off a shelf"""
    shelf = found_shelf(call)
    number = need_item(shelf, call).resource_id
    writing.commit(lambda: stocking.take(context.session(), call.who, shelf, number), TOLD)
    return Answer(status=204)
