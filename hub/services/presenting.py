"""A preview as a person looks at it: counts, the first records as they would look, differences, what would vanish, what is invalid."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.run import PreviewItem, Run
from hub.models.source import Source
from hub.models.topic import Concept
from hub.services import classifying, merging, naming, summarising, watching
from hub.services.classifying import Classifier
from hub.services.summarising import Summary
from hub.services.watching import RAW_MOST, RawRecord

VERDICTS = ("new", "changed", "unchanged", "deleted", "vanished", "invalid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What would happen to one record."""

    id: int
    identifier: str | None
    title: str | None
    verdict: str
    differences: Sequence[Sequence[Any]]  # [field, before, after]; empty for a changed one after the first thousand
    reason: str | None
    advice: str | None
    has_raw: bool


@dataclass(frozen=True, slots=True)
class Look:
    """A new record as search results would show it, with all of its fields."""

    id: int
    identifier: str | None
    summary: Summary
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Some items of many, in the order in which they came."""

    items: tuple[Item, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One dry run."""

    run: watching.RunState
    source: str
    draft: bool
    limit: int | None
    at: datetime
    counts: Mapping[str, int]  # of every verdict

    @property
    def total(self) -> int:
        """All that is noted; 0 when it was discarded, or has not begun."""
        return sum(self.counts.values())


def preview(session: Session, run_id: int) -> Preview | None:
    """The dry run of this number; None when there is none."""
    found = session.execute(
        select(Run.limited_to, Run.created_at, Source.name, Source.draft)
        .join(Source, Source.id == Run.source_id)
        .where(Run.id == run_id, Run.task == "preview")
    ).first()
    run = watching.run(session, run_id) if found else None
    if found is None or run is None:
        return None
    return Preview(
        run=run, source=found.name, draft=found.draft, limit=found.limited_to, at=found.created_at, counts=counts(session, run_id)
    )


def latest(session: Session, source_id: int) -> int | None:
    """The number of the last dry run of a source of which something is left."""
    return session.scalar(select(func.max(Run.id)).where(Run.source_id == source_id, Run.task == "preview", Run.checkpoint.is_not(None)))


def counts(session: Session, run_id: int) -> dict[str, int]:
    """How many records have which verdict."""
    rows = session.execute(select(PreviewItem.verdict, func.count()).where(PreviewItem.run_id == run_id).group_by(PreviewItem.verdict))
    return dict.fromkeys(VERDICTS, 0) | {verdict: count for verdict, count in rows}


def items(session: Session, run_id: int, verdict: str, *, page: int = 1, limit: int = 25) -> ItemPage:
    """The records with this verdict."""
    mine = (PreviewItem.run_id == run_id) & (PreviewItem.verdict == verdict)
    total = session.scalar(select(func.count()).where(mine)) or 0
    columns: Any = (
        PreviewItem.id, PreviewItem.identifier, PreviewItem.title, PreviewItem.verdict, PreviewItem.differences, PreviewItem.reason,
        PreviewItem.advice, PreviewItem.raw.is_not(None).label("has_raw"),
    )  # fmt: skip
    rows = session.execute(select(*columns).where(mine).order_by(PreviewItem.id).limit(limit).offset((max(page, 1) - 1) * limit))
    found = tuple(Item(**{**row._asdict(), "differences": row.differences or ()}) for row in rows)
    return ItemPage(found, total, -(-total // limit))


def looks(session: Session, run_id: int, *, limit: int = 5) -> tuple[Look, ...]:
    """The first of the new records."""
    source = session.scalars(select(Source).join(Run, Run.source_id == Source.id).where(Run.id == run_id)).one()
    rows = session.execute(
        select(PreviewItem.id, PreviewItem.identifier, PreviewItem.values)
        .where(PreviewItem.run_id == run_id, PreviewItem.verdict == "new")
        .order_by(PreviewItem.id)
        .limit(limit)
    ).all()
    classifier = classifying.load(session)
    topics = session.execute(select(Concept.id, Concept.notation).where(Concept.scheme == "topic"))
    notations = {id: notation for id, notation in topics}
    return tuple(
        Look(row.id, row.identifier, look(source, row.identifier or "", row.values, classifier, notations), row.values)
        for row in rows
        if row.values
    )


def look(source: Source, identifier: str, values: Mapping[str, Any], classifier: Classifier, notations: Mapping[int, str]) -> Summary:
    """The resource that one record would make, as lists show it."""
    at = now()
    merged = merging.merge([merging.Kept(source.name, source.title, source.rank, identifier, at, values)])
    findings = classifier.classify(merged["title"], [*merged["keywords"], *merged["subjects"]], merged["text"])
    topics = [notations[f.concept_id] for f in findings if f.state == "accepted" and f.concept_id in notations]
    public_id = naming.public_id(source.name, identifier)
    unsaid = {"links": None, "score": None, "review_count": 0, "adoption_count": 0}
    return summarising.summary(SimpleNamespace(**merged, **unsaid, id=0, public_id=public_id, updated_at=at), tuple(topics))


def raw(session: Session, run_id: int, item_id: int) -> RawRecord | None:
    """What the source sent for an invalid record, cut at RAW_MOST."""
    row = session.execute(
        select(PreviewItem.identifier, PreviewItem.raw, PreviewItem.raw_type).where(PreviewItem.run_id == run_id, PreviewItem.id == item_id)
    ).first()
    if row is None or row.raw is None:
        return None
    opened = zlib.decompressobj()
    body = opened.decompress(row.raw, RAW_MOST)
    return RawRecord(row.identifier, body.decode("utf-8", "replace"), row.raw_type, bool(opened.unconsumed_tail))
