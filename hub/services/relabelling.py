"""Labels of the vocabulary as admins edit them: added, removed, made the name that pages show. The caller commits.

What people change here outlives `hub vocabulary load`. Search uses it within seconds; resources are sorted into topics by it when they
change next, or by that command.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.models.topic import Concept, ConceptLabel, RemovedLabel
from hub.services import auditing, glossing, stamping
from hub.services.auditing import Actor, Subject

SCHEMES = ("topic", "platform")
LANGUAGES = ("en", "zh-Hans")
LONGEST = 100  # characters of a label
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")  # also what turns the writing round


class Refused(Exception):
    """A label that cannot be so. `why`: empty | long | here | elsewhere | named; `other`: (notation, name) of the concept that has it."""

    def __init__(self, why: str, other: tuple[str, str] | None = None) -> None:
        super().__init__(why)
        self.why, self.other = why, other


@dataclass(frozen=True, slots=True)
class LabelState:
    """One label as the editor shows it."""

    language: str
    text: str
    preferred: bool
    needs_context: bool
    by_person: bool
    search_only: bool = False


@dataclass(frozen=True, slots=True)
class ConceptState:
    """A concept with its labels, preferred ones first."""

    scheme: str
    notation: str
    broader: str | None
    depth: int
    labels: tuple[LabelState, ...]
    retired: bool = False

    def name(self, language: str) -> str:
        """What it is called in a language, else in another."""
        named = {label.language: label.text for label in self.labels if label.preferred}
        return named.get(language) or next(iter(named.values()), self.notation)

    def count(self, language: str) -> int:
        """How many labels it has in a language."""
        return sum(label.language == language for label in self.labels)

    def has(self, typed: str) -> bool:
        """Has a label these letters?"""
        wanted = typed.casefold()
        return any(wanted in label.text.casefold() for label in self.labels) or wanted in self.notation


def concepts(session: Session, scheme: str) -> tuple[ConceptState, ...]:
    """The concepts of a scheme as they stand, each under its broader one."""
    rows = session.execute(
        select(Concept.id, Concept.notation, Concept.broader_id, Concept.retired_at)
        .where(Concept.scheme == scheme)
        .order_by(Concept.position, Concept.notation)
    ).all()
    labels: dict[int, list[LabelState]] = defaultdict(list)
    for label in session.scalars(
        select(ConceptLabel)
        .join(Concept, Concept.id == ConceptLabel.concept_id)
        .where(Concept.scheme == scheme)
        .order_by(ConceptLabel.preferred.desc(), ConceptLabel.language, ConceptLabel.text)
    ):
        labels[label.concept_id].append(state(label))
    notations = {row.id: row.notation for row in rows}
    retired = {row.id for row in rows if row.retired_at is not None}
    under: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        under[row.broader_id].append(row.id)

    def walk(above: int | None, depth: int) -> list[ConceptState]:
        made: list[ConceptState] = []
        for id in under[above]:
            made.append(ConceptState(scheme, notations[id], notations.get(above or 0), depth, tuple(labels[id]), id in retired))
            made += walk(id, depth + 1) if depth < 10 else []
        return made

    return tuple(walk(None, 0))


def state(label: ConceptLabel) -> LabelState:
    return LabelState(label.language, label.text, label.preferred, label.needs_context, label.by_person, label.search_only)


def concept(session: Session, scheme: str, notation: str) -> ConceptState | None:
    """One concept as it stands; None when there is none."""
    return next((found for found in concepts(session, scheme) if found.notation == notation), None)


def add(
    session: Session,
    scheme: str,
    notation: str,
    language: str,
    text: str,
    *,
    needs_context: bool = False,
    search_only: bool = False,
    preferred: bool = False,
    actor: Actor,
) -> str | None:
    """Give a concept another label, as it is then written; None when there is no such concept. `preferred`: the name that pages show,
    which is never for search alone.

    Raises Refused.
    """
    found = _concept(session, scheme, notation)
    if found is None:
        return None
    written = " ".join(INVISIBLE.sub(" ", text).split())
    check(session, scheme, notation, language, written)
    if preferred:
        _rename(session, found.id, language)
    session.add(
        ConceptLabel(
            concept_id=found.id,
            language=language,
            text=written,
            preferred=preferred,
            needs_context=needs_context,
            by_person=True,
            search_only=search_only and not preferred,
        )
    )
    session.execute(delete(RemovedLabel).filter_by(concept_id=found.id, language=language, text=written))
    session.flush()
    if preferred:
        stamping.touch(session, {found.id})
    told(session, actor, "topic.label-added", found, after={"label": written, "language": language})
    return written


def check(session: Session, scheme: str, notation: str, language: str, text: str) -> None:
    """Raises Refused when a label says nothing, is too long, or is one already, of this concept or of another one in its scheme."""
    key = "".join(glossing.words(text))
    if not key:
        raise Refused("empty")
    if len(text) > LONGEST:
        raise Refused("long")
    for other in concepts(session, scheme):
        if any(label.language == language and "".join(glossing.words(label.text)) == key for label in other.labels):
            raise Refused("here" if other.notation == notation else "elsewhere", (other.notation, other.name(language)))


def remove(session: Session, scheme: str, notation: str, language: str, text: str, *, actor: Actor) -> bool:
    """Take a label away; False when it is not there (any more). Raises Refused("named") for the name that pages show."""
    label = _label(session, scheme, notation, language, text)
    if label is None:
        return False
    if label.preferred:
        raise Refused("named")
    session.delete(label)
    known = session.scalar(select(RemovedLabel).filter_by(concept_id=label.concept_id, language=language, text=text))
    if known is None:
        session.add(RemovedLabel(concept_id=label.concept_id, language=language, text=text))
    session.flush()
    told(session, actor, "topic.label-removed", session.get_one(Concept, label.concept_id), before={"label": text, "language": language})
    return True


def prefer(session: Session, scheme: str, notation: str, language: str, text: str, *, actor: Actor) -> bool:
    """Make a label the name that pages show in its language; the one before becomes a synonym. False when it is not there (any more)."""
    label = _label(session, scheme, notation, language, text)
    if label is None:
        return False
    before = _rename(session, label.concept_id, language)
    label.preferred = label.by_person = True
    label.search_only = False
    session.flush()
    stamping.touch(session, {label.concept_id})
    was, is_now = {"name": before, "language": language}, {"name": text, "language": language}
    told(session, actor, "topic.named", session.get_one(Concept, label.concept_id), before=was, after=is_now)
    return True


def _rename(session: Session, concept_id: int, language: str) -> str | None:
    """The name before becomes a synonym; answers it."""
    before = None
    for label in session.scalars(select(ConceptLabel).filter_by(concept_id=concept_id, language=language, preferred=True)):
        label.preferred, before = False, label.text
    return before


def told(session: Session, actor: Actor, action: str, concept: Concept, *, before: Any = None, after: Any = None) -> None:
    """Leave an audit event of a concept."""
    auditing.record(session, actor, action, Subject("topic", concept.id, concept.notation), before=before, after=after)


def _concept(session: Session, scheme: str, notation: str) -> Concept | None:
    return session.scalar(select(Concept).filter_by(scheme=scheme, notation=notation))


def _label(session: Session, scheme: str, notation: str, language: str, text: str) -> ConceptLabel | None:
    found: Sequence[ConceptLabel] = session.scalars(
        select(ConceptLabel)
        .join(Concept, Concept.id == ConceptLabel.concept_id)
        .where(Concept.scheme == scheme, Concept.notation == notation, ConceptLabel.language == language, ConceptLabel.text == text)
    ).all()
    return found[0] if found else None
