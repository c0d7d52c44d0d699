"""Source records as an admin looks into them: what the source sent, what we read in it, and what it was before."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from harvesters.addresses import show
from harvesters.clean import charset, xml
from hub.models.record import SourceRecord
from hub.models.resource import Resource
from hub.models.source import Source
from hub.services import completing, differing
from hub.services.differing import Difference

STATES = ("active", "failed", "withdrawn")
RAW_MOST = 1_000_000  # bytes that are shown
PRETTY_MOST = 400_000  # bytes that are laid out


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """One source record with all that we have of it."""

    id: int
    source: str
    source_title: str
    identifier: str
    state: str
    title: str | None
    url: str | None
    error: str | None
    resource: str | None  # public id of the page that it feeds
    first_seen_at: datetime
    last_seen_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    datestamp: datetime | None
    seen_run_id: int | None
    raw: str  # as text; bytes that are no text are shown as replacements
    raw_type: str
    raw_url: str
    cut: bool
    pretty: str | None  # XML or JSON laid out; None where it is neither
    values: Mapping[str, str]  # field -> value as text
    missing: tuple[str, ...]
    previous_at: datetime | None
    differences: tuple[Difference, ...]  # from the values before the last change


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One record in a list."""

    id: int
    identifier: str
    title: str | None
    state: str
    changed_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some records of many, by identifier."""

    records: tuple[RecordLine, ...]
    total: int
    pages: int


def records(session: Session, source: str, *, words: str = "", state: str = "", page: int = 1, limit: int = 50) -> RecordPage:
    """Records of a source whose identifier or title holds these words."""
    columns = (
        SourceRecord.id, SourceRecord.identifier, SourceRecord.title, SourceRecord.state, SourceRecord.changed_at,
        SourceRecord.last_seen_at,
    )  # fmt: skip
    wanted = select(*columns).join(Source, Source.id == SourceRecord.source_id).where(Source.name == source)
    if state in STATES:
        wanted = wanted.where(SourceRecord.state == state)
    if words.strip():
        said = words.strip()
        found = (SourceRecord.identifier.icontains(said, autoescape=True), SourceRecord.title.icontains(said, autoescape=True))
        wanted = wanted.where(or_(*found))
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.execute(wanted.order_by(SourceRecord.identifier).limit(limit).offset((max(page, 1) - 1) * limit))
    return RecordPage(tuple(RecordLine(*row) for row in rows), total, -(-total // limit))


def number(session: Session, source: str, identifier: str) -> int | None:
    """Our number of a source's record."""
    wanted = select(SourceRecord.id).join(Source, Source.id == SourceRecord.source_id)
    return session.scalar(wanted.where(Source.name == source, SourceRecord.identifier == identifier))


def get(session: Session, record_id: int) -> RecordView | None:
    """One record; None when there is none."""
    row = session.execute(
        select(SourceRecord, Source.name, Source.title, Resource.public_id)
        .join(Source, Source.id == SourceRecord.source_id)
        .outerjoin(Resource, Resource.id == SourceRecord.resource_id)
        .where(SourceRecord.id == record_id)
    ).first()
    return None if row is None else view(*row)


def view(record: SourceRecord, source: str, source_title: str, resource: str | None) -> RecordView:
    """A record as a value."""
    body, cut = opened(record.raw)
    values = record.values or {}
    return RecordView(
        id=record.id,
        source=source,
        source_title=source_title,
        identifier=record.identifier,
        state=record.state,
        title=record.title,
        url=record.url,
        error=record.error,
        resource=resource,
        first_seen_at=record.first_seen_at,
        last_seen_at=record.last_seen_at,
        changed_at=record.changed_at,
        withdrawn_at=record.withdrawn_at,
        datestamp=record.datestamp,
        seen_run_id=record.seen_run_id,
        raw=as_text(body, record.raw_type),
        raw_type=record.raw_type,
        raw_url=show(record.raw_url) if record.raw_url else "",
        cut=cut,
        pretty=None if cut else pretty(body, record.raw_type),
        values={name: differing.text_of(value) or "" for name, value in values.items()},
        missing=completing.missing(values) if values else (),
        previous_at=record.previous_at,
        differences=differing.differences(record.previous, values) if record.previous and record.previous_at else (),
    )


def opened(raw: bytes) -> tuple[bytes, bool]:
    """The payload up to RAW_MOST, and whether there is more of it."""
    unpacking = zlib.decompressobj()
    body = unpacking.decompress(raw, RAW_MOST) if raw else b""
    return body, bool(unpacking.unconsumed_tail)


def as_text(body: bytes, media_type: str) -> str:
    """Bytes as text that can be shown."""
    return body.decode(charset.encoding(body, media_type, None), "replace").replace("\0", "\ufffd")


def pretty(body: bytes, media_type: str) -> str | None:
    """XML and JSON with a line for each element; None for anything else, and for what is damaged or very large."""
    first = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if len(body) > PRETTY_MOST or first not in (b"<", b"{", b"["):
        return None
    try:
        if first == b"<":
            root = xml.element(body)
            etree.indent(root)
            return etree.tostring(root, encoding="unicode")
        return json.dumps(json.loads(as_text(body, media_type)), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return None


def as_dict(found: RecordView) -> dict[str, Any]:
    """As JSON has it."""
    plain = {name: getattr(found, name) for name in found.__slots__ if name not in ("pretty", "differences")}
    changes: list[dict[str, str | None]] = [{"field": d.field, "before": d.before, "after": d.after} for d in found.differences]
    return {**plain, "differences": changes}
