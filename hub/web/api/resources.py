"""Resources: one by its id, all in the order of their changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import url_for
from pydantic import AwareDatetime, Field, field_validator

from hub.services import describing as full
from hub.services import enumerating, locating
from hub.web import context
from hub.web.api import addresses, cursors, describing
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.shapes import Page, Paging, Resource, ResourceInFull, Shape
from hub.web.problems import Problem

DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")


class Changes(Paging):
    """Which resources."""

    updated_since: AwareDatetime | None = Field(None, description="Changed then or later, with a time zone: 2026-07-01T00:00:00Z.")
    deleted: bool = Field(True, description="With those that are gone, as tombstones.")

    @field_validator("updated_since", mode="before")
    @classmethod
    def written_out(cls, value: str) -> str:
        """Not as a number, which would be seconds or milliseconds."""
        if not DATED.match(value):
            raise ValueError("write a date and a time with a time zone: 2026-07-01T00:00:00Z")
        return value


class Tombstone(Shape):
    """A resource that is gone: all that is told of it."""

    id: str
    updated_at: datetime
    deleted: bool = True
    merged_into: str | None = Field(description="Id of the resource that stands for it now.")


class Resources(Page):
    """A part of the catalogue."""

    items: list[Resource | Tombstone]


@operation("GET", "/resources", tag="Resources", query=Changes, answer=Resources, errors=(422,), example={"limit": "2"})
def list_resources(call: Call) -> Answer:
    """All resources in the order of their last change

    One that changes while you read comes again, so that none is missed: keep the time of your last reading for `updated_since`.
    """
    asked: Changes = call.query
    after = cursors.read(asked.cursor, datetime, int)
    found = enumerating.part(context.session(), after=after, since=since(asked), deleted=asked.deleted, limit=asked.limit)
    following = cursors.write(*found.following) if found.following else None
    return Answer(Resources(items=[listed(one) for one in found.rows], next=following), headers=addresses.links(following))


def since(asked: Changes) -> datetime | None:
    """The moment asked for, in UTC. Raises Problem for one that no calendar has there."""
    try:
        return asked.updated_since.astimezone(UTC) if asked.updated_since is not None else None
    except (OverflowError, ValueError):
        raise Problem(
            422, "Some parameters cannot be used.", errors=[{"parameter": "updated_since", "detail": "is no such time"}]
        ) from None


def listed(one: Any) -> Resource | Tombstone:
    """A resource, or what is left of it."""
    if isinstance(one, enumerating.Tombstone):
        return Tombstone(id=one.public_id, updated_at=one.updated_at, merged_into=one.into)
    return describing.resource(one)


@operation("GET", "/resources/{id}", tag="Resources", answer=ResourceInFull, errors=(308, 404, 410))
def get_resource(call: Call) -> Answer:
    """One resource, with offerings, records and provenance"""
    place = standing(call.path, "get_resource")
    found = full.by_public_id(context.session(), place.public_id)
    if found is None:
        raise Problem(404, "There is no such resource.")
    return Answer(describing.in_full(found))


def standing(path: Mapping[str, Any], name: str) -> Any:
    """The resource of the address, which everybody may see. Raises Problem: 404, 410 when it is gone, 308 when it was merged into another
    one."""
    place = locating.locate(context.session(), path["id"])
    if place is None or place.state == "hidden":
        raise Problem(404, "There is no such resource.")
    if place.state == "merged":
        there = addresses.absolute(url_for(f"api.{name}", **{**path, "id": place.into}))
        raise Problem(308, "This resource was merged into another one.", headers={"Location": there}, merged_into=place.into)
    if place.state == "withdrawn":
        raise Problem(410, "This resource was withdrawn by its source.", since=place.since.isoformat() if place.since else None)
    return place
