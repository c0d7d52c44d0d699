"""Background work: the queue's tasks. The same on SQLite and on Redis, with any number of workers."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from flask import Flask
from huey import PriorityRedisHuey, SqliteHuey, crontab
from huey.api import Huey
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from hub.db import count_for_the_planner, db, now
from hub.exports import dump
from hub.exports.site import Site
from hub.services import (
    alerting,
    delivering,
    describing,
    expiring,
    extracting,
    harvesting,
    heeding,
    leasing,
    linking,
    mailing,
    pairing,
    patrolling,
    posting,
    previewing,
    running,
    scheduling,
    tending,
    working,
)
from hub.services.probing import Prober
from search.index import Index

log = logging.getLogger(__name__)
DUMPED_WITHIN = 12  # hours: a dump that is younger is this night's
URGENT = 10  # priority in the queue; the others have none


class BadQueue(Exception):
    """QUEUE_URL names no queue that we know."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """What the outer layers may ask to be done later."""

    harvest: Callable[[int], None]  # run id, whatever its task; an urgent one goes before the others
    tend: Callable[[int], object]  # number of a task of the index: check, repair or rebuild it
    match: Callable[[], object]  # look for doubles of what has changed
    rescue: Callable[[], None]  # take up what a dead worker left
    start_due: Callable[[], None]  # queue the sources whose time has come
    beat: Callable[[int], None]  # a sign of life of this worker, which harvests so many sources at a time
    post: Callable[[], None]  # send the mail that waits
    answers: Callable[[], bool]  # can the queue be reached?
    check_links: Callable[[], object]  # ask the links that are due, in the worker
    alert: Callable[[], object]  # write the alerts that are due
    tell: Callable[[], object]  # tell the webhooks what has happened
    leave: Callable[[], None]  # this worker is about to end: runs at work stop, to be taken up by the next one


def open_queue(url: str) -> Huey:
    """QUEUE_URL -> queue: `sqlite:/path/queue.db` or `redis://host:port/number`. Opens no connection yet. Raises BadQueue."""
    if url.startswith(("redis://", "rediss://")):
        return PriorityRedisHuey("hub-by-priority", url=url)  # a name of its own: the list of an older hub is no sorted set
    scheme, _, path = url.partition(":")
    if scheme != "sqlite" or not path:
        raise BadQueue(f"QUEUE_URL must be sqlite:/path/queue.db or redis://host:port/number, not {scheme}:….")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("hub", filename=path)


@dataclass(frozen=True, slots=True)
class LinkChecks:
    """How links are checked."""

    fetching: harvesting.Fetching  # patient with nobody: a link that does not answer is asked another day
    every: timedelta
    on: bool = True


def register(
    huey: Huey,
    app: Flask,
    fetching: harvesting.Fetching,
    index: Index,
    links: LinkChecks,
    telling: delivering.Fetching,
    mail_server: posting.Server | None = None,
) -> Jobs:
    """Bind the tasks to this queue and this application. `telling` reaches webhooks."""
    leaving = threading.Event()

    def start_due() -> None:
        """Queue a run for each source whose schedule says so. Several workers may ask: each run is begun once."""
        with app.app_context():
            for run_id in scheduling.start_due(db.session()):
                queue(run_id)

    def beat(threads: int) -> None:
        """This worker is here."""
        with app.app_context():
            working.beat(db.session(), threads)

    def post() -> None:
        """Send the mail that waits."""
        with app.app_context():
            mailing.send_waiting(db.session(), mail_server)

    def expire() -> None:
        """Sessions, links and counts that have had their time."""
        with app.app_context():
            expiring.expire(db.session())

    def count() -> None:
        """What the database's planner goes by."""
        with app.app_context():
            count_for_the_planner(db.session())

    def leave() -> None:
        """This worker ends: its runs stop at the next page."""
        leaving.set()
        with app.app_context(), suppress(SQLAlchemyError):  # else its row is seen to be of nobody
            working.leave(db.session())

    queue, rescue = bind_runs(huey, app, fetching, leaving)
    # Before all runs; late ones are dropped, the next minute has its own.
    for name, work in (("rescue", rescue), ("start_due", start_due), ("post", post)):
        huey.periodic_task(crontab(), name=name, priority=2 * URGENT, expires=50)(work)
    huey.periodic_task(crontab(minute="17"), name="expire", expires=3000)(expire)
    huey.periodic_task(crontab(minute="27"), name="count", expires=3000)(count)
    bind_dumps(huey, app)
    return Jobs(
        harvest=queue,
        tend=bind_care(huey, app, index),
        match=bind_matching(huey, app, leaving),
        rescue=rescue,
        start_due=start_due,
        beat=beat,
        post=post,
        answers=lambda: does_answer(huey),
        check_links=bind_links(huey, app, links, leaving),
        alert=bind_alerts(huey, app, index, leaving, on=mail_server is not None),
        tell=bind_webhooks(huey, app, telling, leaving),
        leave=leave,
    )


def bind_runs(
    huey: Huey, app: Flask, fetching: harvesting.Fetching, leaving: threading.Event
) -> tuple[Callable[[int], None], Callable[[], None]]:
    """Runs of any task: how one is queued, and how those that a dead worker left are queued again."""

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

    def queue(run_id: int) -> None:
        """Put a run into the queue, before all that nobody waits for when somebody waits for it."""
        with app.app_context():
            harvest(run_id, priority=URGENT if running.is_urgent(db.session(), run_id) else None)

    def rescue() -> None:
        """Queue the runs that nobody works on though somebody should, each once; forget previews that nobody will look at."""
        with app.app_context():
            queued = {task.args[0] for task in huey.pending() if task.name == harvest.task_class.__name__}
            for run_id in running.abandoned(db.session()):
                if run_id not in queued:
                    log.info("run %s: taken up again", run_id)
                    queue(run_id)
            previewing.forget_old(db.session())

    return queue, rescue


