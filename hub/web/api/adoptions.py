"""Adoptions: who uses a resource in which course."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.services import adopting, bookmarking, consulting
from hub.web import context
from hub.web.api import addresses, cursors, writing
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.resources import standing
from hub.web.api.shapes import House, Page, Paging, Shape
from hub.web.problems import Problem


class AdoptionsQuery(Paging):
    """Which entries of the register."""

    q: str = Field("", max_length=200, description="Words in course, term, texts or title.")
    institution: str = Field("", max_length=100, description="Slug of an institution.")


class Adoption(Shape):
    """One use of a resource. `person` null: a former member."""

    id: int
    resource: str
    title: str
    course: str
    term: str
    students: int | None
    changes: str
    outcome: str
    visibility: str
    version: int
    institution: House
    person: str | None
    created_at: datetime


class Adoptions(Page):
    """Some entries, the latest first."""

    items: list[Adoption]


class AdoptionWanted(BaseModel):
    """What is said of one use."""

    model_config = ConfigDict(extra="forbid")

    course: str = Field(min_length=1, max_length=adopting.COURSE_MOST)
    term: str = Field(min_length=1, max_length=adopting.TERM_MOST)
    students: int | None = Field(None, ge=0, le=adopting.STUDENTS_MOST)
    changes: str = Field("", max_length=adopting.TEXT_MOST)
    outcome: str = Field("", max_length=adopting.TEXT_MOST)
    visibility: Literal["private", "institution", "partners", "public"] = "public"


def shape(use: consulting.Use) -> Adoption:
    """An entry as the API has it."""
    same = set(Adoption.model_fields) - {"resource", "institution"}
    house = House(slug=use.institution_slug, name=use.name, name_zh=use.name_zh, kind=use.kind)
    return Adoption(resource=use.public_id, institution=house, **{name: getattr(use, name) for name in same})


def listed(call: Call, *, resource: str = "") -> Answer:
    """A part of the register."""
    asked = call.query
    after = cursors.read(asked.cursor, datetime, int)
    ask = consulting.Ask(
        institution=getattr(asked, "institution", ""), resource=resource, words=getattr(asked, "q", ""), after=after, limit=asked.limit
    )
    found = consulting.page(context.session(), call.who, ask)
    following = cursors.write(*found.following) if found.following else None
    return Answer(Adoptions(items=[shape(one) for one in found.rows], next=following), headers=addresses.links(following))


@operation("GET", "/adoptions", tag="Adoptions", query=AdoptionsQuery, answer=Adoptions, area="adoptions")
def list_adoptions(call: Call) -> Answer:
    """The register of adoptions"""
    return listed(call)


@operation("GET", "/resources/{id}/adoptions", tag="Adoptions", query=Paging, answer=Adoptions, area="adoptions", errors=(308, 404, 410))
def list_adoptions_of_resource(call: Call) -> Answer:
    """Where a resource is used"""
    return listed(call, resource=standing(call.path, "list_adoptions_of_resource").public_id)


def one(call: Call, number: int, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An entry that the token's person sees. Raises Problem (404)."""
    use = consulting.one(context.session(), call.who, number)
    if use is None:
        raise Problem(404, "There is no such adoption.")
    return Answer(shape(use), status=status, version=use.version, headers=headers or {})


@operation("GET", "/adoptions/{adoption:int}", tag="Adoptions", answer=Adoption, area="adoptions", errors=(404,))
def get_adoption(call: Call) -> Answer:
    """One adoption"""
    return one(call, call.path["adoption"])


def words(call: Call) -> adopting.Words:
    """What was sent. Raises Problem (422) for a course or term of which nothing can be seen."""
    said: AdoptionWanted = call.body
    found = adopting.words(**said.model_dump())
    for name in ("course", "term"):
        if not getattr(found, name):
            raise Problem(422, "The body is not as it should be.", errors=[{"pointer": f"/{name}", "detail": "write something"}])
    return found


def twice(error: adopting.Twice) -> Problem:
    """The entry that there is."""
    there = addresses.in_api(f"/adoptions/{error.id}")
    return Problem(409, "The institution has an entry for this course and term.", code="twice", adoption=there)


TOLD: writing.Told = {adopting.Refused: writing.refused, adopting.Twice: twice, adopting.Stale: writing.stale}


def entry_of(call: Call) -> Any:
    """The entry of the address. Raises Problem: 404 | 403."""
    session, number = context.session(), call.path["adoption"]
    use = consulting.one(session, call.who, number)
    if use is None or not adopting.may_change(call.who, use.person_id, use.institution_id):
        raise writing.not_allowed() if use is not None else Problem(404, "There is no such adoption.")
    return adopting.entry(session, number)


@operation(
    "POST", "/resources/{id}/adoptions", tag="Adoptions", scope="adoptions", body=AdoptionWanted, answer=Adoption, status=201,
    errors=(404, 409), body_example={"course": "Cross-border trade", "term": "Autumn 2026", "students": 40},
)  # fmt: skip
def record_adoption(call: Call) -> Answer:
    """Say that the token's institution uses a resource"""
    session = context.session()
    found = bookmarking.target(session, call.path["id"])
    if found is None or found.hidden:
        raise Problem(404, "There is no such resource.")
    number = writing.commit(lambda: adopting.add(session, call.who, found.id, words(call)).id, TOLD)
    return one(call, number, 201, {"Location": addresses.in_api(f"/adoptions/{number}")})


@operation(
    "PUT", "/adoptions/{adoption:int}", tag="Adoptions", scope="adoptions", body=AdoptionWanted, answer=Adoption, errors=(404, 409, 412),
    body_example={"course": "Cross-border trade", "term": "Autumn 2026", "students": 42},
)  # fmt: skip
def change_adoption(call: Call) -> Answer:
    """Change an entry"""
    entry = entry_of(call)
    call.check(entry.version)
    writing.commit(lambda: adopting.revise(context.session(), call.who, entry, words(call), version=entry.version), TOLD)
    return one(call, call.path["adoption"])


@operation("DELETE", "/adoptions/{adoption:int}", tag="Adoptions", scope="adoptions", status=204, errors=(404, 412))
def remove_adoption(call: Call) -> Answer:
    """Take an entry away"""
    entry = entry_of(call)
    call.check(entry.version)
    writing.commit(lambda: adopting.delete(context.session(), call.who, entry), TOLD)
    return Answer(status=204)
