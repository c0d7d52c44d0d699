"""The life of a run: begun or taken up again, watched while it works, ended with a state and a reason. Nothing here harvests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Engine, func, null, select, update
from sqlalchemy.orm import Session, joinedload

from hub.db import now
from hub.models.record import SourceRecord
from hub.models.run import Failure, Run, Validator
from hub.models.source import Source
from hub.services import leasing, sourcing

RESUMABLE = ("running", "failed", "cancelled", "queued")
RESUMABLE_FOR = timedelta(days=7)
LOST_AFTER = timedelta(seconds=60)  # a queued run that no worker took up is queued again
BEAT = 5.0  # seconds between two signs of life while a fetch goes on
LOOK = 1.0  # seconds between two looks at whether somebody asked to stop
LONGEST = timedelta(hours=24)  # that a run works, unless its source says otherwise
OPEN = ("running", "queued", "waiting")
GO_ON = "Harvest again: it goes on where it stopped. The source's settings say how long a run may work."
KEPT = ("cancelled", "What had vanished was kept, as a person decided.", "The next harvest looks again.")
STOPPED = ("cancelled", "Stopped on request.", "The next harvest goes on where this one stopped.")


class NotHarvested(Exception):
    """A source that is a draft or retired is not harvested; the message says what to do."""


def refuse_idle(source: Source, task: str) -> None:
    """A draft is only looked at, a retired source only emptied, what people added here only replayed. Raises NotHarvested."""
    if sourcing.is_internal(source) and task != "replay":
        raise NotHarvested(f"{source.name} holds what people add or programs send: there is nothing to harvest.")
    if source.retired_at is not None and task != "retire":
        raise NotHarvested(f"{source.name} is retired: restore it first.")
    if source.draft and task != "preview":
        raise NotHarvested(f"{source.name} is a draft: it can be previewed, and is harvested when it is made ready.")


def prepare(
    session: Session,
    source: Source,
    *,
    task: str = "harvest",
    full: bool = False,
    limit: int | None = None,
    urgent: bool = False,
    cause: str = "",
) -> Run:
    """The run of this task that is worked on next, queued: the interrupted one at its checkpoint, or a new one. Commits.

    An incremental pass is possible when the last complete pass left a stamp and the source announces its deletions persistently:
    otherwise only a full pass finds out what has gone. Raises AlreadyRunning, NotHarvested.
    """
    refuse_idle(source, task)
    leasing.queue_up(session, source.id)
    if holder := leasing.is_held(session, source.id):
        session.rollback()
        raise leasing.AlreadyRunning(f"{source.name} is being harvested already, by {holder}.")
    last = latest(session, source.id, task)
    if last is not None and may_resume(last, full=full, limit=limit):
        return requeue(session, last, urgent=urgent, cause=cause)
    session.execute(
        update(Run)
        .where(Run.source_id == source.id, Run.task == task, Run.state.in_(OPEN))
        .values(state="cancelled", finished_at=now(), reason="A new run took the place of this one.")
    )
    since = None if task != "harvest" or full or limit is not None or not source.tracks_deletions else source.stamp
    run = Run(
        source_id=source.id,
        task=task,
        state="queued",
        full=since is None,
        everything=full and task == "harvest",
        since=since,
        limited_to=limit,
        urgent=urgent,
        deadline=source.deadline,
        cause=cause[:200],
        created_at=now(),
    )
    number(session, source, run)
    session.commit()
    return run


def number(session: Session, source: Source, run: Run) -> None:
    """Give a new run its number. One is given again when the history has been cleared: nothing has been seen by this run yet."""
    session.add(run)
    session.flush()
    session.execute(
        update(SourceRecord).where(SourceRecord.source_id == source.id, SourceRecord.seen_run_id >= run.id).values(seen_run_id=None)
    )
    session.execute(update(Validator).where(Validator.source_id == source.id, Validator.run_id >= run.id).values(run_id=0))


def requeue(session: Session, run: Run, *, urgent: bool, cause: str) -> Run:
    """Let a run go on at its checkpoint. One that had ended has its whole time again. Commits."""
    if run.state in ("failed", "cancelled"):
        run.worked, run.deadline = 0, run.source.deadline
    run.state, run.stop_asked, run.finished_at, run.reason, run.advice = "queued", False, None, None, None
    run.urgent, run.cause = urgent or run.urgent, cause[:200] or run.cause
    session.commit()
    return run


def resume(session: Session, run_id: int, *, cause: str = "") -> Run:
    """A person wants this very run to go on. Commits. Raises NotResumable, AlreadyRunning."""
    run = session.get_one(Run, run_id)
    leasing.queue_up(session, run.source_id)
    session.refresh(run)
    if holder := leasing.is_held(session, run.source_id):
        session.rollback()
        raise leasing.AlreadyRunning(f"{run.source.name} is being harvested already, by {holder}.")
    try:
        refuse_idle(run.source, run.task)
    except NotHarvested as error:
        session.rollback()
        raise NotResumable(str(error)) from error
    if why := why_not(session, run):
        session.rollback()
        raise NotResumable(why)
    return requeue(session, run, urgent=True, cause=cause)


def why_not(session: Session, run: Run) -> str:
    """Why a run cannot go on where it stopped; empty when it can."""
    if run.state not in RESUMABLE:
        return f"Run {run.id} is {run.state}: there is nothing to go on with."
    newest = latest(session, run.source_id, run.task)
    if newest is not None and newest.id != run.id:
        return f"Run {newest.id} came after run {run.id}: go on with that one."
    if run.checkpoint is None and run.state != "queued":
        return f"Run {run.id} kept no place to go on from: begin a new one."
    return ""


def may_resume(run: Run, *, full: bool, limit: int | None) -> bool:
    """May this run go on where it stopped? A forced full pass and a limited look begin anew."""
    if run.state == "queued" and run.checkpoint is None:
        return run.limited_to == limit and (run.full or not full)
    fresh = (run.heartbeat_at or run.created_at) > now() - RESUMABLE_FOR
    return run.state in RESUMABLE and run.checkpoint is not None and fresh and not full and limit is None and run.limited_to is None


def cancel_open(session: Session, source_id: int, task: str, reason: str) -> None:
    """End the runs of this task that nobody works on yet. The caller commits."""
    waiting = (Run.source_id == source_id) & (Run.task == task) & Run.state.in_(("queued", "waiting"))
    session.execute(update(Run).where(waiting).values(state="cancelled", finished_at=now(), reason=reason))


def forget_checkpoints(session: Session, source_id: int) -> None:
    """The source has moved: what its runs had still to ask is no longer there. The caller commits."""
    session.execute(update(Run).where(Run.source_id == source_id, Run.checkpoint.is_not(None)).values(checkpoint=null()))


def forget_plans(session: Session, source_id: int) -> None:
    """As above: what waits for approval was judged by another list, and a pass over what changed begins at a stamp of that one. The caller
    commits."""
    waiting = (Run.source_id == source_id) & (Run.state == "waiting")
    reason = "The source is read in another way now."
    session.execute(update(Run).where(waiting).values(state="cancelled", finished_at=now(), reason=reason, advice=KEPT[2]))
    planned = (Run.source_id == source_id) & (Run.state == "queued") & Run.since.is_not(None)
    session.execute(update(Run).where(planned).values(since=None, full=True))


def latest(session: Session, source_id: int, task: str = "harvest") -> Run | None:
    """The last run of a source with this task."""
    return session.scalar(select(Run).where(Run.source_id == source_id, Run.task == task).order_by(Run.id.desc()).limit(1))


def get(session: Session, run_id: int) -> Run | None:
    """A run with its source."""
    return session.scalar(select(Run).options(joinedload(Run.source)).where(Run.id == run_id))


def is_urgent(session: Session, run_id: int) -> bool:
    """Does somebody wait for this run?"""
    return bool(session.scalar(select(Run.urgent).where(Run.id == run_id)))


def recent(session: Session, *, limit: int = 20) -> Sequence[Run]:
    """The last runs, newest first, with their sources."""
    return session.scalars(select(Run).options(joinedload(Run.source)).order_by(Run.id.desc()).limit(limit)).all()


def failures(session: Session, run_id: int, *, limit: int | None = None, after: int = 0) -> Sequence[Failure]:
    """What failed in a run, in order."""
    return session.scalars(select(Failure).where(Failure.run_id == run_id, Failure.id > after).order_by(Failure.id).limit(limit)).all()


def end(run: Run, state: str, *, reason: str | None = None, advice: str | None = None) -> None:
    """Close a run, or leave it open (`running`) for the next worker. The caller commits."""
    run.state, run.finished_at, run.reason, run.advice = state, None if state == "running" else now(), reason, advice or None


def ask_to_stop(session: Session, run_id: int) -> None:
    """Ask a run to stop: one at work does within a second or two, one that waits or that nobody works on at once. The caller commits."""
    run = session.get_one(Run, run_id)
    if state_of(session, run) == "running":
        session.execute(update(Run).where(Run.id == run_id, Run.state == "running").values(stop_asked=True))
    else:
        state, reason, advice = STOPPED if run.state != "waiting" else KEPT
        values = {"state": state, "finished_at": now(), "reason": reason, "advice": advice}
        if run.state == "waiting":
            values["checkpoint"] = null()  # there is nothing to go on with: the next harvest looks again
        session.execute(update(Run).where(Run.id == run_id, Run.state.in_(OPEN)).values(values))


def state_of(session: Session, run: Run) -> str:
    """The state as people should read it: `interrupted` when the process that worked on it is no more, until another takes it up."""
    return "interrupted" if run.state == "running" and not leasing.is_held(session, run.source_id) else run.state


def abandoned(session: Session) -> Sequence[int]:
    """Runs that nobody works on though somebody should: their worker died, or the queue lost them."""
    rows = session.execute(
        select(Run.id, Run.state, Run.source_id, func.coalesce(Run.heartbeat_at, Run.created_at)).where(
            Run.state.in_(("running", "queued"))
        )
    ).all()
    return [
        id
        for id, state, source_id, at in rows
        if not leasing.is_held(session, source_id) and (state == "running" or at < now() - LOST_AFTER)
    ]


class NotResumable(Exception):
    """This run cannot go on where it stopped; the message says why, and what to do."""


class Watch:
    """Asked by the fetcher, again and again, whether to stop; gives a sign of life on the way. Safe in any thread.

    A run stops when somebody asked for it, when its process is `leaving`, and when it has worked for its whole time, which goes on
    counting when a worker that died is replaced.

    It has a session of its own, so that a long fetch holds no transaction.
    """

    def __init__(self, engine: Engine, run: Run, leaving: Callable[[], bool] = lambda: False) -> None:
        self._engine, self._run_id, self._source_id, self._leaving = engine, run.id, run.source_id, leaving
        self._worked = run.worked
        self._limit = timedelta(minutes=run.deadline) if run.deadline is not None else LONGEST
        self._lock = threading.Lock()
        self._began = self._looked = self._beat = time.monotonic()
        self._stop = False

    def __call__(self) -> bool:
        """True when the run has to stop."""
        if self._leaving() or self._overdue():
            return True
        if time.monotonic() - self._looked >= LOOK and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._stop

    def verdict(self) -> tuple[str, str, str]:
        """State, reason and advice of a run that has stopped."""
        if self._stop:
            return STOPPED
        if self._overdue():
            return "failed", f"The run was ended after {self._limit}: no run of this source works longer.", GO_ON
        return "running", "The worker was stopped. The next one goes on where this one stopped.", ""  # interrupted: `abandoned` finds it

    def _overdue(self) -> bool:
        return self.worked() > self._limit.total_seconds()

    def worked(self) -> float:
        """Seconds that the run has worked, in other processes too."""
        return self._worked + time.monotonic() - self._began

    def _look(self) -> None:
        self._looked = time.monotonic()
        with Session(self._engine) as session:
            self._stop = bool(session.scalar(select(Run.stop_asked).where(Run.id == self._run_id)))
            if self._looked - self._beat >= BEAT:
                self._beat = self._looked
                leasing.renew(session, self._source_id)
                session.execute(update(Run).where(Run.id == self._run_id).values(heartbeat_at=now(), worked=int(self.worked())))
                session.commit()
