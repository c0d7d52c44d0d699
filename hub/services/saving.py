"""What some pages of a source bring, kept in one transaction: records, tombstones, failures, counters, checkpoint, outbox rows."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from harvesters import walk
from harvesters.protocol import Harvester, Page
from harvesters.record import Failure, Item, Raw
from harvesters.walk import Step
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import Failure as KeptFailure
from hub.models.run import Run
from hub.services import classifying, leasing, receiving, validating
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
    memory: validating.Memory | None = None  # of the pages of the source
    stopped: Callable[[], bool] = lambda: False  # asked between two pages by work that fetches nothing


def save(job: Job, steps: Sequence[Step]) -> None:
    """Everything that these pages bring, the counters and the checkpoint, in one transaction.

    A list of many thousands comes in slices, so that others may write between them; the checkpoint moves with the last.
    """
    items = [item for step in steps for item in step.page.items]
    places = validating.places(job.memory, steps)
    while len(items) > SLICE:
        save_slice(job, items[:SLICE], (), places)
        time.sleep(GAP)
        items = items[SLICE:]
    save_slice(job, items, steps, places)
    job.on_page(job.session.get_one(Run, job.run_id))
    job.session.commit()


def save_slice(job: Job, items: Sequence[Item], steps: Sequence[Step], places: Mapping[str, str]) -> None:
    """These items in one transaction; where one of them cannot be stored, it alone becomes a failure."""
    changes = soundly(job, items, lambda sound: store(job, sound, steps, places))
    log.debug("run %s: %s items", job.run_id, changes.seen)


def soundly(job: Job, items: Sequence[Item], work: Callable[[Sequence[Item]], Changes]) -> Changes:
    """Store items in one transaction by `work`; where one of them cannot be stored, it alone becomes a failure."""
    try:
        return patiently(job, lambda: work(items))
    except (SQLAlchemyError, UnicodeError, ValueError) as error:
        if is_of_the_database(error):
            raise
        job.session.rollback()
        log.warning("run %s: a page could not be stored whole (%s): item by item", job.run_id, type(error).__name__)
        sound = [storable(job, item) for item in items]
        return patiently(job, lambda: work(sound))


def patiently(job: Job, work: Callable[[], Changes]) -> Changes:
    """Do it. Two runs may want the same resources in opposite order: PostgreSQL ends one of them, which does its page again."""
    for _ in range(COLLISIONS):
        try:
            return work()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) not in ("40001", "40P01"):  # serialization failure, deadlock detected
                raise
            job.session.rollback()
    return work()


def store(job: Job, items: Sequence[Item], steps: Sequence[Step], places: Mapping[str, str]) -> Changes:
    """Receive the items, add the counters, keep the checkpoint; commit."""
    claim(job)
    if job.memory is not None and not steps:
        validating.forget(job.session, job.memory, places.values())
    as_they_were = validating.touch(job.session, job.memory, steps)
    changes = receiving.receive(job.session, job.source, job.run_id, items, classifier=job.classifier, places=places)
    changes.unchanged += as_they_were
    keep_requests(job, steps)
    close_pages(job, steps)
    pages, run = [step.page for step in steps], job.session.get_one(Run, job.run_id)
    news = learned(run, pages)
    tracks_deletions = bool(news.get("tracks_deletions", run.tracks_deletions))
    validating.keep(job.session, job.memory, steps, tracks_deletions=tracks_deletions)
    columns: dict[str, Any] = {
        "pages": Run.pages + len(pages),
        "received": Run.received + len(items) + sum(step.known.items for step in steps if step.known is not None),
        "bytes": Run.bytes + sum(len(item.raw.body) for item in items if item.raw is not None),
        **news,
    }
    if steps:
        columns["checkpoint"] = [walk.to_json(request) for request in steps[-1].remaining]
    count(job, changes, columns)
    return changes


def claim(job: Job) -> None:
    """The first statement of a transaction writes: a second writer waits there. The source is locked before the run, in every one."""
    leasing.renew(job.session, job.source.id)
    job.session.execute(update(Run).where(Run.id == job.run_id).values(heartbeat_at=now()))


def count(job: Job, changes: Changes, columns: Mapping[str, Any]) -> None:
    """Add to the run's counters, keep what else the page says of it (its checkpoint above all), and commit."""
    counters = {name: getattr(Run, name) + number for name, number in changes.as_dict().items()}
    values = {**counters, **columns}
    job.session.execute(update(Run).where(Run.id == job.run_id).values(values).execution_options(synchronize_session=False))
    job.session.commit()


def keep_requests(job: Job, steps: Sequence[Step]) -> None:
    """How to ask again for the pages that failed as a whole."""
    for step in steps:
        if step.failed and (raw := step.page.items[0].raw) is not None:
            mine = (KeptFailure.run_id == job.run_id) & (KeptFailure.url == raw.url) & KeptFailure.mended_at.is_(None)
            job.session.execute(update(KeptFailure).where(mine).values(request=walk.to_json(step.request)))


def close_pages(job: Job, steps: Sequence[Step]) -> None:
    """Pages of a site that came whole, and had failed before under their address: mended, whatever their records are called."""
    pages = [step.request.url for step in steps if step.request.crawl and not step.failed]
    if not pages:
        return
    mended = update(KeptFailure).where(KeptFailure.source_id == job.source.id, KeptFailure.identifier.in_(pages))
    if job.session.execute(mended.where(KeptFailure.mended_at.is_(None)).values(mended_at=now())).rowcount:  # type: ignore[attr-defined]
        never = (SourceRecord.state == "failed") & SourceRecord.values.is_(None) & SourceRecord.resource_id.is_(None)
        job.session.execute(delete(SourceRecord).where(SourceRecord.source_id == job.source.id, SourceRecord.identifier.in_(pages), never))


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
