"""Background work: the queue's tasks. The same on SQLite and on Redis, with any number of workers."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from huey import RedisHuey, SqliteHuey, crontab
from huey.api import Huey
from redis.exceptions import RedisError

from hub.db import db
from hub.services import harvesting, leasing, previewing, running, tending
from search.index import Index

log = logging.getLogger(__name__)


class BadQueue(Exception):
    """QUEUE_URL names no queue that we know."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """What the outer layers may ask to be done later."""

    harvest: Callable[[int], object]  # run id
    tend: Callable[[int], object]  # number of a task of the index: check, repair or rebuild it
    rescue: Callable[[], None]  # take up what a dead worker left
    answers: Callable[[], bool]  # can the queue be reached?
    leave: Callable[[], None]  # this process is about to end: runs at work stop, to be taken up by the next worker


def open_queue(url: str) -> Huey:
    """QUEUE_URL -> queue: `sqlite:/path/queue.db` or `redis://host:port/number`. Opens no connection yet. Raises BadQueue."""
    if url.startswith(("redis://", "rediss://")):
        return RedisHuey("hub", url=url)
    scheme, _, path = url.partition(":")
    if scheme != "sqlite" or not path:
        raise BadQueue(f"QUEUE_URL must be sqlite:/path/queue.db or redis://host:port/number, not {scheme}:….")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("hub", filename=path)


def register(huey: Huey, app: Flask, fetching: harvesting.Fetching, index: Index) -> Jobs:
    """Bind the tasks to this queue and this application."""

    leaving = threading.Event()

    @huey.task(name="harvest")
    def harvest(run_id: int) -> None:
        """Work on a run. Whoever comes second finds the lease taken, or the run ended."""
        with app.app_context():
            try:
                harvesting.work(db.session(), fetching, run_id, leaving=leaving.is_set)
            except leasing.AlreadyRunning as error:
                log.info("run %s: %s", run_id, error)
            except Exception:  # the job's outer edge: the run is found abandoned and taken up again
                log.exception("run %s: broke off", run_id)

    @huey.task(name="tend")
    def tend(task_id: int) -> None:
        """Check, repair or rebuild the index. Whoever comes second finds the task taken or ended."""
        with app.app_context():
            try:
                tending.work(db.session(), index, task_id)
            except Exception:  # the job's outer edge: the task has ended with the reason, or is found interrupted
                log.exception("index task %s: broke off", task_id)

    def rescue() -> None:
        """Queue the runs that nobody works on though somebody should, each once."""
        with app.app_context():
            queued = {task.args[0] for task in huey.pending() if task.name == harvest.task_class.__name__}
            for run_id in running.abandoned(db.session()):
                if run_id not in queued:
                    log.info("run %s: taken up again", run_id)
                    harvest(run_id)
            previewing.forget_old(db.session())

    def answers() -> bool:
        """Ask the queue something that costs little."""
        try:
            huey.pending_count()
        except (RedisError, sqlite3.Error):
            return False
        return True

    huey.periodic_task(crontab(), name="rescue")(rescue)
    return Jobs(harvest=harvest, tend=tend, rescue=rescue, answers=answers, leave=leaving.set)
