"""Tags: an institution's words on resources."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from hub.services import locating, tagging
from hub.web import context
from hub.web.api import writing
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.resources import standing
from hub.web.api.shapes import House, Shape
from hub.web.problems import Problem


class Tag(Shape):
    """A word of an institution."""

    id: int
    name: str
    institution: House
    mine: bool = Field(description="The token's person may take it away.")


class Tags(Shape):
    """All tags of a resource, those of the token's institution first."""

    items: list[Tag]


def listed(call: Call, resource_id: int, status: int = 200) -> Answer:
    """The tags as they stand."""
    found = tagging.on_resource(context.session(), call.who, resource_id)
    items = [
        Tag(id=one.tag_id, name=one.name, institution=House.model_validate(group.institution), mine=one.mine)
        for group in found.groups
        for one in group.tags
    ]
    return Answer(Tags(items=items), status=status)


@operation("GET", "/resources/{id}/tags", tag="Tags", answer=Tags, area="tags", errors=(308, 404, 410))
def list_tags(call: Call) -> Answer:
    """Tags of a resource"""
    return listed(call, standing(call.path, "list_tags").id)


def number_of(call: Call) -> int:
    """The resource of the address. Raises Problem (404)."""
    found = locating.standing(context.session(), call.path["id"])
    if found is None:
        raise Problem(404, "There is no such resource.")
    return found


def name_of(call: Call) -> str:
    """The tag of the address. Raises Problem (422)."""
    try:
        names = tagging.split(call.path["name"])
    except tagging.BadTag as error:
        raise bad(error) from None
    if len(names) != 1:
        raise Problem(422, "Send one tag at a time: a comma ends a tag.", errors=[{"parameter": "name", "detail": "is more than one tag"}])
    return names[0]


def bad(error: tagging.BadTag) -> Problem:
    """What is wrong with a tag."""
    said = {
        "empty": "is empty",
        "long": f"has more than {tagging.NAME_MOST} characters",
        "many": f"there are {tagging.EACH_MOST} tags on this resource",
        "full": f"the institution has {tagging.TAGS_MOST} tags",
    }
    return Problem(422, "This tag cannot be put.", code=error.why, errors=[{"parameter": "name", "detail": said[error.why]}])


@operation("PUT", "/resources/{id}/tags/{name}", tag="Tags", scope="tags", answer=Tags, errors=(404,))
def put_tag(call: Call) -> Answer:
    """Put a tag on a resource, for the institution that the token's person acts for"""
    session, number, name = context.session(), number_of(call), name_of(call)
    told: writing.Told = {
        tagging.NotAllowed: lambda _error: Problem(403, "Only who teaches at an institution tags for it.", code="not_allowed"),
        tagging.BadTag: bad,
    }
    made = writing.commit(lambda: tagging.put(session, call.who, [number], [name]), told)
    return listed(call, number, 201 if made else 200)


@operation("DELETE", "/resources/{id}/tags/{name}", tag="Tags", scope="tags", status=204, errors=(404,))
def remove_tag(call: Call) -> Answer:
    """Take a tag of one's own institution off a resource"""
    session, number, key = context.session(), number_of(call), tagging.key(name_of(call))
    there: Any = [
        one
        for group in tagging.on_resource(session, call.who, number).groups
        for one in group.tags
        if tagging.key(one.name) == key and call.who.seat is not None and group.institution.id == call.who.seat.institution_id
    ]
    if not there:
        raise Problem(404, "The token's institution has no such tag on this resource.")
    told: writing.Told = {
        tagging.NotAllowed: lambda _error: Problem(
            403, "Whoever put a tag takes it off, or a curator of the institution.", code="not_allowed"
        )
    }
    writing.commit(lambda: tagging.take(session, call.who, there[0].tagging_id, number), told)
    return Answer(status=204)
