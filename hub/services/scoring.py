"""Rubrics: which one is in force for whom, and its criteria. The hub's own is a file; its row is made when the first review needs it."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.review import Criterion, Rubric
from hub.services import rating

Words = dict[str, str]  # language -> text


@dataclass(frozen=True, slots=True)
class Standard:
    """One criterion: what is asked, what each number says, how much it counts."""

    key: str
    name: Words
    meaning: dict[str, list[str]]  # language -> five texts
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A rubric. `id` None: the hub's own, of which no review has been written yet."""

    id: int | None
    institution_id: int | None  # None: the hub's own
    name: Words
    edition: int
    source: str
    criteria: tuple[Standard, ...]
    created_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def shares(self) -> dict[str, int]:
        """Criterion -> per cent of the whole."""
        return dict(zip((one.key for one in self.criteria), rating.shares([one.weight for one in self.criteria]), strict=True))

    @property
    def stamp(self) -> str:
        """Tells one edition from another in a form that is open for long."""
        return f"{self.institution_id or 0}-{self.edition}"

    def score(self, values: dict[str, int]) -> float:
        """The weighted mean of answers to all criteria. Raises ValueError when one is missing or none of 1 to 5."""
        return rating.score(values, {one.key: one.weight for one in self.criteria})


@functools.cache
def shipped() -> tuple[Words, str, tuple[Standard, ...]]:
    """Name, source and criteria of the rubric that comes with the product."""
    file = tomllib.loads(resources.files("hub").joinpath("vocabulary/rubric.toml").read_text(encoding="utf-8"))
    criteria = tuple(Standard(one["key"], one["name"], one["meaning"], one["weight"]) for one in file["criteria"])
    return file["name"], file["source"], criteria


def default(session: Session) -> Measure:
    """The hub's own rubric as its file has it; its edition is the next one when the file has changed since a review was written."""
    name, source, criteria = shipped()
    kept = _latest(session, None)
    if kept is not None and (kept.name, kept.source, kept.criteria) == (name, source, criteria):
        return kept
    return Measure(id=None, institution_id=None, name=name, edition=(kept.edition if kept else 0) + 1, source=source, criteria=criteria)


def in_force(session: Session, institution_id: int | None) -> Measure:
    """The institution's own rubric, else the hub's. Two queries for each."""
    own = _latest(session, institution_id) if institution_id is not None else None
    return own if own is not None and own.retired_at is None else default(session)


def stored(session: Session, measure: Measure) -> int:
    """The row of a rubric, made when there is none. Two who need it at once get the same. The caller commits."""
    if measure.id is not None:
        return measure.id
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"name": measure.name, "edition": measure.edition, "source": measure.source, "created_at": now()}
    made = session.execute(insert(Rubric).values(institution_id=None, **row).on_conflict_do_nothing().returning(Rubric.id)).scalar()
    if made is not None:
        add_criteria(session, made, measure.criteria)
        older = (Rubric.institution_id.is_(None), Rubric.edition < measure.edition, Rubric.retired_at.is_(None))
        session.execute(update(Rubric).where(*older).values(retired_at=now()))
        return made
    return session.scalars(select(Rubric.id).where(Rubric.institution_id.is_(None), Rubric.edition == measure.edition)).one()


def add_criteria(session: Session, rubric_id: int, criteria: tuple[Standard, ...]) -> None:
    """Write the criteria of a new rubric."""
    for position, one in enumerate(criteria):
        session.add(Criterion(rubric_id=rubric_id, position=position, key=one.key, name=one.name, meaning=one.meaning, weight=one.weight))
    session.flush()


def criterion_ids(session: Session, rubric_id: int) -> dict[str, int]:
    """Key of a criterion -> its row."""
    return {key: id for key, id in session.execute(select(Criterion.key, Criterion.id).where(Criterion.rubric_id == rubric_id))}


def of_review(session: Session, rubric_id: int) -> Measure:
    """The rubric by which a review was written."""
    return _measure(session, session.get_one(Rubric, rubric_id))


def editions(session: Session, institution_id: int) -> tuple[Measure, ...]:
    """All that an institution has had, the newest first, at most fifty; without their criteria."""
    rows = session.scalars(select(Rubric).where(Rubric.institution_id == institution_id).order_by(Rubric.edition.desc()).limit(50))
    return tuple(_of(row, ()) for row in rows)


def _latest(session: Session, institution_id: int | None) -> Measure | None:
    """The newest edition, retired or not."""
    whose: Any = Rubric.institution_id.is_(None) if institution_id is None else Rubric.institution_id == institution_id
    row = session.scalars(select(Rubric).where(whose).order_by(Rubric.edition.desc()).limit(1)).first()
    return None if row is None else _measure(session, row)


def _measure(session: Session, row: Rubric) -> Measure:
    rows = session.scalars(select(Criterion).where(Criterion.rubric_id == row.id).order_by(Criterion.position))
    return _of(row, tuple(Standard(one.key, one.name, one.meaning, one.weight) for one in rows))


def _of(row: Rubric, criteria: tuple[Standard, ...]) -> Measure:
    return Measure(
        id=row.id,
        institution_id=row.institution_id,
        name=row.name,
        edition=row.edition,
        source=row.source,
        criteria=criteria,
        created_at=row.created_at,
        retired_at=row.retired_at,
    )
