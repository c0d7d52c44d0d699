"""The vocabulary in the reader's language: labels of topics and platforms, and how they stand under each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from hub.models.topic import Concept, ConceptLabel, ConceptText

FALLBACK = "en"
FRESH = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Term:
    """One concept, named in the reader's language (in English where the vocabulary has no such label)."""

    notation: str
    label: str
    broader: str | None  # notation


@dataclass(frozen=True, slots=True)
class Terms:
    """The concepts of one scheme by notation, in the vocabulary's own order."""

    by_notation: Mapping[str, Term]

    def label(self, notation: str) -> str:
        """The label; the notation itself when nobody knows it."""
        term = self.by_notation.get(notation)
        return term.label if term else notation

    def below(self, notation: str | None) -> tuple[Term, ...]:
        """The concepts directly under this one; the top ones for None."""
        return tuple(term for term in self.by_notation.values() if term.broader == notation)

    def above(self, notation: str) -> tuple[Term, ...]:
        """The concepts over this one, the topmost first, itself not among them."""
        found: list[Term] = []
        term = self.by_notation.get(notation)
        while term and term.broader and (term := self.by_notation.get(term.broader)) and term not in found:
            found.insert(0, term)
        return tuple(found)

    def top(self, notation: str) -> str:
        """The main topic that this one belongs to."""
        over = self.above(notation)
        return over[0].notation if over else notation


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Both schemes, and the words of institutions beside them."""

    topics: Terms
    platforms: Terms
    tags: Mapping[str, str] = field(default_factory=dict)  # number -> word: those that the page may show


_kept: WeakKeyDictionary[Engine | Connection, dict[str, tuple[float, Vocabulary]]] = WeakKeyDictionary()  # by database


def vocabulary(session: Session, language: str) -> Vocabulary:
    """The vocabulary in a language (BCP 47), as it stood FRESH seconds ago or later: every page needs it, and it changes once a month."""
    kept = _kept.setdefault(session.get_bind(), {})
    read_at, found = kept.get(language, (-FRESH, None))
    if found is None or monotonic() - read_at > FRESH:
        found = read(session, language)
        kept[language] = (monotonic(), found)
    return found


def read(session: Session, language: str) -> Vocabulary:
    """The vocabulary in a language, from the database, in one query."""
    rows = session.execute(
        select(Concept.id, Concept.scheme, Concept.notation, Concept.broader_id, ConceptLabel.language, ConceptLabel.text)
        .join(ConceptLabel, ConceptLabel.concept_id == Concept.id)
        .where(ConceptLabel.preferred, ConceptLabel.language.in_((language, FALLBACK)), Concept.retired_at.is_(None))
        .order_by(Concept.position, Concept.notation)
    ).all()
    notations = {row.id: row.notation for row in rows}
    named: dict[str, dict[str, Term]] = {"topic": {}, "platform": {}}
    for row in rows:
        terms = named.setdefault(row.scheme, {})
        if row.notation not in terms or row.language == language:
            terms[row.notation] = Term(row.notation, row.text, notations.get(row.broader_id))
    return Vocabulary(Terms(named["topic"]), Terms(named["platform"]))


def count_concepts(session: Session) -> int:
    """How many concepts the database has."""
    return session.scalar(select(func.count()).select_from(Concept)) or 0


def definition(session: Session, scheme: str, notation: str, language: str) -> str | None:
    """What a concept means, in this language or else in English."""
    rows = session.execute(
        select(ConceptText.language, ConceptText.text)
        .join(Concept, Concept.id == ConceptText.concept_id)
        .where(Concept.scheme == scheme, Concept.notation == notation, ConceptText.language.in_((language, FALLBACK)))
    )
    texts = {row.language: row.text for row in rows}
    return texts.get(language) or texts.get(FALLBACK)
