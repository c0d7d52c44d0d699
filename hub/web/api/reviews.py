"""Reviews: read, written, changed, taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from hub.services import critiquing, evaluating, pointing, scoring
from hub.web import context
from hub.web.api import addresses, cursors, writing
from hub.web.api.operations import Answer, Call, operation
from hub.web.api.resources import standing
from hub.web.api.shapes import House, Page, Paging, Shape
from hub.web.problems import Problem


class ReviewsQuery(Paging):
    """Which order."""

    sort: Literal["new", "helpful"] = "new"


class Reply(Shape):
    """What the maker of a resource says to a review."""

    text: str
    institution: House | None
    person: str | None
    at: datetime


class Review(Shape):
    """What somebody says of a resource. `person` null: a former member."""

    id: int
    page: str
    person: str | None
    institution: House | None
    cycle: str
    score: float
    evidence: str
    comment: str
    visibility: str
    own: bool = Field(description="The author's institution made the resource: it counts for no score.")
    helpful: int
    at: datetime
    reply: Reply | None


class ReviewInFull(Review):
    """A review with its answer to each criterion."""

    scores: dict[str, int] = Field(description="Criterion to 1 ... 5.")


class Reviews(Page):
    """Some reviews of a resource."""

    total: int
    items: list[Review]


class Criterion(Shape):
    """A question of a rubric; `meaning` says for each language what 1 ... 5 stand for."""

    key: str
    name: dict[str, str]
    meaning: dict[str, list[str]]
    weight: int


class RubricInForce(Shape):
    """By what the token's person reviews."""

    name: dict[str, str]
    edition: int
    criteria: list[Criterion]


class ReviewWanted(BaseModel):
    """What is said: an answer to each criterion of the rubric in force."""

    model_config = ConfigDict(extra="forbid")

    scores: dict[str, int] = Field(description="Criterion to 1 ... 5; `/rubric` names them.", max_length=100)
    evidence: str = Field("", max_length=critiquing.TEXT_MOST)
    comment: str = Field("", max_length=critiquing.TEXT_MOST)
    visibility: Literal["institution", "partners", "public"] = "public"


def values(one: evaluating.Opinion) -> dict[str, Any]:
    """A review in a list."""
    same = ("id", "person", "cycle", "score", "evidence", "comment", "visibility", "own", "helpful", "at")
    house = House.model_validate(one.house) if one.house else None
    said = one.answer
    reply = (
        Reply(text=said.text, institution=House.model_validate(said.house) if said.house else None, person=said.person, at=said.at)
        if said
        else None
    )
    page = addresses.absolute(f"/reviews/{one.id}")
    return {**{name: getattr(one, name) for name in same}, "page": page, "institution": house, "reply": reply}


def draft(call: Call) -> critiquing.Draft:
    """What was sent."""
    said: ReviewWanted = call.body
    return critiquing.Draft(values=said.scores, evidence=said.evidence, comment=said.comment, visibility=said.visibility)


@operation("GET", "/resources/{id}/reviews", tag="Reviews", query=ReviewsQuery, answer=Reviews, area="reviews", errors=(308, 404, 410))
def list_reviews(call: Call) -> Answer:
    """Reviews of a resource"""
    place, asked = standing(call.path, "list_reviews"), call.query
    after = cursors.read(asked.cursor, *((int, datetime, int) if asked.sort == "helpful" else (datetime, int)))
    found = evaluating.reviews(context.session(), call.who, place.id, order=asked.sort, after=after, limit=asked.limit)
    following = cursors.write(*found.following) if found.following else None
    items = [Review(**values(one)) for one in found.opinions if not one.hidden]
    return Answer(Reviews(total=found.total, items=items, next=following), headers=addresses.links(following))


def in_full(call: Call, review_id: int, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """A review with its scores; its own author sees its version. Raises Problem (404)."""
    session = context.session()
    found = evaluating.review(session, call.who, review_id)
    if found is None:
        raise Problem(404, "There is no such review.")
    version = critiquing.mine(session, call.who, review_id, evaluating.today()).version if found.mine else None
    value = ReviewInFull(**values(found), scores=evaluating.answers(session, review_id))
    return Answer(value, status=status, version=version, headers=headers or {})


@operation("GET", "/reviews/{review:int}", tag="Reviews", answer=ReviewInFull, area="reviews", errors=(404,))
def get_review(call: Call) -> Answer:
    """One review"""
    return in_full(call, call.path["review"])


@operation("GET", "/rubric", tag="Reviews", answer=RubricInForce, area="reviews")
def get_rubric(call: Call) -> Answer:
    """The criteria of reviews: the hub's own, or those of the token's institution"""
    seat = call.who.seat
    return Answer(RubricInForce.model_validate(scoring.in_force(context.session(), seat.institution_id if seat else None)))


def twice(error: critiquing.AlreadyReviewed) -> Problem:
    """The review that there is."""
    there = addresses.in_api(f"/reviews/{error.review_id}")
    return Problem(409, "This person has reviewed it in this cycle: change that review.", code="twice", review=there)


def wrong(error: ValueError) -> Problem:
    """Scores that are none."""
    return Problem(422, "The body is not as it should be.", errors=[{"pointer": "/scores", "detail": str(error)[:300]}])


TOLD: writing.Told = {
    critiquing.NotAllowed: writing.refused,
    critiquing.AlreadyReviewed: twice,
    critiquing.CycleOver: lambda _error: Problem(409, "The cycle is over: the review stays as it is.", code="cycle_over"),
    critiquing.Stale: writing.stale,
    ValueError: wrong,
}


@operation(
    "POST", "/resources/{id}/reviews", tag="Reviews", scope="reviews", body=ReviewWanted, answer=ReviewInFull, status=201,
    errors=(404, 409), body_example={"scores": {"accuracy": 4}, "comment": "Clear, and up to date."},
)  # fmt: skip
def write_review(call: Call) -> Answer:
    """Review a resource, for the institution that the token's person acts for"""
    session = context.session()
    of = pointing.target(session, call.who, call.path["id"])
    if of is None:
        raise Problem(404, "There is no such resource.")
    number = writing.commit(lambda: critiquing.write(session, call.who, of, draft(call), evaluating.today()), TOLD)
    return in_full(call, number, 201, {"Location": addresses.in_api(f"/reviews/{number}")})


@operation(
    "PUT", "/reviews/{review:int}", tag="Reviews", scope="reviews", body=ReviewWanted, answer=ReviewInFull, errors=(404, 409, 412),
    body_example={"scores": {"accuracy": 5}},
)  # fmt: skip
def change_review(call: Call) -> Answer:
    """Change one's own review, while its cycle lasts"""
    session, number, day = context.session(), call.path["review"], evaluating.today()

    def change() -> None:
        kept = critiquing.mine(session, call.who, number, day)
        call.check(kept.version)
        critiquing.change(session, call.who, number, draft(call), kept.version, day)

    writing.commit(change, TOLD)
    return in_full(call, number)


@operation("DELETE", "/reviews/{review:int}", tag="Reviews", scope="reviews", status=204, errors=(404, 412))
def withdraw_review(call: Call) -> Answer:
    """Take one's own review back"""
    session, number, day = context.session(), call.path["review"], evaluating.today()

    def remove() -> None:
        call.check(critiquing.mine(session, call.who, number, day).version)
        critiquing.remove(session, call.who, number, day)

    writing.commit(remove, TOLD)
    return Answer(status=204)
