"""Rubrics, cycles, reviews and what an institution decides."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Moment, db
from hub.models.account import Person
from hub.models.institution import Institution
from hub.models.resource import Resource


class Rubric(db.Model):  # type: ignore[name-defined]
    """Weighted criteria by which resources are judged. One that has been used is never changed: a new edition takes its place."""

    __table_args__ = (
        UniqueConstraint("institution_id", "edition"),
        Index(
            "uq_rubric_hub",
            "edition",
            unique=True,
            sqlite_where=text("institution_id IS NULL"),
            postgresql_where=text("institution_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"), index=True)  # None: the hub's own
    name: Mapped[dict[str, str]] = mapped_column(JSON)  # language -> text
    edition: Mapped[int] = mapped_column(default=1)
    source: Mapped[str] = mapped_column(Text, default="")  # what it was drawn from
    created_at: Mapped[Moment]
    retired_at: Mapped[Moment | None]  # no new review by it


class Criterion(db.Model):  # type: ignore[name-defined]
    """One question of a rubric, answered by 1 to 5."""

    __table_args__ = (UniqueConstraint("rubric_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rubric_id: Mapped[int] = mapped_column(ForeignKey(Rubric.id, ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))  # the same criterion in several editions: "accuracy"
    name: Mapped[dict[str, str]] = mapped_column(JSON)  # language -> text
    meaning: Mapped[dict[str, Any]] = mapped_column(JSON)  # language -> [what 1 means, ..., what 5 means]
    weight: Mapped[int]  # share of the whole; shown as per cent of the sum


class Cycle(db.Model):  # type: ignore[name-defined]
    """A span of time in which everybody reviews a resource at most once: the hub's, or an institution's own."""

    __table_args__ = (
        UniqueConstraint("institution_id", "name"),
        Index(
            "uq_cycle_hub",
            "name",
            unique=True,
            sqlite_where=text("institution_id IS NULL"),
            postgresql_where=text("institution_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(100))  # "2026", "Autumn 2026"
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # the last day
    created_at: Mapped[Moment]


class Review(db.Model):  # type: ignore[name-defined]
    """A teacher's scores by a rubric, with evidence and a comment. Outlives the account: then it is a former member's."""

    __table_args__ = (
        UniqueConstraint("person_id", "resource_id", "cycle_id"),
        Index(None, "resource_id", "created_at"),
        Index(None, "institution_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)  # see rehoming
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="SET NULL"))  # for which the person acted
    cycle_id: Mapped[int] = mapped_column(ForeignKey(Cycle.id), index=True)
    rubric_id: Mapped[int] = mapped_column(ForeignKey(Rubric.id), index=True)
    score: Mapped[float]  # 1 .. 5, the weighted mean
    evidence: Mapped[str] = mapped_column(Text, default="")  # what it rests on: a class, an exam, an address
    comment: Mapped[str] = mapped_column(Text, default="")
    own: Mapped[bool] = mapped_column(default=False)  # of what the reviewer's own institution made: shown, and not counted in the score
    visibility: Mapped[str] = mapped_column(String(12), default="public")
    helpful: Mapped[int] = mapped_column(default=0)  # votes
    hidden_at: Mapped[Moment | None]  # a moderator took it out of sight
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class ReviewScore(db.Model):  # type: ignore[name-defined]
    """The answer to one criterion."""

    review_id: Mapped[int] = mapped_column(ForeignKey(Review.id, ondelete="CASCADE"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey(Criterion.id), primary_key=True, index=True)
    value: Mapped[int]  # 1 .. 5


class HelpfulVote(db.Model):  # type: ignore[name-defined]
    """Somebody found a review helpful."""

    review_id: Mapped[int] = mapped_column(ForeignKey(Review.id, ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey(Person.id, ondelete="CASCADE"), primary_key=True, index=True)


class Reply(db.Model):  # type: ignore[name-defined]
    """What the maker of a resource, or its provider, answers to a review."""

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey(Review.id, ondelete="CASCADE"), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    institution_id: Mapped[int | None] = mapped_column(ForeignKey(Institution.id, ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    hidden_at: Mapped[Moment | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]


class Complaint(db.Model):  # type: ignore[name-defined]
    """Somebody reports what another person wrote, for a curator of the hub to look at."""

    __table_args__ = (
        UniqueConstraint("person_id", "subject", "subject_id"),
        Index(None, "state", "id"),
        Index(None, "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(12))  # review | reply | comment | shelf | adoption | institution
    subject_id: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(12))  # abuse | spam | wrong | private | other
    text: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10), default="open")  # open | upheld | dismissed
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    decided_at: Mapped[Moment | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[Moment]


class Decision(db.Model):  # type: ignore[name-defined]
    """An institution's word on a resource in a cycle."""

    __table_args__ = (
        UniqueConstraint("institution_id", "resource_id", "cycle_id"),
        Index(None, "resource_id"),
        Index(None, "institution_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey(Institution.id, ondelete="CASCADE"))
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    first_id: Mapped[int] = mapped_column(ForeignKey(Resource.id), index=True)  # see rehoming
    cycle_id: Mapped[int] = mapped_column(ForeignKey(Cycle.id), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    verdict: Mapped[str] = mapped_column(String(10))  # adopt | pilot | reject
    reason: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[str] = mapped_column(String(12), default="public")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
