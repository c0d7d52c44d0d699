"""All that a question finds, not a page of it; courses one after another; for files and lists that machines read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.institution import InstitutionName
from hub.models.resource import Resource
from hub.models.shelf import ShelfItem
from hub.models.study import Bookmark
from hub.models.topic import Concept, ConceptLabel, ConceptText
from hub.services import describing, querying, shelving
from hub.services.asking import Ask
from hub.services.describing import Description
from search.index import Index
from search.query import MAX_VALUES

MOST = 10_000  # of one file; who wants all takes the dump
AT_ONCE = 200  # resources that are held at a time
ALIVE = (Resource.withdrawn_at.is_(None), Resource.hidden_at.is_(None), Resource.merged_into_id.is_(None))


@dataclass(frozen=True, slots=True)
class Extract:
    """What was found: ids in order, at most MOST of `total`."""

    ids: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a list; whether there is something before and behind it."""

    ones: tuple[Description, ...]
    before: bool
    behind: bool


def extract(session: Session, index: Index, ask: Ask, *, limit: int = MOST) -> Extract:
    """The matches of just these words, those near in meaning left out. Raises SearchUnavailable."""
    asked = querying.read(session, replace(ask, page=1), limit=limit).query
    hits = querying.find(index, replace(asked, patience=0.0))
    return Extract(tuple(hit.id for hit in hits.hits if not hit.related), hits.total)


def walk(session: Session, ids: Sequence[int]) -> Iterator[Description]:
    """These resources in full, in this order, a part at a time; those that nobody may see any more are left out."""
    for start in range(0, len(ids), AT_ONCE):
        yield from describing.in_order(session, ids[start : start + AT_ONCE])


def of_shelf(session: Session, shelf_id: int) -> list[int]:
    """The resources on a shelf, in its order."""
    wanted = (
        select(ShelfItem.resource_id)
        .where(ShelfItem.shelf_id == shelf_id)
        .order_by(ShelfItem.position, ShelfItem.id)
        .limit(shelving.ITEMS_MOST)
    )
    return list(session.scalars(wanted))


def of_person(session: Session, person_id: int) -> list[int]:
    """The resources that a person keeps, the last one first."""
    return list(
        session.scalars(select(Bookmark.resource_id).where(Bookmark.person_id == person_id).order_by(Bookmark.id.desc()).limit(MOST))
    )


def of_institution(session: Session, index: Index, institution_id: int) -> Extract:
    """What an institution opens: made or offered under one of the names by which the catalogue knows it, the newest first.
    Nothing when it has none. Raises SearchUnavailable."""
    names = select(InstitutionName.name).where(InstitutionName.institution_id == institution_id).order_by(InstitutionName.name)
    given = tuple(session.scalars(names.limit(MAX_VALUES)))
    if not given:
        return Extract((), 0)
    made, offered, both = (
        extract(session, index, Ask(fixed=dict.fromkeys(facets, given), sort="newest"))
        for facets in (("institution",), ("provider",), ("institution", "provider"))
    )
    return Extract(tuple(dict.fromkeys((*made.ids, *offered.ids)))[:MOST], made.total + offered.total - both.total)


def courses(session: Session, *, size: int, after: int = 0, before: int | None = None) -> Stretch:
    """Courses by number: the first behind `after`, or the last before `before`. As fast at the end as at the beginning."""
    wanted = select(Resource.id).where(Resource.resource_type == "course", *ALIVE).limit(size + 1)
    if before is not None:
        ids = list(session.scalars(wanted.where(Resource.id < before).order_by(Resource.id.desc())))
        more, ids = len(ids) > size, ids[:size][::-1]
        behind = bool(ids) and session.scalar(wanted.where(Resource.id > ids[-1]).limit(1)) is not None
        return Stretch(tuple(describing.in_order(session, ids)), more, behind)
    ids = list(session.scalars(wanted.where(Resource.id > after).order_by(Resource.id)))
    return Stretch(tuple(describing.in_order(session, ids[:size])), after > 0, len(ids) > size)


def number(session: Session, public_id: str) -> int | None:
    """Our number of a resource, alive or not: where a list goes on; None when there never was one."""
    return session.scalar(select(Resource.id).where(Resource.public_id == public_id[:16]))


def terms(session: Session) -> list[dict[str, Any]]:
    """The vocabulary: every concept in force with its labels, preferred and other, and what it means."""
    rows = session.execute(
        select(Concept.id, Concept.scheme, Concept.notation, Concept.uri, Concept.broader_id)
        .where(Concept.retired_at.is_(None))
        .order_by(Concept.scheme.desc(), Concept.position, Concept.notation)
    ).all()
    notations = {row.id: row.notation for row in rows}
    labels = session.execute(select(ConceptLabel.concept_id, ConceptLabel.language, ConceptLabel.text, ConceptLabel.preferred)).all()
    named: dict[int, list[dict[str, Any]]] = {}
    for concept_id, language, text, preferred in labels:
        named.setdefault(concept_id, []).append({"language": language, "text": text, "preferred": preferred})
    meanings: dict[int, dict[str, str]] = {}
    for concept_id, language, text in session.execute(select(ConceptText.concept_id, ConceptText.language, ConceptText.text)):
        meanings.setdefault(concept_id, {})[language] = text
    return [
        {
            "scheme": row.scheme,
            "notation": row.notation,
            "uri": row.uri,
            "broader": notations.get(row.broader_id),
            "labels": named.get(row.id, []),
            "definitions": meanings.get(row.id, {}),
        }
        for row in rows
    ]
