"""What resources are about, by people's word: suggestions of the rules accepted and rejected, topics added and taken away.

A person's word stays: rules neither bring back what was rejected nor take away what was accepted (`cataloguing.assign`). The caller
commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.resource import Resource
from hub.models.topic import Assignment, Concept
from hub.services import auditing, cataloguing, curating
from hub.services.auditing import Actor, Subject

ACTION = "resource.topic"
DECIDED = ("accepted", "rejected")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a topic stands with a resource; no state: nobody says anything of it."""

    state: str | None
    origin: str = "person"
    confidence: float = 1.0


def concept_id(session: Session, notation: str, scheme: str = "topic") -> int | None:
    """The number of a concept that is in use; None when there is none."""
    return session.scalar(select(Concept.id).filter_by(scheme=scheme, notation=notation, retired_at=None))


def decide(
    session: Session,
    actor: Actor,
    pairs: Iterable[tuple[int, int]],
    state: str,
    *,
    note: str = "",
    group: int | None = None,
) -> int:
    """Accept or reject topics of resources, as (resource id, concept id); answers how many changed.

    A topic that was never suggested can be accepted (it is added) and rejected (it will never be suggested).
    """
    assert state in DECIDED
    return put(session, actor, {pair: Standing(state) for pair in pairs}, note=note, group=group)


def put(session: Session, actor: Actor, wanted: dict[tuple[int, int], Standing], *, note: str = "", group: int | None = None) -> int:
    """Let topics of resources stand so; what is so already leaves no trace. Answers how many changed."""
    ids = sorted({id for id, _ in wanted})
    curating.hold(session, ids)
    titles = {id: title for id, title in session.execute(select(Resource.id, Resource.title).where(Resource.id.in_(ids)))}
    names = concept_names(session, {concept for _, concept in wanted})
    there = standing(session, ids, list(names))
    changed: set[int] = set()
    done = 0
    for (id, concept), wish in wanted.items():
        row = there.get((id, concept))
        known = Standing(row.state, row.origin, row.confidence) if row else Standing(None)
        if id not in titles or concept not in names or is_so(known, wish):
            continue
        write(session, row, id, concept, wish)
        before, after = (as_json(names[concept], one) for one in (known, wish))
        auditing.record(session, actor, ACTION, Subject("resource", id, titles[id]), before=before, after=after, note=note, group=group)
        changed.add(id)
        done += 1
    session.flush()
    values = {"version": Resource.version + 1, "updated_at": now()}
    session.execute(update(Resource).where(Resource.id.in_(changed)).values(values).execution_options(synchronize_session=False))
    cataloguing.announce(session, sorted(changed))
    return done


def is_so(known: Standing, wish: Standing) -> bool:
    """Does it stand like that already?"""
    return (known.state, known.origin) == (wish.state, wish.origin) or known.state is wish.state is None


def write(session: Session, row: Assignment | None, resource_id: int, concept: int, wish: Standing) -> None:
    """One assignment as it shall be. A rule's confidence stays beside a person's word."""
    if wish.state is None:
        session.delete(row)
    elif row is None:
        session.add(
            Assignment(resource_id=resource_id, concept_id=concept, origin=wish.origin, confidence=wish.confidence, state=wish.state)
        )
    else:
        row.state, row.origin = wish.state, wish.origin


def standing(session: Session, resource_ids: Sequence[int], concept_ids: Sequence[int]) -> dict[tuple[int, int], Assignment]:
    """(resource id, concept id) -> what is said of it."""
    rows = session.scalars(
        select(Assignment)
        .where(Assignment.resource_id.in_(resource_ids), Assignment.concept_id.in_(concept_ids))
        .execution_options(populate_existing=True)
    )
    return {(row.resource_id, row.concept_id): row for row in rows}


def concept_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """id -> "scheme:notation"."""
    rows = session.execute(select(Concept.id, Concept.scheme, Concept.notation).where(Concept.id.in_(list(ids))))
    return {id: f"{scheme}:{notation}" for id, scheme, notation in rows}


def as_json(name: str, standing: Standing) -> dict[str, Any]:
    """A standing as an audit event keeps it."""
    return {"topic": name, "state": standing.state, "origin": standing.origin, "confidence": standing.confidence}


def of_resource(session: Session, resource_id: int) -> Sequence[Any]:
    """(scheme, notation, state, origin, confidence) of all that is said of a resource, surest first."""
    return session.execute(
        select(Concept.scheme, Concept.notation, Assignment.state, Assignment.origin, Assignment.confidence)
        .join(Assignment, Assignment.concept_id == Concept.id)
        .where(Assignment.resource_id == resource_id)
        .order_by(Assignment.confidence.desc(), Concept.notation)
    ).all()
