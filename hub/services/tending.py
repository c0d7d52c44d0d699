"""Care of the index as tasks that can be watched: asked for, worked on by one process, ended with an outcome or a reason.

The database lets one task be open at a time. One whose process gives no sign of life for LIFETIME is interrupted, and no longer in the way.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from sqlalchemy import Engine, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.index_task import KINDS, IndexTask
from hub.services import indexing
from search.index import Index, IndexFault

log = logging.getLogger(__name__)
LIFETIME = timedelta(seconds=60)
BEAT = 1.0  # seconds between two signs of life
INTERRUPTED = "The process that worked on it has ended."
OVERTAKEN = "No worker took it up."
Outcome = dict[str, Any]


class AlreadyTending(Exception):
    """Another task is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """One task as people read it."""

    id: int
    kind: str
    state: str  # queued | running | interrupted | done | failed
    done: int
    total: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    outcome: Mapping[str, Any]
    reason: str | None

    @property
    def live(self) -> bool:
        """Will more be heard of it?"""
        return self.state in ("queued", "running")


def start(session: Session, kind: str, *, reason: str | None = None) -> int:
    """Queue a task; answers its number. Commits. Raises AlreadyTending, and ValueError for a kind that there is not."""
    if kind not in KINDS:
        raise ValueError(f"there is no {kind} of an index")
    _close_the_dead(session)
    task = IndexTask(kind=kind, created_at=now(), total=0, reason=reason)
    session.add(task)
    try:
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise AlreadyTending("The index is being checked, repaired or rebuilt already.") from error
    return task.id


def _close_the_dead(session: Session) -> None:
    """End what is interrupted, and what no worker has taken up. The caller commits."""
    before = now() - LIFETIME
    for state, since, reason in (("running", IndexTask.heartbeat_at, INTERRUPTED), ("queued", IndexTask.created_at, OVERTAKEN)):
        session.execute(
            update(IndexTask)
            .where(IndexTask.open.is_(True), IndexTask.state == state, since < before)
            .values(state="failed", open=None, finished_at=now(), reason=reason)
        )


def work(session: Session, index: Index, task_id: int) -> TaskState | None:
    """Do a queued task and say how it ended; None when it is not queued (any more). Commits. What is not an IndexFault is raised."""
    claimed = update(IndexTask).where(IndexTask.id == task_id, IndexTask.state == "queued")
    claim = session.execute(claimed.values(state="running", started_at=now(), heartbeat_at=now()).returning(IndexTask.kind)).scalar()
    session.commit()
    if claim is None:
        return None
    try:
        with Beating(session.get_bind().engine, task_id, total=indexing.size(session)) as beating:
            outcome = WORK[claim](session, index, beating.show)
    except IndexFault as fault:
        session.rollback()
        _end(session, task_id, "failed", reason=str(fault))
    except Exception as error:
        session.rollback()
        _end(session, task_id, "failed", reason=f"{type(error).__name__}: {error}"[:500])
        raise
    else:
        _end(session, task_id, "done", outcome=outcome, done=beating.total)
    return get(session, task_id)


def _end(session: Session, task_id: int, state: str, **values: Any) -> None:
    ended = update(IndexTask).where(IndexTask.id == task_id, IndexTask.state == "running")
    session.execute(ended.values(state=state, open=None, finished_at=now(), **values))
    session.commit()


def _check(session: Session, index: Index, show: Callable[[int], None]) -> Outcome:
    return told(indexing.check(session, index, on_document=show))


def _repair(session: Session, index: Index, show: Callable[[int], None]) -> Outcome:
    return told(indexing.repair(session, index, on_document=show))


def _rebuild(session: Session, index: Index, show: Callable[[int], None]) -> Outcome:
    return {"documents": indexing.rebuild(session, index, on_document=show)}


WORK = {"check": _check, "repair": _repair, "rebuild": _rebuild}


def told(difference: indexing.Difference) -> Outcome:
    """How many of each, and whether all is well."""
    counts = {name: len(getattr(difference, name)) for name in ("missing", "extra", "stale")}
    return {"agrees": difference.agrees, **counts, "waiting": difference.waiting}


def get(session: Session, task_id: int) -> TaskState | None:
    """One task."""
    task = session.get(IndexTask, task_id, populate_existing=True)
    return None if task is None else _state(task)


def recent(session: Session, *, limit: int = 10) -> Sequence[TaskState]:
    """The last tasks, newest first."""
    return [_state(task) for task in session.scalars(select(IndexTask).order_by(IndexTask.id.desc()).limit(limit))]


def last_check(session: Session) -> TaskState | None:
    """The last check or repair that came to its end."""
    done = select(IndexTask).where(
        IndexTask.kind.in_(("check", "repair")), IndexTask.finished_at.is_not(None), IndexTask.started_at.is_not(None)
    )
    task = session.scalar(done.order_by(IndexTask.id.desc()).limit(1))
    return None if task is None else _state(task)


def _state(task: IndexTask) -> TaskState:
    dead = task.state == "running" and (task.heartbeat_at or task.created_at) < now() - LIFETIME
    return TaskState(
        id=task.id,
        kind=task.kind,
        state="interrupted" if dead else task.state,
        done=task.done,
        total=task.total,
        created_at=task.created_at,
        started_at=task.started_at,
        finished_at=task.finished_at,
        outcome=task.outcome or {},
        reason=INTERRUPTED if dead else task.reason,
    )


class Beating:
    """Signs of life and progress of a task, from a thread with a connection of its own: the work may take long over one step."""

    def __init__(self, engine: Engine, task_id: int, *, total: int) -> None:
        self._engine, self._task_id, self.total = engine, task_id, total
        self._done, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"index task {task_id}", daemon=True)

    def show(self, done: int) -> None:
        """So many documents are done."""
        self._done = done

    def __enter__(self) -> Beating:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        running = update(IndexTask).where(IndexTask.id == self._task_id, IndexTask.state == "running")
        while True:
            try:
                with self._engine.begin() as connection:
                    connection.execute(running.values(done=self._done, total=self.total, heartbeat_at=now()))
            except SQLAlchemyError as error:  # it is told a second later
                log.warning("index task %s: no sign of life could be given: %s", self._task_id, type(error).__name__)
            if self._over.wait(BEAT):
                return
