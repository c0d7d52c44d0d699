"""All corrections, as a curator looks over them: what a person wrote, what the sources said then, what they say now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.models.curation import Curation
from hub.models.resource import Resource
from hub.services import cataloguing, curating, merging, naming


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """One correction, its values as a person would type them."""

    public_id: str  # of the resource that it was made for: a merged one leads on to where it stands
    slug: str
    title: str
    field: str
    text: str
    looked_text: str  # what the sources said when it was last looked at
    source_text: str  # and say now
    disagrees: bool
    person: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """Some corrections of many, the latest first."""

    corrections: tuple[Corrected, ...]
    total: int
    disagreeing: int  # in all
    pages: int


def corrections(session: Session, *, disagreeing: bool = False, page: int = 1, limit: int = 50) -> CorrectionPage:
    """Corrections, the latest first; of resources that live."""
    wanted = (
        select(Curation, Resource.id, Resource.public_id, Resource.title)
        .join(Resource, Resource.id == heir())
        .where(Resource.withdrawn_at.is_(None), Resource.merged_into_id.is_(None))
    )
    other = wanted.where(Curation.disagrees)
    wanted = other if disagreeing else wanted
    total, differing = (session.scalar(select(func.count()).select_from(one.subquery())) or 0 for one in (wanted, other))
    rows = session.execute(wanted.order_by(Curation.at.desc(), Curation.id.desc()).limit(limit).offset((max(page, 1) - 1) * limit)).all()
    live = cataloguing.live_records(session, [row[1] for row in rows])
    said = {id: merging.merge(kept) for id, kept in live.items()}
    found = tuple(corrected(row, said.get(row[1], {})) for row in rows)
    return CorrectionPage(found, total, differing, -(-total // limit))


def heir() -> Any:
    """The resource at which a correction stands: its own, or the one into which that was merged."""
    own = select(func.coalesce(Resource.merged_into_id, Resource.id)).where(Resource.id == Curation.resource_id)
    return own.correlate(Curation).scalar_subquery()


def corrected(row: Any, said: Mapping[str, Any]) -> Corrected:
    """One row as a value."""
    word, _id, public_id, title = row
    return Corrected(
        public_id=public_id,
        slug=naming.slug(title),
        title=title,
        field=word.field,
        text=curating.show(word.field, word.value),
        looked_text=curating.show(word.field, word.source_value),
        source_text=curating.show(word.field, merging.json_value(said.get(word.field))),
        disagrees=word.disagrees,
        person=word.person,
        at=word.at,
        note=word.note,
    )