def bind_care(huey: Huey, app: Flask, index: Index) -> Callable[[int], object]:
    """Checks, repairs and rebuilds of the index."""

    @huey.task(name="tend")
    def tend(task_id: int) -> None:
        """Work on a task of the index. Whoever comes second finds it taken or ended."""
        with app.app_context():
            try:
                tending.work(db.session(), index, task_id)
            except Exception:  # the job's outer edge: the task has ended with the reason, or is found interrupted
                log.exception("index task %s: broke off", task_id)

    return cast("Callable[[int], object]", tend)


def bind_matching(huey: Huey, app: Flask, leaving: threading.Event) -> Callable[[], object]:
    """The search for doubles, every ten minutes."""
    at_work = threading.Lock()  # a pass of another process does no harm, it is only work done twice

    @huey.periodic_task(crontab(minute="*/10"), name="match")
    def match() -> None:
        """Look for doubles of what has changed since the last time."""
        if not at_work.acquire(blocking=False):
            return
        try:
            with app.app_context():
                found = pairing.run(db.session(), leaving=leaving.is_set)
                log.info("doubles: %s looked at, %s merged, %s suggested", found.looked, found.merged, found.suggested)
        except Exception:  # the job's outer edge: the next pass goes on where this one broke off
            log.exception("doubles: broke off")
        finally:
            at_work.release()

    return cast("Callable[[], object]", match)


def bind_links(huey: Huey, app: Flask, links: LinkChecks, leaving: threading.Event) -> Callable[[], object]:
    """Rounds over the links, in a thread of their own: harvests keep their threads."""

    def patrol(since: datetime | None) -> None:
        with app.app_context(), links.fetching(leaving.is_set) as fetch:
            linking.gather(db.session(), since=since)
            patrolling.Round(db.session(), Prober(fetch), every=links.every).walk(stopped=leaving.is_set)

    patrolman = patrolling.Patrol(patrol)

    @huey.task(name="check_links")
    def check_links() -> None:
        """Wake the link checker of this worker."""
        patrolman.wake()

    if links.on:
        huey.periodic_task(crontab(minute="*/5"), name="links")(patrolman.wake)
    return cast("Callable[[], object]", check_links)


def bind_alerts(huey: Huey, app: Flask, index: Index, leaving: threading.Event, *, on: bool) -> Callable[[], object]:
    """Alerts of searches and follows, every hour, where mail can be sent."""

    @huey.task(name="alert", expires=3000)
    def alert() -> None:
        """Write what is due. Two workers at it tell nobody twice."""
        try:
            with app.app_context():
                site = alerting.Site(str(app.config.get("HUB_BASE_URL") or ""), str(app.config["SECRET_KEY"]))
                told = alerting.send(db.session(), index, site, leaving=leaving.is_set)
                log.info("alerts: %s people, %s mails", told.people, told.mails)
        except Exception:  # the job's outer edge: the next pass goes on where this one broke off
            log.exception("alerts: broke off")

    if on:
        huey.periodic_task(crontab(minute="7"), name="alerts", expires=3000)(alert.call_local)
    return cast("Callable[[], object]", alert)


def bind_webhooks(huey: Huey, app: Flask, telling: delivering.Fetching, leaving: threading.Event) -> Callable[[], object]:
    """Messages to webhooks, every minute. One pass at a time: a slow receiver takes one thread of this worker, not all."""
    at_work = threading.Lock()

    def pass_on() -> None:
        with app.app_context(), telling(leaving.is_set) as fetch:
            heeding.heed(db.session(), site=str(app.config.get("HUB_BASE_URL") or ""))
            delivering.deliver(db.session(), fetch, stopped=leaving.is_set)

    @huey.task(name="tell", expires=50)
    def tell() -> None:
        """Write down what has happened, and send what is due. Two workers at it tell nothing twice."""
        if not at_work.acquire(blocking=False):
            return
        try:
            pass_on()
        except Exception:  # the job's outer edge: the next pass goes on where this one broke off
            log.exception("webhooks: broke off")
        finally:
            at_work.release()

    huey.periodic_task(crontab(), name="webhooks", expires=50)(tell.call_local)
    return cast("Callable[[], object]", tell)


def bind_dumps(huey: Huey, app: Flask) -> None:
    """The nightly dump of the catalogue, unless HUB_DUMPS says that there is none."""
    keep = int(app.config.get("HUB_DUMPS") or 0)

    def dump_all() -> None:
        """Write it. Of several workers the first does."""
        folder = Path(app.config["HUB_DATA"]) / "dumps"
        last = next(iter(dump.whole(folder)), None)
        if last is not None and last.name > (now() - timedelta(hours=DUMPED_WITHIN)).strftime(dump.FORM):
            return
        try:
            with app.app_context():
                site = Site(str(app.config.get("HUB_BASE_URL") or ""), str(app.config["SITE_NAME"]))
                made = dump.write(folder, describing.walk(db.session()), extracting.terms(db.session()), site, now(), keep=keep)
                log.info("dump %s: %s resources", made.name, made.files["resources.jsonl.gz"]["records"])
        except dump.AlreadyDumping:
            log.info("dump: another worker is at it")
        except Exception:  # the job's outer edge: the last dump is as it was, the next night has its own
            log.exception("dump: broke off")

    if keep:
        huey.periodic_task(crontab(hour="2", minute="40"), name="dump", expires=3000)(dump_all)


def does_answer(huey: Huey) -> bool:
    """Ask the queue something that costs little."""
    try:
        huey.pending_count()
    except (RedisError, sqlite3.Error):
        return False
    return True
