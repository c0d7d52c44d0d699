"""What failed in a source, read again alone: from the stored payload, or asked for again where there is none.

The choice stands in the run's checkpoint, `[{"run", "only", "after", "until"}]`: which failures, and which was the last one done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, true, update
from sqlalchemy.orm import Session

from harvesters import walk
from harvesters.errors import Cancelled, FetchError, SourceError
from harvesters.fetch import Fetcher
from harvesters.protocol import Page, Request, Response
from harvesters.record import Failure, Item, Raw
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import Failure as KeptFailure
from hub.models.run import Run
from hub.models.source import Source
from hub.services import receiving, rereading, running, saving
from hub.services.recording import Changes

COLUMNS = (
    KeptFailure.id, KeptFailure.source_id, KeptFailure.identifier, KeptFailure.url, KeptFailure.media_type, KeptFailure.raw,
    KeptFailure.request, KeptFailure.at,
)  # fmt: skip
OPEN = KeptFailure.mended_at.is_(None) & KeptFailure.again_run_id.is_(None)
AT_ONCE = 500
NOWHERE = "Nothing was sent, and it is not known how to ask for it alone."


def prepare(
    session: Session, source: Source, *, of: int | None = None, only: Sequence[int] | None = None, cause: str = "", urgent: bool = True
) -> Run | None:
    """A queued run that retries what is open: of a run, or these, or all of the source; None when nothing is. Commits.

    A retry that waits in the queue takes the new wishes in. Raises AlreadyRunning.
    """
    choice = {"run": of, "only": sorted(only) if only is not None else None, "after": 0}
    choice["until"] = session.scalar(select(func.max(KeptFailure.id)).where(chosen(source.id, choice)))
    if choice["until"] is None:
        return None
    waiting = running.latest(session, source.id, "retry")
    before = waiting.checkpoint if waiting is not None and waiting.state == "queued" else None
    run = running.prepare(session, source, task="retry", full=True, urgent=urgent, cause=cause)
    run.checkpoint = [together(before[0], choice) if before else choice]
    session.commit()
    return run


def together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Both choices: exactly, when both name their failures or mean the same run; else all that is open."""
    until = max(one["until"], other["until"])
    if one["only"] is not None and other["only"] is not None:
        return {"run": None, "only": sorted({*one["only"], *other["only"]}), "after": 0, "until": until}
    same = one["run"] == other["run"] and one["only"] is None and other["only"] is None
    return {"run": one["run"] if same else None, "only": None, "after": 0, "until": until}


def chosen(source_id: int, choice: dict[str, Any]) -> ColumnElement[bool]:
    """The failures that are meant and still open."""
    meant: ColumnElement[bool] = (KeptFailure.source_id == source_id) & OPEN & (KeptFailure.id > choice["after"])
    meant &= KeptFailure.run_id == choice["run"] if choice["run"] is not None else true()
    meant &= KeptFailure.id.in_(choice["only"]) if choice["only"] is not None else true()
    return meant & (KeptFailure.id <= choice["until"] if choice.get("until") is not None else true())


def retry(job: saving.Job, fetch: Fetcher, run: Run) -> None:
    """One failure after the other, each in a transaction of its own with the place reached."""
    choice = dict(run.checkpoint[0]) if run.checkpoint else {"run": None, "only": None, "after": 0, "until": None}
    if choice["until"] is None:
        choice["until"] = job.session.scalar(select(func.max(KeptFailure.id))) or 0
    while failure := first(job.session, job.source.id, choice):
        job.session.commit()  # what follows takes its time
        choice["after"] = failure.id
        if job.stopped():
            raise Cancelled("The run was stopped.")
        mend(job, fetch, failure, choice)
        job.on_page(job.session.get_one(Run, job.run_id))
        job.session.commit()
    finish(job)


def first(session: Session, source_id: int, choice: dict[str, Any]) -> Row[Any] | None:
    """The next failure to retry."""
    return session.execute(select(*COLUMNS).where(chosen(source_id, choice)).order_by(KeptFailure.id).limit(1)).first()


def mend(job: saving.Job, fetch: Fetcher, failure: Row[Any], choice: dict[str, Any]) -> None:
    """Bring in what failed here; when it fails again, say so in its place."""
    if is_over(job.session, failure):
        settle(job, failure, choice, Changes(unchanged=1), mended=True)
        return
    failed = False
    for step in again(job, fetch, failure):
        failed |= step.failed
        saving.soundly(job, step.page.items, lambda items, step=step: store(job, items, step))  # type: ignore[misc]
    settle(job, failure, choice, Changes(), mended=not failed)


