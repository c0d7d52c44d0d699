"""Records that a complete pass did not find again: withdrawn when they are few, else somebody is asked first."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import Failure, Run
from hub.models.source import Source
from hub.services import cataloguing, classifying, leasing, mailing, receiving, running, saving, validating
from hub.services.cataloguing import SourceFacts
from hub.services.classifying import Classifier

AT_ONCE = 500
LIVE = (SourceRecord.state != "withdrawn") & SourceRecord.title.is_not(None)  # records that feed the catalogue


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a pass meant for the records that it did not find."""

    waits: bool = False
    reason: str | None = None
    advice: str | None = None


def sweep(session: Session, source: SourceFacts, run: Run, *, classifier: Classifier) -> Verdict:
    """Withdraw what has vanished, a part in each transaction, or say why not. The caller commits the last one."""
    nameless = spare_failed_pages(session, source.id, run.id)
    gone = count(session, source.id, vanished(run.id))
    if not gone:
        return Verdict()
    if nameless:
        return Verdict(
            reason=f"{gone} records were not seen, but {nameless} failures have no identifier and may be these: nothing was withdrawn.",
            advice="Mend what failed, then harvest again.",
        )
    before = count(session, source.id, LIVE)
    if is_held(run.source, gone, before):
        return Verdict(
            waits=True,
            reason=f"{gone} of {before} records have vanished from the source.",
            advice=f"When that is right, approve it: hub run approve {run.id}. Nothing is withdrawn before.",
        )

    def holds() -> bool:
        leasing.renew(session, source.id)
        return True

    withdraw_vanished(session, source, run, classifier=classifier, holds=holds)
    return Verdict(reason=f"{gone} records have vanished from the source and were withdrawn.")


def is_held(source: Source, gone: int, before: int) -> bool:
    """Do so many vanished of the records that there were wait for somebody's approval? Each source has a guard of its own."""
    return gone > source.guard_few and gone > source.guard_share * before


def vanished(run_id: int) -> ColumnElement[bool]:
    """Records that fed the catalogue until now and that this run did not see; one that never could be read is none."""
    return LIVE & (func.coalesce(SourceRecord.seen_run_id, 0) != run_id) & ~validating.seen_as_it_was(run_id)


def count(session: Session, source_id: int, condition: ColumnElement[bool]) -> int:
    """How many records of a source."""
    return session.scalar(select(func.count()).select_from(SourceRecord).where(SourceRecord.source_id == source_id, condition)) or 0


def spare_failed_pages(session: Session, source_id: int, run_id: int) -> int:
    """What could not be read this time has not vanished: its record counts as seen. Answers how many failures name no record.

    A failure that is named by its address is a page of its own, whose record may have another name.
    """
    failed = session.execute(select(Failure.identifier, Failure.url).where(Failure.run_id == run_id)).all()
    names = sorted({identifier for identifier, _ in failed if identifier is not None})
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        pages = [name for name in some if name.startswith(("http://", "https://"))]
        told = SourceRecord.identifier.in_(some) | SourceRecord.raw_url.in_(pages) | SourceRecord.url.in_(pages)
        session.execute(update(SourceRecord).where(SourceRecord.source_id == source_id, told, vanished(run_id)).values(seen_run_id=run_id))
    return sum(identifier is None for identifier, _ in failed)


def withdraw_vanished(
    session: Session, source: SourceFacts, run: Run, *, classifier: Classifier, holds: Callable[[], bool] = lambda: True
) -> None:
    """Withdraw all of them, counted with the run. Commits part by part, since a source may lose very many; what is left stays vanished.

    `holds` is asked at the beginning of each transaction, also of the one that is left to the caller: False ends it.
    """
    while holds() and (
        rows := session.execute(
            select(SourceRecord.id, SourceRecord.resource_id).where(SourceRecord.source_id == source.id, vanished(run.id)).limit(AT_ONCE)
        ).all()
    ):
        at = now()
        receiving.withdraw(session, [id for id, _ in rows], at=at, run_id=run.id)
        cataloguing.refresh(session, (resource_id for _, resource_id in rows if resource_id is not None), classifier=classifier, at=at)
        run.withdrawn += len(rows)
        run.seen += len(rows)
        session.commit()
        time.sleep(saving.GAP)  # others who wait may write


def waiting_for(session: Session, run_id: int, *, limit: int = 100, page: int = 1) -> Sequence[SourceRecord]:
    """Some of the records that a run would withdraw; none when the run does not wait for approval."""
    run = running.get(session, run_id)
    if run is None or run.state != "waiting":
        return ()
    wanted = select(SourceRecord).where(SourceRecord.source_id == run.source_id, vanished(run.id)).order_by(SourceRecord.id)
    return session.scalars(wanted.limit(limit).offset((max(page, 1) - 1) * limit)).all()


def how_many_wait(session: Session, run_id: int) -> int:
    """How many records a run would withdraw; 0 when it does not wait for approval."""
    run = running.get(session, run_id)
    return count(session, run.source_id, vanished(run.id)) if run is not None and run.state == "waiting" else 0


def approve(session: Session, run_id: int) -> int | None:
    """A person says that the records of a waiting run have really gone: withdraw them, and say how many; None when it does not wait.

    Commits part by part; the caller commits the end. A new run that begins meanwhile looks itself: the rest is left to it.
    """
    run = running.get(session, run_id)
    if run is None:
        return None
    source_id = run.source_id

    def waits() -> bool:
        leasing.queue_up(session, source_id)
        session.refresh(run)  # another process may have begun a new run meanwhile
        return run.state == "waiting"

    if not waits():
        return None
    before = run.withdrawn
    withdraw_vanished(session, cataloguing.facts(run.source), run, classifier=classifying.load(session), holds=waits)
    if run.state != "waiting":
        return run.withdrawn - before
    running.end(run, "partial" if run.failed else "succeeded", reason=f"{run.withdrawn} records were withdrawn, as approved.")
    run.source.stamp = run.stamp or run.source.stamp
    run.source.tracks_deletions = run.tracks_deletions if run.tracks_deletions is not None else run.source.tracks_deletions
    run.source.complete_at = now()
    mailing.report(session, run)
    return run.withdrawn - before
