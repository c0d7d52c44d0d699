"""The vocabulary's labels as words, so that what somebody types can be compared with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.orm import Session

from hub.models.topic import Concept, ConceptLabel
from search import analysis

FRESH = 5.0  # seconds after which an edited label acts


@dataclass(frozen=True, slots=True)
class Gloss:
    """One label of a concept. A doubtful one has other meanings too; an everyday word is one by which search alone knows the concept."""

    scheme: str
    notation: str
    language: str
    text: str
    preferred: bool
    doubtful: bool
    everyday: bool
    words: tuple[str, ...]

    @property
    def key(self) -> str:
        """The same for all spellings: a blank or a hyphen more or less does not matter."""
        return "".join(self.words)

    @property
    def line(self) -> str:
        """The words with blanks around each, in which a row of words can be looked for."""
        return f" {' '.join(self.words)} "


@dataclass(frozen=True, eq=False)
class Glosses:
    """All labels, by their key and by their concept, in the vocabulary's order, preferred ones first. Equal only to itself."""

    by_key: Mapping[str, tuple[Gloss, ...]]
    by_concept: Mapping[tuple[str, str], tuple[Gloss, ...]]  # (scheme, notation)
    longest: int  # words of the longest label


def words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: folded, hyphens part, a plural is its singular, an ideograph is a word."""
    return tuple(singular(word) for word in analysis.positions(text) if word)


def singular(word: str) -> str:
    """`payments` -> `payment`. Narrower than a stem, for `logistic` is not `logistics`, nor `market` `marketing`."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ics")) or word in analysis.PROTECTED:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


def glosses(made: Iterable[Gloss]) -> Glosses:
    """Labels made ready to be found."""
    by_key: dict[str, list[Gloss]] = defaultdict(list)
    by_concept: dict[tuple[str, str], list[Gloss]] = defaultdict(list)
    for gloss in made:
        if gloss.words:
            by_key[gloss.key].append(gloss)
            by_concept[gloss.scheme, gloss.notation].append(gloss)
    return Glosses(
        {key: tuple(found) for key, found in by_key.items()},
        {concept: tuple(sorted(found, key=lambda gloss: not gloss.preferred)) for concept, found in by_concept.items()},
        max((len(gloss.words) for found in by_concept.values() for gloss in found), default=0),
    )


Rows = list[tuple[str, str, str, str, bool, bool, bool]]
_kept: WeakKeyDictionary[Engine | Connection, tuple[float, Rows, Glosses]] = WeakKeyDictionary()  # by database


def read(session: Session) -> Glosses:
    """The labels as they stood FRESH seconds ago or later; worked out anew only when one has changed."""
    read_at, rows, made = _kept.get(session.get_bind(), (-FRESH, [], glosses(())))
    if monotonic() - read_at <= FRESH:
        return made
    now = [
        (scheme, notation, language, text, preferred, doubtful, everyday)
        for scheme, notation, language, text, preferred, doubtful, everyday in session.execute(
            select(
                Concept.scheme,
                Concept.notation,
                ConceptLabel.language,
                ConceptLabel.text,
                ConceptLabel.preferred,
                ConceptLabel.needs_context,
                ConceptLabel.search_only,
            )
            .join(ConceptLabel, ConceptLabel.concept_id == Concept.id)
            .where(Concept.retired_at.is_(None))
            .order_by(Concept.position, Concept.notation, ConceptLabel.preferred.desc(), ConceptLabel.language, ConceptLabel.text)
        )
    ]
    if now != rows:
        made = glosses(Gloss(*row, words(row[3])) for row in now)
    _kept[session.get_bind()] = (monotonic(), now, made)
    return made
