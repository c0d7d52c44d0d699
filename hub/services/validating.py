"""Pages that need not be read again: what is remembered of each page of a source, and what a page that is as it was brings.

A page is remembered (Validator) when it was read whole, held live records alone and no failure, and led to few others. It is believed only
while exactly the records that it held are still marked as its own (SourceRecord.page) and active: a record that has moved to another page,
could not be read since or was withdrawn makes the hub read the page again. The mark is of this version of the hub and of the
source's kind, address and options: when one of them changes, nothing is remembered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from sqlalchemy import ColumnElement, Engine, delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from harvesters import walk
from harvesters.checkpoint import place
from harvesters.known import Known
from harvesters.protocol import Request
from harvesters.record import Record
from harvesters.walk import Step
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import Run, Validator
from hub.models.source import Source

MOST_LINKS = 200  # a page that leads to more is read again: its links alone would fill the database


@dataclass(frozen=True, slots=True)
class Memory:
    """What a run may remember, and whether it may leave pages out that are as they were."""

    source_id: int
    run_id: int
    mark: str  # of the hub's version and the source's settings
    believes: bool

    def page(self, request: Request) -> str:
        """The name of a page: SourceRecord.page, Validator.page."""
        return digest([self.mark, place(request)])


@cache
def hub_version() -> str:
    """A new version may read pages otherwise."""
    return version("open-commerce-hub")


def digest(values: list[str]) -> str:
    """Short, and the same in every process."""
    return hashlib.blake2b(json.dumps(values).encode(), digest_size=12).hexdigest()


def memory(run: Run, source: Source) -> Memory | None:
    """What this run remembers: None for a pass over what changed, for a look at the first records, and for what is no harvest.

    A person who asks for everything, and a list that is begun again because its places were forgotten, believe nothing remembered.
    """
    if run.task != "harvest" or run.since is not None or run.limited_to is not None:
        return None
    settings = json.dumps(source.options, sort_keys=True)
    mark = digest([hub_version(), source.kind, source.url, settings])
    return Memory(source.id, run.id, mark, believes=not run.everything and run.restarts == 0)


def recall(engine: Engine, remembered: Memory, request: Request) -> Known | None:
    """What is known of a page, when all that it held is still as it was; None when it has to be read. Safe in any thread."""
    if not remembered.believes:
        return None
    page = remembered.page(request)
    held = (
        select(func.count())
        .select_from(SourceRecord)
        .where(SourceRecord.source_id == remembered.source_id, SourceRecord.page == page, SourceRecord.state == "active")
        .scalar_subquery()
    )
    with Session(engine) as session:
        row = session.execute(select(Validator, held).where(Validator.source_id == remembered.source_id, Validator.page == page)).first()
        if row is None or row[0].run_id == remembered.run_id or row[0].items != row[1]:
            return None
        kept: Validator = row[0]
        return Known(
            body_hash=kept.body_hash,
            follow=tuple(walk.from_json(written) for written in kept.follow),
            items=kept.items,
            etag=kept.etag,
            last_modified=kept.last_modified,
            version=kept.version,
        )


def places(remembered: Memory | None, steps: Sequence[Step]) -> dict[str, str]:
    """identifier -> page, of the records of these pages."""
    if remembered is None:
        return {}
    return {item.identifier: remembered.page(step.request) for step in steps for item in step.page.items if isinstance(item, Record)}


def touch(session: Session, remembered: Memory | None, steps: Sequence[Step]) -> int:
    """Pages that are as they were have been seen, and with them their records: how many. The caller commits.

    The page alone is marked, not each of its records, or a pass in which nothing changes would write everything again.
    """
    same = {remembered.page(step.request): step for step in steps if step.known is not None} if remembered else {}
    if not same or remembered is None:
        return 0
    mine = (Validator.source_id == remembered.source_id) & Validator.page.in_(same)
    session.execute(update(Validator).where(mine).values(run_id=remembered.run_id))
    for page, step in same.items():
        refresh(session, remembered, page, step)
    return sum(step.known.items for step in same.values() if step.known is not None)


def seen_as_it_was(run_id: int) -> ColumnElement[bool]:
    """Records whose page this run saw to be as it was."""
    return (
        exists()
        .where(Validator.source_id == SourceRecord.source_id, Validator.page == SourceRecord.page, Validator.run_id == run_id)
        .correlate(SourceRecord)
    )


def seen_pages(session: Session, source_id: int, run_id: int, pages: Iterable[str]) -> frozenset[str]:
    """Those of these pages that this run saw to be as they were: their records have been counted."""
    wanted = list(pages)
    if not wanted:
        return frozenset()
    mine = (Validator.source_id == source_id) & Validator.page.in_(wanted) & (Validator.run_id == run_id)
    return frozenset(session.scalars(select(Validator.page).where(mine)))


def mark_records(session: Session, source_id: int, run_id: int) -> None:
    """The list is begun again: mark the records of pages that were seen, so that reading them counts none twice. The caller commits."""
    session.execute(
        update(SourceRecord)
        .where(SourceRecord.source_id == source_id, seen_as_it_was(run_id))
        .values(seen_run_id=run_id, last_seen_at=now())
        .execution_options(synchronize_session=False)
    )


def refresh(session: Session, remembered: Memory, page: str, step: Step) -> None:
    """The same bytes may come under a new name: remember the one that the server knows now."""
    if step.known is None or step.sight is None:
        return
    newer = {
        name: value
        for name, value in (
            ("etag", step.sight.etag),
            ("last_modified", step.sight.last_modified),
            ("version", step.request.version or None),
        )
        if value is not None and value != getattr(step.known, name)
    }
    if newer:
        session.execute(update(Validator).where(Validator.source_id == remembered.source_id, Validator.page == page).values(newer))


def keep(session: Session, remembered: Memory | None, steps: Sequence[Step], *, tracks_deletions: bool) -> None:
    """Remember the pages that were read whole, forget what is not fit. The caller commits.

    A source that announces its deletions is asked for what has changed the next time: nothing is remembered of its pages.
    """
    read = [step for step in steps if step.known is None]
    if remembered is None or not read:
        return
    forget(session, remembered, (remembered.page(step.request) for step in read))
    fit = {} if tracks_deletions else {remembered.page(step.request): step for step in read if is_fit(step)}
    if fit:
        session.execute(insert(Validator), [row(remembered, page, step) for page, step in fit.items()])


def forget(session: Session, remembered: Memory, pages: Iterable[str]) -> None:
    """These pages are being read: what is known of them holds no more, and records that they hold no more are no longer theirs."""
    known = [Validator.source_id == remembered.source_id, Validator.page.in_(list(dict.fromkeys(pages)))]
    gone = session.scalars(select(Validator.page).where(*known)).all()
    if not gone:
        return
    session.execute(delete(Validator).where(Validator.source_id == remembered.source_id, Validator.page.in_(gone)))
    session.execute(
        update(SourceRecord)
        .where(SourceRecord.source_id == remembered.source_id, SourceRecord.page.in_(gone))
        .where(func.coalesce(SourceRecord.seen_run_id, 0) != remembered.run_id)
        .values(page=None)
        .execution_options(synchronize_session=False)
    )


def is_fit(step: Step) -> bool:
    """Read whole, without a failure or a deletion, and leading to few others."""
    whole = step.sight is not None and not step.failed and len(step.leads_to) <= MOST_LINKS
    return whole and all(isinstance(item, Record) for item in step.page.items)


def row(remembered: Memory, page: str, step: Step) -> Mapping[str, object]:
    """A page as it is remembered."""
    assert step.sight is not None
    return {
        "source_id": remembered.source_id,
        "page": page,
        "etag": step.sight.etag,
        "last_modified": step.sight.last_modified,
        "version": step.request.version or None,
        "body_hash": step.sight.body_hash,
        "follow": [walk.to_json(request) for request in step.leads_to],
        "items": len({item.identifier for item in step.page.items}),
        "run_id": remembered.run_id,
    }


def forget_vanished(session: Session, source_id: int, run_id: int) -> None:
    """After a complete pass: pages that it did not come to are no more. The caller commits."""
    session.execute(delete(Validator).where(Validator.source_id == source_id, Validator.run_id != run_id))
