"""A source's report as everybody may read it, and every problem of the source, one line a record and problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from hub.models.link import Link
from hub.models.record import SourceRecord
from hub.models.run import Run
from hub.models.source import Source
from hub.services import carrying, completing, reporting

AT_ONCE = 1_000
ENDED_WELL = ("succeeded", "partial")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a source gives, how fresh it is, and the quality of its records (`reporting.report`; None before the first)."""

    name: str
    title: str
    kind: str
    schedule: str | None
    timezone: str
    paused: bool
    next_at: datetime | None
    refreshed_at: datetime | None  # end of the last run that succeeded, at least in part
    made_at: datetime | None
    found: Mapping[str, Any] | None
    known: bool  # whether `elements` has all that the format offers
    elements: Mapping[str, str]  # field -> the element of the source's format that carries it

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it for everybody, without our numbers of records."""
        facts = {name: getattr(self, name) for name in ("name", "title", "kind", "schedule", "timezone", "paused")}
        times = {name: at.isoformat() if (at := getattr(self, name)) else None for name in ("next_at", "refreshed_at", "made_at")}
        return facts | times | {"elements": dict(self.elements), **without(dict(self.found or {}), "record")}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in one record."""

    identifier: str
    title: str
    url: str
    problem: str  # failed | link | missing
    detail: str  # the reason, or the missing fields


def without(value: Any, name: str) -> Any:
    """The same JSON without a key, however deep."""
    if isinstance(value, dict):
        return {key: without(below, name) for key, below in value.items() if key != name}
    return [without(below, name) for below in value] if isinstance(value, list) else value


def get(session: Session, name: str) -> Report | None:
    """The report of a source that everybody may see; None when there is no such source."""
    source = session.scalar(select(Source).where(Source.name == name, ~Source.draft, Source.retired_at.is_(None)))
    if source is None:
        return None
    refreshed = select(func.max(Run.finished_at)).where(Run.source_id == source.id, Run.task == "harvest", Run.state.in_(ENDED_WELL))
    named = {field: carrying.element(source.kind, source.options, field) for field in completing.WEIGHTS}
    return Report(
        name=source.name,
        title=source.title,
        kind=source.kind,
        schedule=source.schedule,
        timezone=source.timezone,
        paused=source.paused,
        next_at=source.next_at,
        refreshed_at=session.scalar(refreshed),
        made_at=source.reported_at,
        found=source.report,
        known=carrying.known(source.kind),
        elements={field: element for field, element in named.items() if element},
    )


def problems(session: Session, name: str) -> Iterator[Problem]:
    """Everything that is to be mended in a source's records, by identifier; read a part at a time."""
    source_id = session.scalar(select(Source.id).where(Source.name == name))
    broken = aliased(Link)
    columns = (
        SourceRecord.identifier, SourceRecord.title, SourceRecord.url, SourceRecord.state, SourceRecord.error, SourceRecord.values,
        broken.reason,
    )  # fmt: skip
    same = and_(broken.resource_id == SourceRecord.resource_id, broken.url == SourceRecord.url, broken.state == "broken")
    wanted = select(*columns).outerjoin(broken, same).where(SourceRecord.source_id == source_id, SourceRecord.state != "withdrawn")
    after = ""
    while rows := session.execute(wanted.where(SourceRecord.identifier > after).order_by(SourceRecord.identifier).limit(AT_ONCE)).all():
        for row in rows:
            yield from problems_of(*row)
        after = rows[-1].identifier


def problems_of(
    identifier: str, title: str | None, url: str | None, state: str, error: str | None, values: Mapping[str, Any] | None, link: str | None
) -> Iterator[Problem]:
    """What is to be mended in one record."""
    shown = (reporting.public(identifier) or "", title or "", reporting.public(url) or "")
    if state == "failed":
        yield Problem(*shown, "failed", reporting.public_words(error or ""))
    if link is not None:
        yield Problem(*shown, "link", reporting.public_words(link))
    if values and (missing := completing.missing(values)):
        yield Problem(*shown, "missing", ", ".join(missing))
