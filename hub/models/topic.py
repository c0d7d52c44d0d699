"""The bilingual vocabulary, and which resources are about what."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db import Moment, db
from hub.models.resource import Resource

WAITING = text("state = 'suggested'")  # assignments that wait for a curator


class Concept(db.Model):  # type: ignore[name-defined]
    """A concept of the vocabulary: a topic of e-commerce, or a platform (SKOS Reference, section 3)."""

    __table_args__ = (UniqueConstraint("scheme", "notation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme: Mapped[str] = mapped_column(String(20))  # topic | platform
    notation: Mapped[str] = mapped_column(String(80))
    uri: Mapped[str] = mapped_column(Text)
    broader_id: Mapped[int | None] = mapped_column(ForeignKey("concept.id"))
    position: Mapped[int] = mapped_column(default=0)
    placed_by_person: Mapped[bool] = mapped_column(default=False)  # loading the vocabulary anew leaves it where it stands
    retired_at: Mapped[Moment | None]  # no longer used: shown nowhere, given to no resource; what was said of it is kept
    definitions: Mapped[list[ConceptText]] = relationship(back_populates="concept", cascade="all, delete-orphan", lazy="raise_on_sql")
    labels: Mapped[list[ConceptLabel]] = relationship(back_populates="concept", cascade="all, delete-orphan", lazy="raise_on_sql")


class ConceptLabel(db.Model):  # type: ignore[name-defined]
    """One label of a concept: preferred (one a language) or alternative."""

    id: Mapped[int] = mapped_column(primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(20))  # BCP 47
    preferred: Mapped[bool]
    needs_context: Mapped[bool] = mapped_column(default=False)  # has other meanings too: counts only beside a label that has none
    search_only: Mapped[bool] = mapped_column(default=False)  # an everyday word (skos:hiddenLabel): no resource gets the topic by it
    by_person: Mapped[bool] = mapped_column(default=False)  # loading the vocabulary anew leaves it as it is
    text: Mapped[str] = mapped_column(String(200))
    concept: Mapped[Concept] = relationship(back_populates="labels", lazy="raise_on_sql")


class RemovedLabel(db.Model):  # type: ignore[name-defined]
    """A label that a person took away: loading the vocabulary anew does not bring it back."""

    __table_args__ = (UniqueConstraint("concept_id", "language", "text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(200))


class ConceptText(db.Model):  # type: ignore[name-defined]
    """A concept's definition in one language."""

    id: Mapped[int] = mapped_column(primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    concept: Mapped[Concept] = relationship(back_populates="definitions", lazy="raise_on_sql")


class Assignment(db.Model):  # type: ignore[name-defined]
    """A resource is about a concept: who says so, how sure, and whether a person agreed."""

    __table_args__ = (
        UniqueConstraint("resource_id", "concept_id"),
        Index(None, "concept_id", "confidence", sqlite_where=WAITING, postgresql_where=WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey(Resource.id))
    concept_id: Mapped[int] = mapped_column(ForeignKey(Concept.id, ondelete="CASCADE"), index=True)
    origin: Mapped[str] = mapped_column(String(10))  # source | rule | person
    confidence: Mapped[float]  # 0 .. 1
    state: Mapped[str] = mapped_column(String(10))  # suggested | accepted | rejected
