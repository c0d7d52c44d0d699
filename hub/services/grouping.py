"""The sets of OAI-PMH: which there are, which a resource is in, and the condition by which the database finds those of one.

A set is a kind and a key, `topic:seo`. Kinds alone are sets too (`topic`: whatever has a topic). A key is written with the characters that
the protocol allows (`spell`), and read back exactly. A resource is in the sets of its topics and of all above these. It is in the set of
each source whose records made its values: for one that is gone, those that it had last.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, false, func, or_, select
from sqlalchemy.orm import Session

from harvesters.clean.licence import FAMILIES
from harvesters.record import RESOURCE_TYPES
from hub.models.resource import Resource
from hub.models.source import Source
from hub.models.topic import Assignment, Concept, ConceptLabel

KINDS = {
    "topic": "By topic",
    "provider": "By provider",
    "source": "By source",
    "institution": "By institution",
    "type": "By type of resource",
    "licence": "By licence family",
}
SPEC = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*")  # OAI-PMH.xsd, setSpecType
LONGEST = 200  # characters of a key; what is longer makes no set
_PLAIN = re.compile(r"[A-Za-z0-9\-.]+")
_CODED = re.compile(r"~([0-9A-F]{2})")
_NAME = re.compile(r"[a-z0-9_-]{1,64}")  # of a source
# Where a record's source stands in the text of `Resource.provenance`: no JSON text holds these signs elsewhere, since inside a string a
# quotation mark has a backslash before it.
_FIRST, _NEXT = '[["{}", "', '"], ["{}", "'
_TOLD = re.compile(r'(?:\[|"\], )\["([a-z0-9_-]{1,64})", "')
_LABELS = ("en", "zh-Hans")


@dataclass(frozen=True, slots=True)
class Concepts:
    """The vocabulary as sets need it: concepts in use by their number."""

    specs: Mapping[int, tuple[str, ...]]  # the sets of a topic: its own, and those of all above it

    notations: Mapping[int, str]
    schemes: Mapping[int, str]
    labels: Mapping[int, Mapping[str, str]]
    uppers: Mapping[int, tuple[int, ...]]  # a concept and all above it, itself first


@lru_cache(maxsize=10_000)
def spell(key: str) -> str:
    """A key with the characters of a setSpec: letters, digits, `-` and `.` are themselves, a blank is `_`, and of anything else each byte
    of its UTF-8 is `~` and two hexadecimal digits."""
    if _PLAIN.fullmatch(key):
        return key
    return "".join(c if _PLAIN.fullmatch(c) else "_" if c == " " else "".join(f"~{b:02X}" for b in c.encode()) for c in key)


def unspell(written: str) -> str | None:
    """The key; None for what `spell` does not write."""
    try:
        plain = _CODED.sub(lambda found: chr(int(found[1], 16)), written.replace("_", " ")).encode("latin-1").decode()
    except UnicodeError:
        return None
    return plain if "\0" not in plain and spell(plain) == written else None


def concepts(session: Session) -> Concepts:
    """All concepts in use. Two queries."""
    columns = (Concept.id, Concept.scheme, Concept.notation, Concept.broader_id)
    rows = session.execute(select(*columns).where(Concept.retired_at.is_(None))).all()
    above = {row.id: row.broader_id for row in rows}
    labels: dict[int, dict[str, str]] = defaultdict(dict)
    wanted = select(ConceptLabel.concept_id, ConceptLabel.language, ConceptLabel.text).where(
        ConceptLabel.preferred, ConceptLabel.language.in_(_LABELS)
    )
    for concept_id, language, text in session.execute(wanted.order_by(ConceptLabel.concept_id, ConceptLabel.language)):
        labels[concept_id][language] = text
    notations = {row.id: row.notation for row in rows}
    uppers = {row.id: tuple(_upwards(row.id, above)) for row in rows}
    specs = {row.id: tuple([f"topic:{spell(notations[id])}" for id in uppers[row.id]]) if row.scheme == "topic" else () for row in rows}
    return Concepts(specs, notations, {row.id: row.scheme for row in rows}, labels, uppers)


def _upwards(id: int, above: Mapping[int, int | None]) -> Iterator[int]:
    """A concept and those above it, as far as they are in use; a ring ends where it closes."""
    seen: set[int] = set()
    at: int | None = id
    while at is not None and at in above and at not in seen:
        seen.add(at)
        yield at
        at = above[at]


def of(row: Any, concept_ids: Iterable[int], known: Concepts) -> list[str]:
    """The sets of a row that has provider_slug, institution, resource_type, licence_family and, as text, provenance."""
    found = list(dict.fromkeys([spec for id in concept_ids for spec in known.specs[id]]))
    keys = (("provider", row.provider_slug), ("institution", row.institution), ("type", row.resource_type), ("licence", row.licence_family))
    found += [f"{kind}:{spell(key)}" for kind, key in keys if key and len(key) <= LONGEST]
    found += [f"source:{spell(name)}" for name in dict.fromkeys(_TOLD.findall(row.provenance))]
    return found


def condition(spec: str, known: Concepts) -> ColumnElement[bool]:
    """Which resources are in this set; none where there is no such set."""
    kind, separator, written = spec.partition(":")
    if kind not in KINDS:
        return false()
    if not separator:
        return _any(kind, known)
    key = unspell(written)
    if key is None or len(key) > LONGEST:
        return false()
    if kind == "topic":
        return about([id for id, uppers in known.uppers.items() if any(_is(known, upper, key) for upper in uppers)])
    if kind == "source":
        return or_(_told(_FIRST.format(key)), _told(_NEXT.format(key))) if _NAME.fullmatch(key) else false()
    return and_(_column(kind) == key)


def _is(known: Concepts, id: int, notation: str) -> bool:
    return known.schemes[id] == "topic" and known.notations[id] == notation


def _any(kind: str, known: Concepts) -> ColumnElement[bool]:
    """In any set of this kind."""
    if kind == "topic":
        return about([id for id, scheme in known.schemes.items() if scheme == "topic"])
    if kind == "source":
        return _told('[["')
    return and_(func.length(_column(kind)).between(1, LONGEST))


def _told(words: str) -> ColumnElement[bool]:
    """Does the text of the provenance hold these words?"""
    return cast(Resource.provenance, Text).contains(words, autoescape=True)


def about(concept_ids: Sequence[int]) -> ColumnElement[bool]:
    """About one of these concepts."""
    return Resource.id.in_(select(Assignment.resource_id).where(Assignment.concept_id.in_(concept_ids), Assignment.state == "accepted"))


def _column(kind: str) -> Any:
    return {
        "provider": Resource.provider_slug,
        "institution": Resource.institution,
        "type": Resource.resource_type,
        "licence": Resource.licence_family,
    }[kind]


def sets(session: Session) -> list[tuple[str, str]]:
    """(setSpec, name) of all sets, in the order of their specs."""
    return sorted({**dict(KINDS), **_topics(concepts(session)), **_fixed(), **_named(session)}.items())


def _topics(known: Concepts) -> dict[str, str]:
    return {
        f"topic:{spell(known.notations[id])}": " · ".join(dict.fromkeys(known.labels.get(id, {}).values())) or known.notations[id]
        for id, scheme in known.schemes.items()
        if scheme == "topic"
    }


def _fixed() -> dict[str, str]:
    return {f"type:{name}": name for name in RESOURCE_TYPES} | {f"licence:{name}": name for name in FAMILIES}


def _named(session: Session) -> dict[str, str]:
    """Sets whose names the catalogue knows. Empty ones are not named, but for sources."""
    slug = Resource.provider_slug
    providers = session.execute(select(slug, func.min(Resource.provider)).where(slug.is_not(None)).group_by(slug))
    institutions = session.scalars(select(Resource.institution).where(func.length(Resource.institution) <= LONGEST).distinct())
    sources = session.execute(select(Source.name, Source.title).where(~Source.draft))
    return (
        {f"provider:{spell(slug)}": name or slug for slug, name in providers if slug}
        | {f"institution:{spell(name)}": name for name in institutions if name}
        | {f"source:{spell(name)}": title for name, title in sources}
    )
