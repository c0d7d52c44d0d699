"""An institution's page: what it opens, shares, evaluates and adopts, as far as this visitor may see it. A fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from hub.models.adoption import Adoption
from hub.models.institution import Institution, InstitutionName, Logo, Membership
from hub.models.resource import Resource
from hub.models.review import Criterion, Decision, Review, ReviewScore, Rubric
from hub.models.shelf import Shelf, ShelfItem
from hub.models.tag import Tag
from hub.services import allying, awaiting, featuring, naming, summarising
from hub.services.acting import Viewer, visible
from hub.services.allying import Ally
from hub.services.awaiting import Queue
from hub.services.featuring import Example
from hub.services.summarising import Summary
from search import query
from search.index import Index, IndexFault

MADE_MOST = 1_000  # of what an institution made, the newest: what others say of it is read for these
REVIEWS_MOST = 500  # the latest, which make its marks
FEW = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What stands in the row of numbers. `opened` is None while the index cannot say."""

    opened: int | None
    shelves: int
    tags: int  # words
    taggings: int  # resources that have them, each counted for each word
    reviews: int  # given
    adoptions: int  # here
    elsewhere: int  # adoptions, by others, of what it made
    elsewhere_at: int  # how many institutions those are
    members: int


@dataclass(frozen=True, slots=True)
class Line:
    """Something about a resource, a shelf or a partner: `about` is its public id or slug, `rest` what follows in its address."""

    kind: str  # review | adoption | decision | shelf | exemplar | partner
    at: datetime
    title: str
    about: str
    rest: str = ""
    note: str = ""  # course and term | adopt, pilot, reject | number of items
    students: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The mean of a criterion: `name` is language -> text."""

    name: dict[str, str]
    mean: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """All of the page."""

    institution: Institution
    logo: str | None  # digest of the picture
    names: tuple[str, ...]  # under which the catalogue knows it
    numbers: Numbers
    newest: tuple[Summary, ...]  # of what it made
    marks: tuple[Mark, ...]
    marked_by: int  # reviews that made them
    tags: tuple[tuple[int, str, int], ...]  # id, word, uses
    examples: tuple[Example, ...]
    shelves: tuple[Line, ...]
    decisions: tuple[Line, ...]
    adoptions: tuple[Line, ...]
    partners: tuple[Ally, ...]
    partners_total: int
    lately: tuple[Line, ...]
    queue: Queue | None  # for its teachers alone


def page(session: Session, index: Index, who: Viewer, institution: Institution, today: date) -> Portrait:
    """The page as this visitor sees it."""
    id = institution.id
    names = tuple(session.scalars(select(InstitutionName.name).filter_by(institution_id=id).order_by(InstitutionName.name)))
    made, opened = made_by(index, names)
    marks, marked_by = marks_of(session, id, made)
    examples = featuring.examples(session, who, id)
    shelves, decisions, adoptions, reviews = (ask(session, who, id) for ask in (shelves_of, decisions_of, adoptions_of, reviews_of))
    partners, total = allying.allies(session, id, ("active",), limit=12)
    return Portrait(
        institution=institution,
        logo=session.scalar(select(Logo.digest).filter_by(institution_id=id)),
        names=names,
        numbers=numbers(session, who, id, opened, made),
        newest=summarising.in_order(session, made[:FEW]),
        marks=marks,
        marked_by=marked_by,
        tags=tags_of(session, id),
        examples=examples,
        shelves=shelves,
        decisions=decisions,
        adoptions=adoptions,
        partners=partners,
        partners_total=total,
        lately=lately(shelves, decisions, adoptions, reviews, partners),
        queue=awaiting.queue(session, institution, today, limit=5) if who.may(id, "teacher") else None,
    )


# What it opens


def made_by(index: Index, names: Sequence[str]) -> tuple[list[int], int | None]:
    """The newest resources of these institutions or providers, and how many there are; None while the index cannot say."""
    if not names:
        return [], 0
    given = tuple(names[: query.MAX_VALUES])
    asked = [{"institution": given}, {"provider": given}, {"institution": given, "provider": given}]
    try:
        one, other, both = (
            index.find(replace(query.parse("", filters=filters, sort="newest", facets=()), limit=limit))
            for filters, limit in zip(asked, (MADE_MOST, MADE_MOST, 0), strict=True)
        )
    except IndexFault:
        return [], None
    ids = list(dict.fromkeys([hit.id for hit in one.hits] + [hit.id for hit in other.hits]))
    return ids, one.total + other.total - both.total


def numbers(session: Session, who: Viewer, id: int, opened: int | None, made: Sequence[int]) -> Numbers:
    """All numbers in two queries."""
    counts: dict[str, Select[Any]] = {
        "shelves": select(func.count())
        .select_from(Shelf)
        .where(Shelf.institution_id == id, Shelf.visibility != "private", visible(Shelf, who)),
        "tags": select(func.count()).select_from(Tag).where(Tag.institution_id == id, Tag.merged_into_id.is_(None), Tag.uses > 0),
        "taggings": select(func.coalesce(func.sum(Tag.uses), 0)).where(Tag.institution_id == id, Tag.merged_into_id.is_(None)),
        "reviews": select(func.count())
        .select_from(Review)
        .where(Review.institution_id == id, Review.hidden_at.is_(None), visible(Review, who)),
        "adoptions": select(func.count())
        .select_from(Adoption)
        .where(Adoption.institution_id == id, Adoption.hidden_at.is_(None), visible(Adoption, who)),
        "members": select(func.count()).select_from(Membership).where(Membership.institution_id == id),
    }
    row = session.execute(select(*(count.scalar_subquery().label(name) for name, count in counts.items()))).one()
    elsewhere, elsewhere_at = adopted_elsewhere(session, id, made)
    found = {name: int(getattr(row, name)) for name in counts}
    return Numbers(opened=opened, elsewhere=elsewhere, elsewhere_at=elsewhere_at, **found)


def adopted_elsewhere(session: Session, id: int, made: Sequence[int]) -> tuple[int, int]:
    """How often others say in public that they use what it made, and how many institutions those are."""
    if not made:
        return 0, 0
    row = session.execute(
        select(func.count(), func.count(Adoption.institution_id.distinct())).where(
            Adoption.resource_id.in_(made),
            Adoption.institution_id != id,
            Adoption.visibility == "public",
            Adoption.hidden_at.is_(None),
        )
    ).one()
    return row[0], row[1]


def marks_of(session: Session, institution_id: int, made: Sequence[int]) -> tuple[tuple[Mark, ...], int]:
    """What independent reviews say of what it made, criterion by criterion, by the hub's rubric or its own; and how many reviews
    those are: the latest."""
    if not made:
        return (), 0
    latest = (
        select(Review.id)
        .join(Rubric, Rubric.id == Review.rubric_id)
        .where(
            Review.resource_id.in_(made),
            Review.visibility == "public",
            Review.hidden_at.is_(None),
            ~Review.own,
            (Rubric.institution_id == institution_id) | Rubric.institution_id.is_(None),
        )
        .order_by(Review.created_at.desc(), Review.id.desc())
        .limit(REVIEWS_MOST)
    )
    reviews = session.scalars(latest).all()
    rows = session.execute(
        select(Criterion.key, Criterion.position, func.max(Criterion.id), func.sum(ReviewScore.value), func.count(ReviewScore.value))
        .join(ReviewScore, ReviewScore.criterion_id == Criterion.id)
        .where(ReviewScore.review_id.in_(reviews))
        .group_by(Criterion.key, Criterion.position)
        .order_by(Criterion.position)
    ).all()
    latest_names = session.execute(select(Criterion.id, Criterion.name).where(Criterion.id.in_([row[2] for row in rows])))
    names = {id: name for id, name in latest_names}
    found: dict[str, Mark] = {}
    for key, _position, newest, total, count in rows:  # the same criterion may stand elsewhere in another edition
        before = found.get(key, Mark({}, 0.0, 0))
        sums = before.mean * before.count + float(total), before.count + count
        found[key] = Mark(names[newest], sums[0] / sums[1], sums[1])
    return tuple(found.values()), len(reviews)


# What it shares, evaluates and adopts


def tags_of(session: Session, institution_id: int) -> tuple[tuple[int, str, int], ...]:
    """Its words that it uses most."""
    rows = session.execute(
        select(Tag.id, Tag.name, Tag.uses)
        .where(Tag.institution_id == institution_id, Tag.merged_into_id.is_(None), Tag.uses > 0)
        .order_by(Tag.uses.desc(), Tag.name)
        .limit(12)
    )
    return tuple((id, name, uses) for id, name, uses in rows)


def shelves_of(session: Session, who: Viewer, institution_id: int) -> tuple[Line, ...]:
    """Its shelves and paths, the latest change first, with the number of their items."""
    items = select(func.count()).where(ShelfItem.shelf_id == Shelf.id).correlate(Shelf).scalar_subquery()
    rows = session.execute(
        select(Shelf.updated_at, Shelf.title, Shelf.public_id, Shelf.kind, items)
        .where(Shelf.institution_id == institution_id, Shelf.visibility != "private", visible(Shelf, who))
        .order_by(Shelf.updated_at.desc(), Shelf.id.desc())
        .limit(FEW)
    )
    return tuple(Line("shelf", at, title, public_id, rest=kind, note=str(count)) for at, title, public_id, kind, count in rows)


def about_resources(session: Session, model: Any, who: Viewer, institution_id: int, *columns: Any) -> Sequence[Any]:
    """The latest rows of a model that speak of a resource that is not hidden."""
    hidden = [model.hidden_at.is_(None)] if hasattr(model, "hidden_at") else []
    return session.execute(
        select(model.created_at, Resource.title, Resource.public_id, *columns)
        .join(Resource, Resource.id == model.resource_id)
        .where(model.institution_id == institution_id, Resource.hidden_at.is_(None), visible(model, who), *hidden)
        .order_by(model.created_at.desc(), model.id.desc())
        .limit(FEW)
    ).all()


def decisions_of(session: Session, who: Viewer, institution_id: int) -> tuple[Line, ...]:
    """What it decided."""
    rows = about_resources(session, Decision, who, institution_id, Decision.verdict)
    return tuple(Line("decision", at, title, id, naming.slug(title), verdict) for at, title, id, verdict in rows)


def adoptions_of(session: Session, who: Viewer, institution_id: int) -> tuple[Line, ...]:
    """What it uses in its courses."""
    rows = about_resources(session, Adoption, who, institution_id, Adoption.course, Adoption.term, Adoption.students)
    return tuple(
        Line("adoption", at, title, id, naming.slug(title), ", ".join(filter(None, (course, term))), students)
        for at, title, id, course, term, students in rows
    )


def reviews_of(session: Session, who: Viewer, institution_id: int) -> tuple[Line, ...]:
    """What its teachers reviewed."""
    rows = about_resources(session, Review, who, institution_id, Review.score)
    return tuple(Line("review", at, title, id, naming.slug(title), score=score) for at, title, id, score in rows)


def lately(shelves: Any, decisions: Any, adoptions: Any, reviews: Any, partners: Sequence[Ally]) -> tuple[Line, ...]:
    """All of it by time, the latest first."""
    allied = [Line("partner", ally.decided_at, ally.name, ally.slug) for ally in partners if ally.decided_at is not None]
    return tuple(sorted([*shelves, *decisions, *adoptions, *reviews, *allied], key=lambda line: line.at, reverse=True)[:8])
