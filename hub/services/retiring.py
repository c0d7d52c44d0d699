"""The end of a source, and its way back: its records are withdrawn and stay announced as deleted; a restored source is harvested anew."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from harvesters.errors import Cancelled
from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import TASKS, Run
from hub.models.source import Source
from hub.services import auditing, cataloguing, forgetting, leasing, receiving, running, saving, scheduling

AT_ONCE = 500  # records in one transaction


class NotADraft(Exception):
    """Only a draft may be removed: a source that gave the catalogue something is retired."""


def leaving(session: Session, source: Source) -> int:
    """How many resources would leave the catalogue with this source: those that no other source feeds."""
    own = select(SourceRecord.resource_id).where(SourceRecord.source_id == source.id, SourceRecord.state != "withdrawn")
    others = select(SourceRecord.resource_id).where(
        SourceRecord.source_id != source.id, SourceRecord.state != "withdrawn", SourceRecord.resource_id.is_not(None)
    )
    wanted = own.where(SourceRecord.resource_id.is_not(None), SourceRecord.resource_id.not_in(others)).distinct()
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


def retire(session: Session, actor: auditing.Actor, source: Source) -> Run:
    """Harvest this source no longer; the run that is given back withdraws its records. Commits. Raises AlreadyRunning, NotHarvested."""
    running.refuse_idle(source, "retire")
    source.retired_at, source.next_at = now(), None
    auditing.record(session, actor, "source.retired", auditing.Subject("source", source.id, source.title))
    for task in TASKS:
        running.cancel_open(session, source.id, task, "The source was retired.")
    return running.prepare(session, source, task="retire", full=True, urgent=True, cause=actor.name)


def withdraw_all(job: saving.Job) -> None:
    """Withdraw every record of the source, a part at a time. Raises Cancelled when somebody asked to stop."""
    session = job.session
    while rows := session.execute(
        select(SourceRecord.id, SourceRecord.resource_id)
        .where(SourceRecord.source_id == job.source.id, SourceRecord.state != "withdrawn")
        .order_by(SourceRecord.id)
        .limit(AT_ONCE)
    ).all():
        leasing.renew(session, job.source.id)
        run, at = session.get_one(Run, job.run_id), now()
        if run.stop_asked:
            session.rollback()
            raise Cancelled("The run was stopped.")
        receiving.withdraw(session, [id for id, _ in rows], at=at, run_id=job.run_id)
        cataloguing.refresh(session, (id for _, id in rows if id is not None), classifier=job.classifier, at=at)
        run.withdrawn, run.seen, run.heartbeat_at = run.withdrawn + len(rows), run.seen + len(rows), at
        session.commit()
        job.on_page(run)
        session.commit()
    run = session.get_one(Run, job.run_id)
    running.end(run, "succeeded", reason=f"The source is retired: {run.withdrawn} records were withdrawn.")
    session.commit()


def restore(session: Session, actor: auditing.Actor, source: Source) -> None:
    """Harvest this source again: its next pass is a full one, which brings the records back. The caller commits. Raises AlreadyRunning."""
    leasing.queue_up(session, source.id)
    if holder := leasing.is_held(session, source.id):
        raise leasing.AlreadyRunning(f"{source.name} is being emptied, by {holder}: wait until that has ended.")
    source.retired_at = None
    scheduling.refresh(source)
    running.cancel_open(session, source.id, "retire", "The source was restored.")
    forgetting.forget(session, source)
    auditing.record(session, actor, "source.restored", auditing.Subject("source", source.id, source.title))


def remove_draft(session: Session, actor: auditing.Actor, source: Source) -> None:
    """Delete a draft with its previews. The caller commits. Raises NotADraft, AlreadyRunning."""
    leasing.queue_up(session, source.id)
    if not source.draft or session.scalar(select(SourceRecord.id).where(SourceRecord.source_id == source.id).limit(1)) is not None:
        raise NotADraft(f"{source.name} is no draft: retire it.")
    if holder := leasing.is_held(session, source.id):
        raise leasing.AlreadyRunning(f"{source.name} is being looked at, by {holder}: stop that first.")
    auditing.record(session, actor, "source.removed", auditing.Subject("source", source.id, source.title))
    session.execute(delete(Source).where(Source.id == source.id))
