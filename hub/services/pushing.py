"""Records that programs send: each sending is a run of its source, received as any harvest is. Sending twice changes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from harvesters.kinds import pushed
from harvesters.record import Failure, Item, Raw, Withdrawn
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import Run
from hub.models.source import Source
from hub.services import auditing, cataloguing, classifying, leasing, receiving, running, sourcing
from hub.services.auditing import Actor, Subject
from hub.services.sourcing import BadSource

KIND = pushed.HARVESTER.kind
SentRecord = pushed.SentRecord  # what a record is, for those who describe it
MOST = 500  # records of one sending


class NotPushed(Exception):
    """Nothing is sent into this source: it is harvested, or retired. The message says which."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A record that could not be read: which one of those that were sent, and why."""

    place: int
    identifier: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What came of a sending."""

    run: Run
    wrong: tuple[Wrong, ...]


def make(session: Session, actor: Actor, name: str, *, title: str = "", rank: int = 100) -> Source:
    """A source into which programs send. The caller commits. Raises BadSource."""
    sourcing.check_name(session, name)
    if not 0 <= rank <= 1_000:
        raise BadSource("A rank is a number from 0 to 1000.", "rank")
    source = Source(name=name, title=title or name, kind=KIND, url="", options={}, rank=rank, created_at=now())
    session.add(source)
    session.flush()
    auditing.record(session, actor, "source.added", Subject("source", source.id, source.title), after={"name": name, "kind": KIND})
    return source


@dataclass(frozen=True, slots=True)
class Listed:
    """A source into which programs send, with what came last."""

    name: str
    title: str
    records: int  # that live
    run: int | None = None
    state: str = ""
    sent_at: datetime | None = None


def listed(session: Session) -> list[Listed]:
    """All that take records, by title. One query."""
    live = (SourceRecord.source_id == Source.id, SourceRecord.state == "active")
    records = select(func.count()).where(*live).correlate(Source).scalar_subquery()
    last = select(func.max(Run.id)).where(Run.source_id == Source.id, Run.task == "harvest").correlate(Source).scalar_subquery()
    wanted = select(Source.name, Source.title, records, Run.id, Run.state, Run.created_at).outerjoin(Run, Run.id == last)
    rows = session.execute(wanted.where(Source.kind == KIND, Source.retired_at.is_(None)).order_by(func.lower(Source.title), Source.id))
    return [Listed(*row) for row in rows]


def source_of(session: Session, name: str) -> Source | None:
    """The source of this name. Raises NotPushed when nothing is sent into it."""
    source = session.scalar(select(Source).filter_by(name=name[:64]))
    if source is not None and source.kind != KIND:
        raise NotPushed(f"{source.name} is harvested: nothing is sent into it.")
    if source is not None and source.retired_at is not None:
        raise NotPushed(f"{source.name} is retired.")
    return source


def push(session: Session, source: Source, records: Sequence[Any], *, cause: str) -> Pushed:
    """Bring records in; those that cannot be read are kept with the run as failures. The caller commits."""
    items = [item_of(record) for record in records]
    run = take_in(session, source, items, cause=cause)
    wrong = tuple(Wrong(place, one.identifier, one.reason) for place, one in enumerate(items) if isinstance(one, Failure))
    return Pushed(run, wrong)


def withdraw(session: Session, source: Source, identifier: str, *, cause: str) -> Run | None:
    """Take a record back; None when there is none of this name that lives. The caller commits."""
    wanted = select(SourceRecord.id).where(SourceRecord.source_id == source.id, SourceRecord.identifier == identifier)
    if session.scalar(wanted.where(SourceRecord.state != "withdrawn")) is None:
        return None
    return take_in(session, source, [Withdrawn(identifier=identifier, datestamp=now())], cause=cause)


def item_of(record: Any) -> Item:
    """What was sent, read by its kind; written in one way, so that the same record is the same bytes."""
    body = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    return pushed.HARVESTER.read(Raw(body, pushed.MEDIA_TYPE, ""), {})


def take_in(session: Session, source: Source, items: Sequence[Item], *, cause: str) -> Run:
    """One sending: a run that begins, receives and ends in one transaction. Whoever sends into the same source at once waits."""
    leasing.queue_up(session, source.id)
    run = Run(source_id=source.id, task="harvest", state="running", full=False, cause=cause[:200], urgent=True)
    run.created_at = run.started_at = now()
    running.number(session, source, run)
    changes = receiving.receive(session, cataloguing.facts(source), run.id, items, classifier=classifying.load(session))
    for name, number in changes.as_dict().items():
        setattr(run, name, number)
    run.received, run.pages = len(items), 1
    if changes.failed:
        reason = f"{changes.failed} of {changes.seen} records could not be read."
        running.end(run, "partial", reason=reason, advice="The reasons stand below. Send those again when they are mended.")
    else:
        running.end(run, "succeeded")
    session.flush()
    return run
