"""What people have said of a resource, as a visitor may see it: score, spread, criteria, decisions, reviews with their replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.resource import Resource
from hub.models.review import Criterion, Cycle, Decision, HelpfulVote, Reply, Review, ReviewScore, Rubric
from hub.services import acting, critiquing, paging, pointing, rating, replying, scoring, tallying
from hub.services.acting import Seat, Viewer
from hub.services.paging import Place
from hub.services.rating import Spread

AT_ONCE = 10  # reviews of a page
FIRST = 3  # of them on the resource's own page
DECISIONS_MOST = 20


@dataclass(frozen=True, slots=True)
class House:
    """An institution, as far as it is named beside a word."""

    id: int
    slug: str
    name: str
    name_zh: str | None
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the maker of a resource says to a review."""

    id: int
    text: str
    house: House | None
    person: str | None
    at: datetime
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A review, as a page shows it."""

    id: int
    resource_id: int
    person: str | None  # None: a former member
    house: House | None
    cycle: str
    score: float
    evidence: str
    comment: str
    own: bool
    visibility: str
    hidden: bool
    helpful: int
    by_own_rubric: bool  # of the institution, not the hub's
    rubric_id: int
    at: datetime
    changed: bool
    mine: bool
    voted: bool = False
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """The mean of one criterion of the hub's rubric."""

    key: str
    name: dict[str, str]
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an institution decided."""

    house: House
    verdict: str
    reason: str
    visibility: str
    cycle: str
    at: datetime
    rubric: Mapping[str, str] | None  # the name of the institution's own one that was in force then


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All of it for one resource."""

    resource_id: int
    score: float | None
    number: int  # of reviews that make the score
    institutions: int  # that they are from
    spread: Spread
    bars: tuple[Bar, ...]
    verdicts: tuple[Verdict, ...]
    opinions: tuple[Opinion, ...]
    total: int  # reviews that this visitor sees
    mine: int | None = None  # the visitor's own of this cycle
    may_review: bool = False
    may_decide: bool = False
    made_by_mine: bool = False
    speaker: Seat | None = field(default=None)  # from where the visitor may answer reviews


def on_resource(session: Session, who: Viewer, resource_id: int) -> Judgement:
    """What the resource's page shows this visitor. A fixed number of queries."""
    columns = (Resource.score, Resource.review_count, Resource.institution, Resource.provider)
    row = session.execute(select(*columns).where(Resource.id == resource_id)).one()
    makers = pointing.makers(session, who, (row.institution, row.provider))
    shown = _shown(who, resource_id)
    teacher = who.seat is not None and who.seat.may("teacher")
    return Judgement(
        resource_id=resource_id,
        score=row.score,
        number=row.review_count,
        institutions=_institutions(session, resource_id) if row.review_count else 0,
        spread=_spread(session, resource_id) if row.review_count else rating.spread({}),
        bars=_bars(session, resource_id) if row.review_count else (),
        verdicts=verdicts(session, who, resource_id),
        opinions=_opinions(session, who, shown, order="new", limit=FIRST)[0],
        total=session.scalar(select(func.count()).select_from(Review).where(shown)) or 0,
        mine=critiquing.existing(session, who, resource_id, today()) if teacher else None,
        may_review=teacher,
        may_decide=who.seat is not None and who.seat.may("curator"),
        made_by_mine=bool(makers),
        speaker=replying.best(who, makers),
    )


@dataclass(frozen=True, slots=True)
class OpinionPage:
    """Some reviews of many."""

    opinions: tuple[Opinion, ...]
    total: int
    pages: int
    following: Place | None
    speaker: Seat | None


