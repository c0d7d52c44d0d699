"""What some pages of a source bring, kept in one transaction: records, tombstones, failures, counters, checkpoint, outbox rows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from harvesters import walk
from harvesters.protocol import Harvester, Page, Request
from harvesters.record import Failure, Item, Raw
from hub.db import now
from hub.models.run import Run
from hub.services import classifying, leasing, receiving
from hub.services.cataloguing import SourceFacts
from hub.services.recording import Changes

log = logging.getLogger(__name__)

SLICE = 200  # items in one transaction
GAP = 0.03  # seconds between two of them, in which others who wait may write: SQLite has no queue for them
OnPage = Callable[[Run], None]

COLLISIONS = 5  # times that a page is stored again because another run's transaction was in its way


@dataclass(frozen=True, slots=True)
class Job:
    """What a run works with, from beginning to end."""

    session: Session
    run_id: int
    source: SourceFacts
    harvester: Harvester
    address: str
    options: dict[str, str]
    since: str | None
    limit: int | None
    classifier: classifying.Classifier
    on_page: OnPage


def save(job: Job, pages: Sequence[Page], remaining: tuple[Request, ...]) -> None:
    """Everything that these pages bring, the counters and the checkpoint, in one transaction.

    A list of many thousands comes in slices, so that others may write between them; the checkpoint moves with the last.
    """
    items = [item for page in pages for item in page.items]
    while len(items) > SLICE:
        save_slice(job, items[:SLICE], (), None)
        time.sleep(GAP)
        items = items[SLICE:]
    save_slice(job, items, pages, remaining)
    job.on_page(job.session.get_one(Run, job.run_id))
    job.session.commit()


def save_slice(job: Job, items: Sequence[Item], pages: Sequence[Page], remaining: tuple[Request, ...] | None) -> None:
    """These items in one transaction; where one of them cannot be stored, it alone becomes a failure."""
    try:
        changes = store_patiently(job, items, pages, remaining)
    except (SQLAlchemyError, UnicodeError, ValueError) as error:
        if is_of_the_database(error):
            raise
        job.session.rollback()
        log.warning("run %s: a page could not be stored whole (%s): item by item", job.run_id, type(error).__name__)
        changes = store_patiently(job, [storable(job, item) for item in items], pages, remaining)
    log.debug("run %s: %s items", job.run_id, changes.seen)


def store_patiently(job: Job, items: Sequence[Item], pages: Sequence[Page], remaining: tuple[Request, ...] | None) -> Changes:
    """As `store`. Two runs may want the same resources in opposite order: PostgreSQL ends one of them, which stores its page again."""
    for _ in range(COLLISIONS):
        try:
            return store(job, items, pages, remaining)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in ("40001", "40P01"):  # serialization failure, deadlock detected
                raise
            job.session.rollback()
    return store(job, items, pages, remaining)


def store(job: Job, items: Sequence[Item], pages: Sequence[Page], remaining: tuple[Request, ...] | None) -> Changes:
    """Receive the items, add the counters, keep the checkpoint; commit.

    The first statement writes: a second writer waits there. The source is locked before the run, as in every transaction.
    """
    session = job.session
    leasing.renew(session, job.source.id)
    session.execute(update(Run).where(Run.id == job.run_id).values(heartbeat_at=now()))
    changes = receiving.receive(session, job.source, job.run_id, items, classifier=job.classifier)
    columns: dict[str, Any] = {name: getattr(Run, name) + count for name, count in changes.as_dict().items()}
    columns["pages"] = Run.pages + len(pages)
    columns["received"] = Run.received + len(items)
    columns["bytes"] = Run.bytes + sum(len(item.raw.body) for item in items if item.raw is not None)
    if remaining is not None:
        columns["checkpoint"] = [walk.to_json(request) for request in remaining]
    columns |= learned(session.get_one(Run, job.run_id), pages)
    session.execute(update(Run).where(Run.id == job.run_id).values(columns).execution_options(synchronize_session=False))
    session.commit()
    return changes


def learned(run: Run, pages: Sequence[Page]) -> dict[str, Any]:
    """What the pages say of the whole list: the first stamp stays, the last total counts."""
    found: dict[str, Any] = {}
    for page in pages:
        if page.stamp is not None and run.stamp is None:
            found.setdefault("stamp", page.stamp)
        if page.total is not None:
            found["total"] = page.total
        if page.tracks_deletions is not None:
            found["tracks_deletions"] = page.tracks_deletions
    return found


def is_of_the_database(error: Exception) -> bool:
    """Whether the database itself failed, not over a value: PostgreSQL's class 54 is one over its limits (an index row too large)."""
    return isinstance(error, OperationalError) and not str(getattr(error.orig, "sqlstate", None) or "").startswith("54")


def storable(job: Job, item: Item) -> Item:
    """The item itself when the database takes it, else a failure that says why not. Leaves no trace in the database."""
    try:
        with job.session.begin_nested() as trial:
            receiving.receive(job.session, job.source, job.run_id, [item], classifier=job.classifier)
            trial.rollback()
        return item
    except (SQLAlchemyError, UnicodeError, ValueError) as error:
        if is_of_the_database(error):
            raise
        cause = getattr(error, "orig", None) or error
        name = None if item.identifier is None else item.identifier.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
        return Failure(identifier=name, reason=f"The record cannot be stored: {type(cause).__name__}.", raw=item.raw or Raw(b"", "", ""))
    finally:
        job.session.rollback()
