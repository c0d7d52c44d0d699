"""Sources: what everybody may know of them, and pushing records into those that are made for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel, TypeAdapter
from pydantic.json_schema import JsonSchemaValue

from hub.services import browsing, pushing, reporting, sourcing
from hub.web import context
from hub.web.api import addresses
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.shapes import Shape
from hub.web.problems import Problem

PUSHED_MOST = 5_000_000  # bytes of one sending


class Source(Shape):
    """Where records come from. `resources` is null while the index cannot say."""

    name: str
    title: str
    kind: str
    url: str = Field(description="Empty where programs send records.")
    resources: int | None
    refreshed_at: datetime | None
    last_state: str | None
    since: datetime
    page: str


class Sources(Shape):
    """All sources, by title."""

    items: list[Source]


class SourceWanted(BaseModel):
    """A source into which programs send records."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=63, description="Lower-case letters, digits, - and _.")
    title: str = Field("", max_length=200)
    kind: Literal["pushed"] = "pushed"
    rank: int = Field(100, ge=0, le=1_000, description="The lower, the more its values are believed when sources disagree.")


class Sent(RootModel[list[Any]]):
    """Records. Each is read by itself: one that is wrong is kept as a failure, and the others come in."""

    root: list[Any] = Field(min_length=1, max_length=pushing.MOST)

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """As what it is meant to be."""
        return {**handler(TypeAdapter(list[pushing.SentRecord]).core_schema), "minItems": 1, "maxItems": pushing.MOST}


class Wrong(Shape):
    """A record that could not be read."""

    pointer: str
    identifier: str | None
    reason: str


class Counts(Shape):
    """What came of a sending. seen = created + updated + unchanged + withdrawn + failed."""

    run: int
    state: str
    seen: int
    created: int
    updated: int
    unchanged: int
    withdrawn: int
    failed: int
    failures: list[Wrong]


def shape(one: browsing.SourceState) -> Source:
    """A source as everybody may see it: without what is secret in its address."""
    same = {name: getattr(one, name) for name in ("name", "title", "kind", "resources", "refreshed_at", "last_state", "since")}
    return Source(**same, url=reporting.public(one.url) or "", page=addresses.absolute(f"/sources/{one.name}"))


@operation("GET", "/sources", tag="Sources", answer=Sources)
def list_sources(call: Call) -> Answer:
    """Where the catalogue comes from, and how fresh it is"""
    return Answer(Sources(items=[shape(one) for one in browsing.sources(context.session(), context.index())]))


@operation("GET", "/sources/{name}", tag="Sources", answer=Source, errors=(404,))
def get_source(call: Call) -> Answer:
    """One source"""
    return one(call.path["name"])


def one(name: str, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A source of this name. Raises Problem (404)."""
    found = browsing.source(context.session(), context.index(), name)
    if found is None:
        raise Problem(404, "There is no such source.")
    return Answer(shape(found), status=status, headers=headers or {})


@operation(
    "POST",
    "/sources",
    tag="Sources",
    scope="records",
    curates=True,
    body=SourceWanted,
    answer=Source,
    status=201,
    body_example={"name": "our-lms", "title": "Our LMS", "kind": "pushed"},
)
def create_source(call: Call) -> Answer:
    """Make a source into which programs send records"""
    said: SourceWanted = call.body
    try:
        made = pushing.make(context.session(), call.who.actor, said.name, title=" ".join(said.title.split()), rank=said.rank)
    except sourcing.BadSource as error:
        told = [{"pointer": f"/{error.field}", "detail": str(error)}]
        raise Problem(422, "The body is not as it should be.", errors=told) from None
    context.session().commit()
    return one(made.name, 201, {"Location": addresses.in_api(f"/sources/{made.name}")})


def pushed_source(call: Call) -> Any:
    """The source of the address, into which is sent. Raises Problem: 404, 409."""
    try:
        found = pushing.source_of(context.session(), call.path["name"])
    except pushing.NotPushed as error:
        raise Problem(409, str(error), code="not_pushed") from None
    if found is None:
        raise Problem(404, "There is no such source.")
    return found


@operation(
    "POST",
    "/sources/{name}/records",
    tag="Sources",
    scope="records",
    curates=True,
    body=Sent,
    answer=Counts,
    errors=(404, 409),
    most=PUSHED_MOST,
    body_example=[{"identifier": "course-1", "title": "Selling abroad", "url": "https://lms.example.org/1", "languages": ["en"]}],
)
def push_records(call: Call) -> Answer:
    """Send up to 500 records into a source; sending the same again changes nothing"""
    done = pushing.push(context.session(), pushed_source(call), call.body.root, cause=call.who.name)
    context.session().commit()
    wrong = [Wrong(pointer=f"/{one.place}", identifier=one.identifier, reason=one.reason) for one in done.wrong]
    return Answer(counts(done.run, wrong))


def counts(run: Any, wrong: list[Wrong]) -> Counts:
    """The numbers of a run."""
    numbers = {name: getattr(run, name) for name in ("seen", "created", "updated", "unchanged", "withdrawn", "failed", "state")}
    return Counts(run=run.id, failures=wrong, **numbers)


@operation(
    "DELETE", "/sources/{name}/records/{identifier:path}", tag="Sources", scope="records", curates=True, answer=Counts, errors=(404, 409)
)
def withdraw_record(call: Call) -> Answer:
    """Withdraw a record that was sent"""
    run = pushing.withdraw(context.session(), pushed_source(call), call.path["identifier"], cause=call.who.name)
    if run is None:
        raise Problem(404, "There is no such record in this source.")
    context.session().commit()
    return Answer(counts(run, []))
