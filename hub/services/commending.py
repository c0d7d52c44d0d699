"""Which institutions recommend a resource in public: they show it as an example, or their last decision on it is to adopt it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import distinct, exists, func, select, union_all
from sqlalchemy.orm import Session, aliased

from hub.models.institution import Exemplar, Institution
from hub.models.review import Decision


def commended(session: Session, ids: Sequence[int]) -> Mapping[int, int]:
    """How many institutions recommend each of these resources, those that none does left out. One query, the same for every reader."""
    if not ids:
        return {}
    later = aliased(Decision)
    newer = exists(select(later.id).where(
        later.resource_id == Decision.resource_id, later.institution_id == Decision.institution_id, later.id > Decision.id
    )).correlate(Decision)  # fmt: skip
    adopted = (Decision.verdict == "adopt") & (Decision.visibility == "public") & ~newer
    said = union_all(
        select(Exemplar.resource_id, Exemplar.institution_id).where(Exemplar.resource_id.in_(ids)),
        select(Decision.resource_id, Decision.institution_id).where(Decision.resource_id.in_(ids), adopted),
    ).subquery()
    rows = session.execute(
        select(said.c.resource_id, func.count(distinct(said.c.institution_id)))
        .join(Institution, Institution.id == said.c.institution_id)
        .where(Institution.closed_at.is_(None))
        .group_by(said.c.resource_id)
    )
    return {resource_id: number for resource_id, number in rows}
