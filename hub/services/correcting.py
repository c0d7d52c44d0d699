"""The corrections that stand in fields of resources: read for merging, compared with what the sources say by now. Nothing is decided here.

A resource that was merged into another one brings its corrections along: the other's own word on a field goes first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.models.curation import Curation
from hub.models.resource import Resource
from hub.services import merging

Words = Mapping[int, Mapping[str, Curation]]  # resource id -> field -> the correction in force


def in_force(session: Session, resource_ids: Sequence[int]) -> Words:
    """The corrections of these resources; those without any are not in it."""
    if not resource_ids or session.scalar(select(Curation.id).limit(1)) is None:  # where nobody corrects, harvests pay for nothing
        return {}
    heirs = family(session, resource_ids)
    rows = session.scalars(select(Curation).where(Curation.resource_id.in_(heirs))).all()
    found: dict[int, dict[str, Curation]] = defaultdict(dict)
    for row in sorted(rows, key=lambda row: (row.resource_id != heirs[row.resource_id], -row.at.timestamp(), row.id)):
        found[heirs[row.resource_id]].setdefault(row.field, row)
    return dict(found)


def family(session: Session, resource_ids: Sequence[int]) -> dict[int, int]:
    """Each of these resources, and each that was merged into one of them, however many steps ago -> that one."""
    heirs = {id: id for id in resource_ids}
    asked = list(resource_ids)
    while asked:
        rows = session.execute(select(Resource.id, Resource.merged_into_id).where(Resource.merged_into_id.in_(asked))).all()
        asked = []
        for id, into in rows:
            if id not in heirs and into is not None:
                heirs[id] = heirs[into]
                asked.append(id)
    return heirs


def of(words: Words, resource_id: int) -> list[merging.Correction]:
    """The corrections of one resource, as merging wants them."""
    return [merging.Correction(row.field, row.value, row.at) for row in words.get(resource_id, {}).values()]


def compare(words: Words, said: Mapping[int, Mapping[str, Any]]) -> None:
    """Mark the corrections whose sources say something else by now than when a person last looked. `said`: merged without corrections."""
    for id, fields in words.items():
        for field, row in fields.items():
            disagrees = merging.json_value(said[id][field]) != row.source_value
            if row.disagrees != disagrees:
                row.disagrees = disagrees
