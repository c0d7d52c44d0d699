"""One run: walk a source, bring each page into the catalogue in one transaction with its checkpoint, say what came of it.

This is the one service that commits, after each page: a process that dies at any instant leaves a whole number of pages, and the next run
goes on at the checkpoint. Receiving a page twice changes nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from harvesters import registry, walk
from harvesters.errors import Cancelled, ExpiredToken, HarvestError
from harvesters.fetch import Fetcher
from harvesters.protocol import Request
from hub.db import now
from hub.models.run import Run
from hub.models.source import Source
from hub.services import (
    cataloguing,
    classifying,
    ending,
    leasing,
    mailing,
    previewing,
    replaying,
    reporting,
    retiring,
    retrying,
    running,
    saving,
    validating,
    withdrawing,
)

log = logging.getLogger(__name__)

Stopped = Callable[[], bool]
Fetching = Callable[[Stopped], Fetcher]
Keep = Callable[[saving.Job, Sequence[walk.Step]], None]  # what becomes of some pages

RESTARTS = 3  # times in a row that a list may be begun again because its token expired, when nothing new came in between
SAVE_ITEMS = 50  # pages of one record each are saved together: this many,
SAVE_SECONDS = 1.0  # or as many as came in this time


def work(
    session: Session,
    fetching: Fetching,
    run_id: int,
    *,
    on_page: saving.OnPage = lambda run: None,
    leaving: Stopped = lambda: False,
) -> Run:
    """Work on a prepared run until it ends, and commit its end. A run that has ended already is given back as it is.

    `leaving`: this process is about to end; the run stays open for the next worker. Ctrl-C stops the run, and is raised again.
    Raises AlreadyRunning, and SQLAlchemyError when the database does not come back. Whatever else goes wrong, at the source, on the network
    or here, ends in the run's state and reason.
    """
    run = running.get(session, run_id)
    assert run is not None, f"there is no run {run_id}"
    if run.state not in ("queued", "running"):
        return run
    leasing.acquire(session, run.source_id)
    session.refresh(run)
    if run.state not in ("queued", "running"):  # whoever had the lease until now has ended it
        leasing.release(session, run.source_id)
        return run
    source_id, source_name, pages_before = run.source_id, run.source.name, run.pages
    begin(session, run)
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    watch = running.Watch(engine, run, leaving)
    try:
        with fetching(watch) as fetch:
            job = job_of(session, running.get(session, run_id) or run, on_page, watch)
            WORK[run.task](job, fetch, run)
    except Cancelled:
        ending.close(session, run_id, *watch.verdict())
    except leasing.Lost as error:
        log.warning("run %s: %s", run_id, error)
    except KeyboardInterrupt:
        ending.close(session, run_id, *running.STOPPED)
        raise
    except HarvestError as error:
        ending.close(session, run_id, "failed", str(error), error.advice, pages_before=pages_before)
    except SQLAlchemyError as error:
        log.error("run %s: the database failed: %s", run_id, ending.words(error))
        ending.close_when_it_is_back(session, run_id, error)
    except Exception as error:  # the outer edge: a run that broke off and stayed open would be taken up, and break off, for ever
        log.exception("run %s: broke off", run_id)
        reason = f"The hub itself failed, not the source: {type(error).__name__}."
        advice = "The log has the details: report them to the hub's makers."
        ending.close(session, run_id, "failed", reason, advice, pages_before=pages_before)
    finally:
        with suppress(SQLAlchemyError):  # the lease ends by itself
            ending.reset(session)
            leasing.release(session, source_id)
    reporting.renew(session, run_id)
    run = running.get(session, run_id)
    assert run is not None
    if run.state != "running":
        run.live = withdrawing.count(session, source_id, withdrawing.LIVE)
        session.commit()
    log.info("run %s of %s: %s, %s seen, %s created, %s failed", run.id, source_name, run.state, run.seen, run.created, run.failed)
    return run


def begin(session: Session, run: Run) -> None:
    """The run is at work from now on."""
    run.state, run.heartbeat_at, run.reason, run.advice, run.finished_at = "running", now(), None, None, None
    run.started_at = run.started_at or now()
    session.commit()


def job_of(session: Session, run: Run, on_page: saving.OnPage, stopped: Stopped = lambda: False) -> saving.Job:
    """All that a run works with. Raises UnknownKind."""
    source = run.source
    return saving.Job(
        session=session,
        run_id=run.id,
        source=cataloguing.facts(source),
        harvester=registry.kind(source.kind),
        address=source.url,
        options=dict(source.options),
        since=run.since,
        limit=run.limited_to,
        classifier=classifying.load(session),
        on_page=on_page,
        memory=validating.memory(run, source),
        stopped=stopped,
    )


def harvest(job: saving.Job, fetch: Fetcher, run: Run) -> None:
    """Everything that the source has, or all that changed, into the catalogue."""
    walk_through(job, fetch, run)
    finish(job)


def preview(job: saving.Job, fetch: Fetcher, run: Run) -> None:
    """The same walk, but what it brings is only noted (`previewing`)."""
    if run.pages == 0:
        previewing.forget(job.session, job.source.id, but=run.id)
    walk_through(job, fetch, run, keep=previewing.save)
    previewing.finish(job)


def retire(job: saving.Job, fetch: Fetcher, run: Run) -> None:
    """Nothing is asked: what the source had given is withdrawn (`retiring`)."""
    retiring.withdraw_all(job)


def walk_through(job: saving.Job, fetch: Fetcher, run: Run, *, keep: Keep = saving.save) -> None:
    """Walk to the end of the list; begin it again when the source has forgotten the place where we were, as long as that brings more."""
    if run.checkpoint == []:
        return  # nothing remained when the run was broken off: it has only to be finished
    requests = tuple(walk.from_json(request) for request in run.checkpoint or ())
    fruitless, reached = 0, run.seen
    job.session.commit()
    while True:
        try:
            follow(job, fetch, requests or job.harvester.start(job.address, job.options, job.since), keep)
            return
        except ExpiredToken as error:
            job.session.rollback()
            kept = job.session.get_one(Run, job.run_id)
            fruitless, reached = 0 if kept.seen > reached else fruitless, kept.seen
            if fruitless >= RESTARTS:
                raise
            fruitless += 1
            kept.restarts, kept.checkpoint, requests = kept.restarts + 1, None, ()
            validating.mark_records(job.session, job.source.id, job.run_id)
            kept.received, kept.total = 0, None  # the list is counted again, or a cut one would look complete
            job.session.commit()
            log.info("run %s: the list is begun again: %s", job.run_id, error)


def follow(job: saving.Job, fetch: Fetcher, requests: tuple[Request, ...], keep: Keep) -> None:
    """Page by page, each kept with what remains to be asked."""
    run = job.session.get_one(Run, job.run_id)
    received, believes = run.received, run.restarts == 0  # a list that lost its place is read, not remembered
    job.session.commit()
    left = None if job.limit is None else job.limit - received
    with closing(walk.walk(job.harvester, requests, job.options, fetch, recall=recall_of(job) if believes else None)) as walked:
        for steps in together(bounded(walked, left)):
            keep(job, steps)


def recall_of(job: saving.Job) -> walk.Recall | None:
    """What the walk may know of pages that were read before; None where nothing is remembered."""
    engine, memory = job.session.get_bind(), job.memory
    assert isinstance(engine, Engine)
    return None if memory is None else lambda request: validating.recall(engine, memory, request)


def bounded(steps: Iterator[walk.Step], limit: int | None) -> Iterator[walk.Step]:
    """Steps up to so many items; the walk is closed then."""
    left = limit
    for step in steps:
        if left is not None and len(step.page.items) >= left:
            yield replace(step, page=replace(step.page, items=step.page.items[:left]), remaining=())
            return
        left = None if left is None else left - len(step.page.items)
        yield step


def together(steps: Iterator[walk.Step]) -> Iterator[list[walk.Step]]:
    """Small pages by the handful, large ones alone: a transaction for each of 50,000 pages of one record would be waste.

    When the walk breaks off, what came before is given first.
    """
    waiting: list[walk.Step] = []
    since = time.monotonic()
    try:
        for step in steps:
            waiting.append(step)
            if sum(len(s.page.items) for s in waiting) >= SAVE_ITEMS or time.monotonic() - since >= SAVE_SECONDS:
                yield waiting
                waiting, since = [], time.monotonic()
    except HarvestError:
        if waiting:
            yield waiting
        raise
    if waiting:
        yield waiting


def finish(job: saving.Job) -> None:
    """The list came to its end: what has vanished is withdrawn (or waits for approval), and the next pass knows where to begin."""
    session = job.session
    leasing.renew(session, job.source.id)
    run = running.get(session, job.run_id)
    assert run is not None
    run.checkpoint = []
    state = "partial" if run.failed else "succeeded"
    if job.limit is not None:
        running.end(run, state, reason=f"Stopped after {job.limit} records, as asked.")
    elif run.total is not None and run.received < run.total:
        reason = f"The source announced {run.total} records but sent {run.received}."
        running.end(run, "partial", reason=reason, advice="Nothing was withdrawn. Harvest again; if it stays so, ask the source's owner.")
    else:
        complete(job, run, state)
    mailing.report(session, run)
    session.commit()


def complete(job: saving.Job, run: Run, state: str) -> None:
    """The end of a whole pass."""
    source = session_source(job)
    if run.full and job.harvester.lists_all:
        verdict = withdrawing.sweep(job.session, job.source, run, classifier=job.classifier)
        if verdict.waits:
            running.end(run, "waiting", reason=verdict.reason, advice=verdict.advice)
            return
        running.end(run, state, reason=verdict.reason, advice=verdict.advice)
    else:
        running.end(run, state)
    if job.memory is not None:
        validating.forget_vanished(job.session, job.source.id, job.run_id)
    if run.full and run.received == 0 and run.reason is None:
        run.reason, run.advice = "The source answered, but it holds no records.", "Check the address and the options (a set, a path)."
    source.stamp = run.stamp or source.stamp
    source.tracks_deletions = run.tracks_deletions if run.tracks_deletions is not None else source.tracks_deletions
    source.complete_at = now()


WORK: Mapping[str, Callable[[saving.Job, Fetcher, Run], None]] = {  # by Run.task
    "harvest": harvest,
    "retry": retrying.retry,
    "replay": replaying.replay,
    "preview": preview,
    "retire": retire,
}


def session_source(job: saving.Job) -> Source:
    """The source's row."""
    return job.session.scalars(select(Source).where(Source.id == job.source.id)).one()
