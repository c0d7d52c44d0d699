"""Doubles as curators see them: the queue of pairs, and two pages side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from hub.models.match import Match
from hub.models.record import SourceRecord
from hub.models.resource import Offering, Resource
from hub.models.source import Source
from hub.services import naming

STATES = ("suggested", "merged", "different")
PER_PAGE = 25
TEXT = 600  # characters of a description beside another
FIELDS = (
    "title", "alternative_titles", "url", "resource_type", "institution", "provider", "code", "languages", "levels", "agents", "licence",
    "duration", "subjects", "keywords", "text",
)  # fmt: skip

Left, Right = aliased(Resource), aliased(Resource)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason as the rule gave it."""

    name: str
    detail: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of two pages."""

    id: int
    public_id: str
    slug: str
    title: str
    language: str | None
    provider: str | None
    institution: str | None
    sources: tuple[str, ...]  # titles
    hidden: bool
    withdrawn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One pair of the queue."""

    id: int
    score: float
    reasons: tuple[Reason, ...]
    state: str
    decided_by: str | None
    decided_at: datetime | None
    kept_id: int | None
    left: Side
    right: Side


@dataclass(frozen=True, slots=True)
class Filter:
    """Which pairs: their state, the least score, a source that lists one of the two."""

    state: str = "suggested"
    least: float = 0.0
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """Some pairs of many, the highest score first."""

    rows: Sequence[Row]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class Value:
    """One field on both sides; `same` when there is nothing to choose."""

    name: str
    left: Any
    right: Any
    same: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A record behind one of the pages."""

    id: int
    source: str
    source_title: str
    identifier: str
    state: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Two pages side by side."""

    row: Row
    values: tuple[Value, ...]
    records: tuple[tuple[Record, ...], tuple[Record, ...]]
    offerings: tuple[int, int]
    next_id: int | None  # of the queue


def which(wanted: Filter) -> Select[Any]:
    """The pairs of a filter. A suggestion of which one page has ended since is none any more."""
    found = select(Match).join(Left, Left.id == Match.left_id).join(Right, Right.id == Match.right_id).where(Match.state == wanted.state)
    found = found.where(Match.score >= wanted.least)
    if wanted.state == "suggested":
        found = found.where(shown(Left), shown(Right))
    if wanted.source:
        listed = select(SourceRecord.resource_id).join(Source, Source.id == SourceRecord.source_id).where(Source.name == wanted.source)
        found = found.where(Match.left_id.in_(listed) | Match.right_id.in_(listed))
    return found


def shown(resource: Any) -> ColumnElement[bool]:
    """The condition of a page that visitors see."""
    found: ColumnElement[bool] = resource.merged_into_id.is_(None) & resource.withdrawn_at.is_(None) & resource.hidden_at.is_(None)
    return found


def queue(session: Session, wanted: Filter, *, page: int = 1, limit: int = PER_PAGE) -> Queue:
    """Pairs, those that are most alike first; the latest decision first where they are decided."""
    total = count(session, wanted)
    order = (Match.score.desc(), Match.id) if wanted.state == "suggested" else (Match.decided_at.desc(), Match.id.desc())
    matches = session.scalars(which(wanted).order_by(*order).limit(limit).offset((max(page, 1) - 1) * limit)).all()
    return Queue(rows(session, matches), total, -(-total // limit))


def count(session: Session, wanted: Filter) -> int:
    """How many pairs."""
    return session.scalar(select(func.count()).select_from(which(wanted).subquery())) or 0


def rows(session: Session, matches: Sequence[Match]) -> list[Row]:
    """Pairs with their pages."""
    there = sides(session, {id for match in matches for id in (match.left_id, match.right_id)})
    return [
        Row(
            id=match.id,
            score=match.score,
            reasons=tuple(Reason(str(name), str(detail), float(weight)) for name, detail, weight in match.reasons),
            state=match.state,
            decided_by=match.decided_by,
            decided_at=match.decided_at,
            kept_id=match.kept_id,
            left=there[match.left_id],
            right=there[match.right_id],
        )
        for match in matches
    ]


def sides(session: Session, ids: set[int]) -> Mapping[int, Side]:
    """Pages as a pair shows them."""
    listed: dict[int | None, list[str]] = {}
    names = (
        select(SourceRecord.resource_id, Source.title)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(SourceRecord.resource_id.in_(ids))
        .distinct()
        .order_by(Source.title)
    )
    for id, title in session.execute(names):
        listed.setdefault(id, []).append(title)
    return {
        one.id: Side(
            id=one.id,
            public_id=one.public_id,
            slug=naming.slug(one.title),
            title=one.title,
            language=one.languages[0] if one.languages else None,
            provider=one.provider,
            institution=one.institution,
            sources=tuple(listed.get(one.id, ())),
            hidden=one.hidden_at is not None,
            withdrawn=one.withdrawn_at is not None,
        )
        for one in session.scalars(select(Resource).where(Resource.id.in_(ids)))
    }


def beside(session: Session, match_id: int, wanted: Filter) -> Beside | None:
    """One pair in full, and the one that follows it in the queue; None when there is no such pair."""
    match = session.get(Match, match_id)
    if match is None:
        return None
    left, right = session.get_one(Resource, match.left_id), session.get_one(Resource, match.right_id)
    values = [Value(name, *(two := (shorter(name, left), shorter(name, right))), two[0] == two[1]) for name in FIELDS]
    return Beside(
        rows(session, [match])[0],
        tuple(value for value in values if value.left or value.right),
        (records_of(session, left.id), records_of(session, right.id)),
        (offerings_of(session, left.id), offerings_of(session, right.id)),
        following(session, match, wanted),
    )


def shorter(name: str, resource: Resource) -> Any:
    """A value as it stands beside another one."""
    value = getattr(resource, name)
    if name == "agents":
        return [agent["name"] for agent in value if agent.get("name")][:20]
    return value[:TEXT] if name == "text" else value[:20] if isinstance(value, list) else value


def records_of(session: Session, id: int) -> tuple[Record, ...]:
    """The records behind a page."""
    found: Any = session.execute(
        select(SourceRecord.id, Source.name, Source.title, SourceRecord.identifier, SourceRecord.state)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(SourceRecord.resource_id == id)
        .order_by(SourceRecord.id)
        .limit(50)
    )
    return tuple(Record(*row) for row in found)


def offerings_of(session: Session, id: int) -> int:
    """How many offerings a page has."""
    return session.scalar(select(func.count()).select_from(Offering).where(Offering.resource_id == id)) or 0


def following(session: Session, match: Match, wanted: Filter) -> int | None:
    """The pair after this one in the queue of suggestions."""
    after = (Match.score < match.score) | ((Match.score == match.score) & (Match.id > match.id))
    rest = which(Filter("suggested", wanted.least, wanted.source)).where(after).order_by(Match.score.desc(), Match.id)
    return session.scalar(rest.with_only_columns(Match.id).limit(1))