def is_over(session: Session, failure: Row[Any]) -> bool:
    """The record has come in since, or its source has taken it back since: old bytes must not overwrite that."""
    if failure.identifier is None:
        return False
    record = session.execute(
        select(SourceRecord.state, SourceRecord.withdrawn_at).where(
            SourceRecord.source_id == failure.source_id, SourceRecord.identifier == failure.identifier
        )
    ).first()
    session.commit()
    if record is None or record.state == "failed":
        return False
    return record.state == "active" or (record.withdrawn_at is not None and record.withdrawn_at > failure.at)


def not_since(session: Session, failure: Row[Any], items: Sequence[Item]) -> tuple[Item, ...]:
    """Those items of stored bytes whose records were neither read nor taken back since: what failed named none of them."""
    names = [item.identifier for item in items if item.identifier is not None and item.identifier != failure.identifier]
    newer = (SourceRecord.state != "failed") & ((SourceRecord.last_seen_at > failure.at) | (SourceRecord.withdrawn_at > failure.at))
    found: set[str] = set()
    for start in range(0, len(names), AT_ONCE):
        mine = (SourceRecord.source_id == failure.source_id) & SourceRecord.identifier.in_(names[start : start + AT_ONCE])
        found.update(session.scalars(select(SourceRecord.identifier).where(mine, newer)))
    session.commit()
    return tuple(item for item in items if item.identifier not in found)


def again(job: saving.Job, fetch: Fetcher, failure: Row[Any]) -> Iterator[walk.Step]:
    """What comes now: of the stored payload where there is one, else of the source."""
    raw = rereading.payload(failure.raw, failure.media_type, failure.url)
    request = walk.from_json(failure.request) if failure.request else None
    if request is None:
        item = rereading.read(job.harvester, raw, job.options, failure.identifier) if raw.body else lost(failure, raw)
        items = not_since(job.session, failure, (item,))
        yield walk.Step(page=Page(items=items), request=Request(url=raw.url), remaining=(), failed=isinstance(item, Failure))
        return
    if raw.body and (page := parsed(job, request, raw)) is not None:
        yield walk.Step(page=replace(page, items=not_since(job.session, failure, page.items)), request=request, remaining=())
        return
    try:
        yield from walk.walk(job.harvester, (request,), job.options, fetch)
    except (FetchError, SourceError) as error:
        item = Failure(identifier=failure.identifier, reason=str(error), raw=Raw(b"", "", raw.url), advice=error.advice)
        yield walk.Step(page=Page(items=(item,)), request=request, remaining=(), failed=True)


def lost(failure: Row[Any], raw: Raw) -> Failure:
    """There is nothing to read, and nobody to ask."""
    return Failure(identifier=failure.identifier, reason=NOWHERE, raw=raw, advice="Harvest the source again.")


def parsed(job: saving.Job, request: Request, raw: Raw) -> Page | None:
    """The stored bytes of a whole page, when its kind can read them by now, and they lead to nothing else."""
    try:
        page = job.harvester.parse(request, Response(url=raw.url, body=raw.body, media_type=raw.media_type), job.options)
    except SourceError:
        return None
    return page if page.items and not page.follow else None


def store(job: saving.Job, items: Sequence[Item], step: walk.Step) -> Changes:
    """One page, in one transaction."""
    saving.claim(job)
    harvest = rereading.last_harvest(job.session, job.source.id)
    changes = receiving.receive(job.session, job.source, job.run_id, items, classifier=job.classifier, seen_by=harvest)
    saving.keep_requests(job, [step])
    saving.close_pages(job, [step])
    saving.count(job, changes, {"received": Run.received + len(items), "pages": Run.pages + 1})
    return changes


def settle(job: saving.Job, failure: Row[Any], choice: dict[str, Any], changes: Changes, *, mended: bool) -> None:
    """This failure is done with: mended, or another stands for it. The run goes on after it."""
    saving.claim(job)
    values = {"mended_at": now()} if mended else {"again_run_id": job.run_id}
    job.session.execute(update(KeptFailure).where(KeptFailure.id == failure.id, OPEN).values(values))
    saving.count(job, changes, {"checkpoint": [choice]})


def finish(job: saving.Job) -> None:
    """Say what came of it."""
    saving.claim(job)
    run = running.get(job.session, job.run_id)
    assert run is not None
    job.session.refresh(run)
    run.checkpoint = []
    brought = run.seen - run.failed
    if run.failed:
        reason = f"{brought} of {run.seen} came in; the others failed again."
        running.end(run, "partial", reason=reason, advice="Their reasons say what to do.")
    else:
        running.end(run, "succeeded", reason=f"All {brought} came in." if brought else "Nothing was open any more.")
    job.session.commit()
