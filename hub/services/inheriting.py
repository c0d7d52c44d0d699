"""What persons said of a page that ends: copied to the page that takes it in, and taken back when the two part again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hub.models.curation import Curation
from hub.models.match import Match
from hub.models.topic import Assignment

HOPS = 20  # merged into, merged into, …
COPIED: dict[str, tuple[Any, tuple[str, ...]]] = {  # table -> what must be as it was copied, for a copy to be taken back
    "curation": (Curation, ("field", "value", "at")),
    "assignment": (Assignment, ("concept_id", "state", "origin")),
}


def copy_words(session: Session, from_id: int, to_id: int) -> dict[str, list[list[int]]]:
    """Corrections and topics of a person on the one page, for the other where nobody said anything: {table: [[copy, original], ...]}."""
    said = set(session.scalars(select(Curation.field).where(Curation.resource_id == to_id)))
    curations = [
        (Curation(resource_id=to_id, **columns(row, "field", "value", "source_value", "person_id", "person", "note", "at")), row.id)
        for row in session.scalars(select(Curation).where(Curation.resource_id == from_id).order_by(Curation.id))
        if row.field not in said
    ]
    person = Assignment.origin == "person"
    known = set(session.scalars(select(Assignment.concept_id).where(Assignment.resource_id == to_id, person)))
    topics = [
        (Assignment(resource_id=to_id, **columns(row, "concept_id", "origin", "confidence", "state")), row.id)
        for row in session.scalars(select(Assignment).where(Assignment.resource_id == from_id, person).order_by(Assignment.id))
        if row.concept_id not in known
    ]
    overruled = [copy.concept_id for copy, _ in topics]
    session.execute(delete(Assignment).where(Assignment.resource_id == to_id, Assignment.concept_id.in_(overruled)))
    session.add_all([copy for copy, _ in (*curations, *topics)])
    session.flush()
    return {"curation": [[copy.id, id] for copy, id in curations], "assignment": [[copy.id, id] for copy, id in topics]}


def columns(row: Any, *names: str) -> dict[str, Any]:
    """Some values of a row."""
    return {name: getattr(row, name) for name in names}


def drop_copies(session: Session, match: Match, owner_id: int) -> None:
    """Take back what was copied, and copied on since; what somebody has changed in the meantime stays."""
    for table, (model, compared) in COPIED.items():
        copies = [(copy, original) for copy, original in match.copied.get(table, ())]
        for step in onward(session, match, owner_id):
            held = {copy for copy, _ in copies}
            copies += [(copy, original) for copy, original in step.copied.get(table, ()) if original in held]
        for copy, original in reversed(copies):
            mine, theirs = session.get(model, copy), session.get(model, original)
            if mine is not None and theirs is not None and columns(mine, *compared) == columns(theirs, *compared):
                session.delete(mine)
        session.flush()


def onward(session: Session, match: Match, owner_id: int) -> list[Match]:
    """The merges by which the kept page of this one came to where it is now."""
    steps: list[Match] = []
    id = match.kept_id
    while id is not None and id != owner_id and len(steps) < HOPS:
        either = (Match.left_id == id) | (Match.right_id == id)
        step = session.scalar(select(Match).where(either, Match.state == "merged", Match.kept_id != id))
        if step is None:
            break
        steps.append(step)
        id = step.kept_id
    return steps