def reviews(
    session: Session, who: Viewer, resource_id: int, *, order: str = "new", page: int = 1, after: Place | None = None, limit: int = AT_ONCE
) -> OpinionPage:
    """The reviews of a resource that this visitor sees; `order`: new | helpful. By page, or after the place that the part before gave."""
    shown = _shown(who, resource_id)
    total = session.scalar(select(func.count()).select_from(Review).where(shown)) or 0
    found, following = _opinions(session, who, shown, order=order, limit=limit, skip=(max(page, 1) - 1) * limit, after=after)
    return OpinionPage(found, total, -(-total // limit), following, replying.speaker(session, who, resource_id))


def review(session: Session, who: Viewer, review_id: int, *, moderating: bool = False) -> Opinion | None:
    """One review, when this visitor sees it; a moderator sees hidden ones too."""
    which = Review.id == review_id
    shown = which if moderating else which & _seen(who)
    return next(iter(_opinions(session, who, shown, order="new", limit=1)[0]), None)


def answers(session: Session, review_id: int) -> dict[str, int]:
    """Criterion -> answer of one review."""
    rows = select(Criterion.key, ReviewScore.value).join(Criterion, Criterion.id == ReviewScore.criterion_id)
    return {key: value for key, value in session.execute(rows.where(ReviewScore.review_id == review_id))}


def of_house(session: Session, resource_id: int, institution_id: int, cycle_id: int | None) -> tuple[int, float | None]:
    """Number and mean of an institution's own reviews of a resource in a cycle: for who decides."""
    those = (Review.resource_id == resource_id, Review.institution_id == institution_id, Review.cycle_id == cycle_id)
    number, mean = session.execute(select(func.count(), func.avg(Review.score)).where(*those, Review.hidden_at.is_(None))).one()
    return number, None if mean is None else float(mean)


def verdicts(session: Session, who: Viewer, resource_id: int) -> tuple[Verdict, ...]:
    """What institutions decided last, as far as this visitor sees it; those that adopt first."""
    place = func.row_number().over(partition_by=Decision.institution_id, order_by=(Decision.created_at.desc(), Decision.id.desc()))
    last = select(Decision.id, place.label("place")).where(Decision.resource_id == resource_id, acting.visible(Decision, who)).subquery()
    rank = case((Decision.verdict == "adopt", 0), (Decision.verdict == "pilot", 1), else_=2)
    in_force = (
        select(func.max(Rubric.id))
        .where(Rubric.institution_id == Decision.institution_id, Rubric.created_at <= Decision.updated_at)
        .where(Rubric.retired_at.is_(None) | (Rubric.retired_at > Decision.updated_at))
        .correlate(Decision)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Decision, Cycle.name, Rubric.name, *HOUSE)
        .join(last, (last.c.id == Decision.id) & (last.c.place == 1))
        .join(Cycle, Cycle.id == Decision.cycle_id)
        .join(Institution, Institution.id == Decision.institution_id)
        .outerjoin(Rubric, Rubric.id == in_force)
        .order_by(rank, Decision.created_at.desc(), Decision.id.desc())
        .limit(DECISIONS_MOST)
    )
    return tuple(
        Verdict(
            house=_house(house), verdict=d.verdict, reason=d.reason, visibility=d.visibility, cycle=cycle, at=d.updated_at, rubric=rubric
        )
        for d, cycle, rubric, *house in rows
    )


HOUSE = (Institution.id, Institution.slug, Institution.name, Institution.name_zh, Institution.kind)


def house(session: Session, slug: str) -> House | None:
    """The institution of this address."""
    row = session.execute(select(*HOUSE).where(Institution.slug == slug)).first()
    return None if row is None else _house(row)


def today() -> date:
    """The day by which cycles go: UTC's."""
    return datetime.now(UTC).date()


def _seen(who: Viewer) -> ColumnElement[bool]:
    """What this visitor sees of reviews; their own also when a moderator has hidden it."""
    open_ = acting.visible(Review, who) & Review.hidden_at.is_(None)
    return open_ if who.person_id is None else or_(open_, Review.person_id == who.person_id)


def _shown(who: Viewer, resource_id: int) -> ColumnElement[bool]:
    return (Review.resource_id == resource_id) & _seen(who)


def _opinions(
    session: Session,
    who: Viewer,
    shown: ColumnElement[bool],
    *,
    order: str,
    limit: int,
    skip: int = 0,
    after: Place | None = None,
) -> tuple[tuple[Opinion, ...], Place | None]:
    """Three queries, however many there are; and what the next part comes after."""
    latest = [paging.Key(Review.created_at, down=True), paging.Key(Review.id, down=True)]
    wanted = (
        select(Review, Person.name, Cycle.name, Rubric.institution_id, *HOUSE)
        .outerjoin(Person, Person.id == Review.person_id)
        .outerjoin(Institution, Institution.id == Review.institution_id)
        .join(Cycle, Cycle.id == Review.cycle_id)
        .join(Rubric, Rubric.id == Review.rubric_id)
        .where(shown)
    )
    keys = [paging.Key(Review.helpful, down=True), *latest] if order == "helpful" else latest
    rows, following = paging.part(session, wanted, keys, after=after, limit=limit, skip=skip)
    rows = [row[: -len(keys)] for row in rows]
    ids = [row[0].id for row in rows]
    replies = _answers(session, ids) if ids else {}
    mine = select(HelpfulVote.review_id).where(HelpfulVote.person_id == who.person_id, HelpfulVote.review_id.in_(ids))
    voted = set(session.scalars(mine)) if ids and who.person_id is not None else set()
    return tuple(_opinion(row, who, replies.get(row[0].id), voted=row[0].id in voted) for row in rows), following


def _opinion(row: Any, who: Viewer, answer: Answer | None, *, voted: bool) -> Opinion:
    said, person, cycle, rubric_of, *house = row
    return Opinion(
        id=said.id,
        resource_id=said.resource_id,
        person=person,
        house=_house(house) if house[0] is not None else None,
        cycle=cycle,
        score=said.score,
        evidence=said.evidence,
        comment=said.comment,
        own=said.own,
        visibility=said.visibility,
        hidden=said.hidden_at is not None,
        helpful=said.helpful,
        by_own_rubric=rubric_of is not None,
        rubric_id=said.rubric_id,
        at=said.created_at,
        changed=said.version > 1,
        mine=who.person_id is not None and said.person_id == who.person_id,
        voted=voted,
        answer=answer,
    )


def _answers(session: Session, review_ids: Sequence[int]) -> dict[int, Answer]:
    rows = session.execute(
        select(Reply, Person.name, *HOUSE)
        .outerjoin(Person, Person.id == Reply.person_id)
        .outerjoin(Institution, Institution.id == Reply.institution_id)
        .where(Reply.review_id.in_(review_ids), Reply.hidden_at.is_(None))
    )
    return {
        reply.review_id: Answer(
            id=reply.id,
            text=reply.text,
            house=_house(house) if house[0] is not None else None,
            person=person,
            at=reply.created_at,
            changed=reply.version > 1,
        )
        for reply, person, *house in rows
    }


def _house(columns: Sequence[Any]) -> House:
    """From the columns of HOUSE."""
    return House(*columns)


def _institutions(session: Session, resource_id: int) -> int:
    those = tallying.counted([resource_id])
    return session.scalar(select(func.count(those.c.institution_id.distinct()))) or 0


def _spread(session: Session, resource_id: int) -> Spread:
    those = tallying.counted([resource_id])
    star = case(*((those.c.score < most + 0.5, most) for most in range(1, 5)), else_=5)
    starred = select(star.label("star"), those.c.score).subquery()
    numbers = (func.count(), func.sum(starred.c.score), func.sum(starred.c.score * starred.c.score))
    rows = session.execute(select(starred.c.star, *numbers).group_by(starred.c.star))
    return rating.spread({star: (count, float(added), float(squared)) for star, count, added, squared in rows})


def _bars(session: Session, resource_id: int) -> tuple[Bar, ...]:
    """The criteria of the hub's rubric, over the reviews by any of its editions."""
    those = tallying.counted([resource_id])
    rows = session.execute(
        select(Criterion.key, func.avg(ReviewScore.value))
        .join(Criterion, Criterion.id == ReviewScore.criterion_id)
        .join(Rubric, Rubric.id == Criterion.rubric_id)
        .join(those, those.c.id == ReviewScore.review_id)
        .where(Rubric.institution_id.is_(None))
        .group_by(Criterion.key)
    )
    means = {key: float(mean) for key, mean in rows}
    return tuple(Bar(one.key, one.name, means[one.key]) for one in scoring.shipped()[2] if one.key in means)
