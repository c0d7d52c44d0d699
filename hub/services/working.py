"""The processes that work on the queue: each gives a sign of life, so that an admin sees who is there and what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.db import now
from hub.models.run import Run
from hub.models.source import Source
from hub.models.worker import Worker
from hub.services import leasing


@dataclass(frozen=True, slots=True)
class Doing:
    """A run that a worker works on."""

    run: int
    task: str
    source_title: str


@dataclass(frozen=True, slots=True)
class WorkerState:
    """A living worker."""

    host: str
    process: str
    threads: int
    started_at: datetime
    heartbeat_at: datetime
    doing: tuple[Doing, ...]


def beat(session: Session, threads: int) -> None:
    """This process is here, and harvests so many sources at a time. Commits."""
    at, name = now(), leasing.me()
    known = session.execute(update(Worker).where(Worker.name == name).values(heartbeat_at=at, threads=threads))
    if not known.rowcount:  # type: ignore[attr-defined]
        try:
            session.execute(insert(Worker).values(name=name, threads=threads, started_at=at, heartbeat_at=at))
        except IntegrityError:  # another thread of this process was first
            session.rollback()
    gone = [other for other, heard in session.execute(select(Worker.name, Worker.heartbeat_at)).all() if is_gone(other, heard, at)]
    if gone:
        session.execute(delete(Worker).where(Worker.name.in_(gone)))
    session.commit()


def leave(session: Session) -> None:
    """This process ends in order. Commits."""
    session.execute(delete(Worker).where(Worker.name == leasing.me()))
    session.commit()


def is_gone(name: str, heard: datetime, at: datetime) -> bool:
    """Silent for too long, or a process of this host that is no more."""
    return heard < at - leasing.LIFETIME or leasing.is_gone(name)


def alive(session: Session) -> Sequence[WorkerState]:
    """The workers that live, the oldest first, with the runs that they work on."""
    at = now()
    doing: dict[str, list[Doing]] = {}
    rows = session.execute(
        select(Source.lease_owner, Run.id, Run.task, Source.title)
        .join(Source, Source.id == Run.source_id)
        .where(Run.state == "running", Source.lease_owner.is_not(None))
        .order_by(Run.id)
    )
    for owner, run, task, title in rows:
        doing.setdefault(str(owner), []).append(Doing(run, task, title))
    living = [worker for worker in session.scalars(select(Worker).order_by(Worker.id)) if not is_gone(worker.name, worker.heartbeat_at, at)]
    return tuple(
        WorkerState(host, process, worker.threads, worker.started_at, worker.heartbeat_at, tuple(doing.get(worker.name, ())))
        for worker in living
        for host, process in [worker.name.split("/")[:2]]
    )
