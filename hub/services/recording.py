"""What a page of items makes of work, and the rows that its items become."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from harvesters.record import Failure, Raw, Record, Withdrawn
from hub.db import now
from hub.services import merging
from hub.services.cataloguing import SourceFacts
from hub.services.classifying import Classifier

EMPTY_HASH = hashlib.sha256(b"").digest()


@dataclass(slots=True)
class Changes:
    """How many items did what. `seen` is their sum."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    failed: int = 0

    @property
    def seen(self) -> int:
        """All items that counted."""
        return self.created + self.updated + self.unchanged + self.withdrawn + self.failed

    def as_dict(self) -> dict[str, int]:
        """Column of Run -> count."""
        return {name: getattr(self, name) for name in ("seen", "created", "updated", "unchanged", "withdrawn", "failed")}


@dataclass(slots=True)
class Page:
    """The work that one batch of items with different identifiers makes, sorted by what is to be done."""

    session: Session
    source: SourceFacts
    run_id: int
    classifier: Classifier
    changes: Changes
    at: datetime = field(default_factory=now)
    seen_again: list[int] = field(default_factory=list)  # source records that are as they were
    moved: list[dict[str, Any]] = field(default_factory=list)  # as they were, but on another page of the source
    new: list[Record] = field(default_factory=list)
    changed: list[tuple[int, Record]] = field(default_factory=list)
    stale: set[int] = field(default_factory=set)  # resources to merge again
    mended: list[str] = field(default_factory=list)  # identifiers that could not be read before
    values: dict[str, dict[str, Any]] = field(default_factory=dict)  # identifier -> values, made once
    places: Mapping[str, str] = field(default_factory=dict)  # identifier -> page of the source that holds it, where that is remembered
    counted: frozenset[str] = frozenset()  # pages of the source whose records this run has counted without reading them
    seen_by: int | None = None  # the harvest that saw these items at the source, when this run only reads them again

    @property
    def seen(self) -> dict[str, Any]:
        """What a record that we have is marked with: nothing when its source was not asked."""
        return {"seen_run_id": self.run_id, "last_seen_at": self.at} if self.seen_by is None else {}

    @property
    def first_seen(self) -> dict[str, Any]:
        """What a record that is new to us is marked with."""
        return {"seen_run_id": self.seen_by or self.run_id, "last_seen_at": self.at, "first_seen_at": self.at, "changed_at": self.at}

    def values_of(self, record: Record) -> dict[str, Any]:
        """A record's values (`merging.values_of`)."""
        if record.identifier not in self.values:
            self.values[record.identifier] = merging.values_of(record)
        return self.values[record.identifier]


def tombstone(page: Page, item: Withdrawn) -> dict[str, Any]:
    """The row of a deleted record that we never saw alive."""
    return {
        "source_id": page.source.id,
        "identifier": item.identifier,
        "state": "withdrawn",
        "datestamp": item.datestamp,
        **raw_columns(item.raw),
        **page.first_seen,
        "withdrawn_at": page.at,
    }


def failure_row(page: Page, item: Failure) -> dict[str, Any]:
    """The row of a failure."""
    return {
        "run_id": page.run_id,
        "source_id": page.source.id,
        "identifier": item.identifier,
        "stage": "read" if item.raw.body else "fetch",
        "reason": item.reason,
        "advice": item.advice,
        "url": item.raw.url,
        "media_type": item.raw.media_type[:100],
        "raw": zlib.compress(item.raw.body, 1),
        "at": page.at,
    }


def raw_columns(raw: Raw | None) -> dict[str, Any]:
    """A payload as a source record stores it."""
    if raw is None:
        return {"raw": zlib.compress(b"", 1), "raw_type": "", "raw_url": "", "raw_hash": EMPTY_HASH}
    return {
        "raw": zlib.compress(raw.body, 1),
        "raw_type": raw.media_type[:100],
        "raw_url": raw.url,
        "raw_hash": hashlib.sha256(raw.body).digest(),
    }


def record_columns(page: Page, record: Record, values: dict[str, Any]) -> dict[str, Any]:
    """What a live record stores, new or changed."""
    return {
        "state": "active",
        "title": record.title,
        "group": record.group,
        "url": record.url,
        "datestamp": record.datestamp,
        **raw_columns(record.raw),
        "values": values,
        "error": None,
        **page.seen,
        **({"page": page.places.get(record.identifier)} if page.places else {}),
        "withdrawn_at": None,
    }
