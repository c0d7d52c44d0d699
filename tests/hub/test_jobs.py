"""The queue, on SQLite and on Redis: what is put into it is done once, whatever happens to the workers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from hub import jobs
from hub.db import db, now
from hub.models import Link, Resource, Run
from hub.services import indexing, leasing, pairing, running, sourcing, working

ROOT = Path(__file__).parents[2]


def needed_redis() -> str:
    address = os.environ.get("HUB_TEST_REDIS", "")
    if not address:
        if os.environ.get("HUB_TEST_REQUIRE_ALL"):
            pytest.fail("Redis is required here (HUB_TEST_REQUIRE_ALL)")
        pytest.skip("no Redis (HUB_TEST_REDIS)")
    return address


@pytest.fixture
def queue_url(database_url, tmp_path, worker_id):
    """An empty queue: SQLite's beside an SQLite database, Redis beside PostgreSQL, as small and as large hubs have them."""
    if database_url.startswith("sqlite"):
        return f"sqlite:{tmp_path / 'queue.db'}"
    number = 1 + int(re.sub(r"\D", "", worker_id) or 0) % 14  # each test process its own database
    url = f"{needed_redis().rsplit('/', 1)[0]}/{number}"
    jobs.open_queue(url).flush()
    return url


@pytest.fixture
def environment(environment, queue_url):
    return {**environment, "QUEUE_URL": queue_url}


@pytest.fixture
def hub(app):
    return app.extensions["hub"]


@pytest.fixture
def source(make_source, slow_repository):
    return make_source(url=slow_repository.url)


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Wait for it; whether it came."""
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def one_task(huey):
    task = huey.dequeue()
    assert task is not None
    huey.execute(task)


def test_what_is_queued_is_done_once(session, hub, source):
    run = running.prepare(session, source)
    for _ in range(2):
        hub.jobs.harvest(run.id)
    one_task(hub.huey)
    one_task(hub.huey)
    session.expire_all()
    assert (run.state, run.seen, run.created, run.pages) == ("succeeded", 250, 250, 9)


def test_two_runs_of_one_source_never_overlap(app, session, hub, source, slow_repository):
    run = running.prepare(session, source)
    for _ in range(2):
        hub.jobs.harvest(run.id)
    threads = [threading.Thread(target=one_task, args=(hub.huey,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert until(lambda: slow_repository.asked() > 0)
    with pytest.raises(leasing.AlreadyRunning):
        running.prepare(session, source)
    for thread in threads:
        thread.join()
    session.expire_all()
    assert (run.state, run.seen, run.created) == ("succeeded", 250, 250) and slow_repository.asked() == 7


def test_a_run_that_its_worker_left_is_taken_up_once(session, hub, source):
    run = Run(source_id=source.id, state="running", created_at=source.created_at)
    session.add(run)
    session.commit()
    for _ in range(3):
        hub.jobs.rescue()
    assert [task.args for task in hub.huey.pending()] == [(run.id,)]


def test_a_worker_that_leaves_hands_its_run_over(app, session, hub, source, slow_repository):
    run = running.prepare(session, source)
    hub.jobs.harvest(run.id)
    thread = threading.Thread(target=one_task, args=(hub.huey,))
    thread.start()
    assert until(lambda: slow_repository.asked() > 4)
    hub.jobs.leave()
    thread.join()
    session.expire_all()
    assert running.state_of(session, run) == "interrupted" and run.checkpoint and running.abandoned(session) == [run.id]


class Worker:
    """`hub worker` as a process."""

    def __init__(self, environment, log, threads=2):
        self.log = log
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        with log.open("a") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub.cli.main", "worker", "--threads", str(threads)],
                env={**inherited, **environment}, cwd=ROOT, stdout=file, stderr=file, start_new_session=True,
            )  # fmt: skip

    def keepers(self):
        """The children that write the index."""
        listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True)
        return [int(word) for word in listed.stdout.split()]

    def end(self, number):
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.mark.slow
def test_workers_that_die_lose_nothing_and_double_nothing(app, session, hub, source, slow_repository, environment, tmp_path):
    run = running.prepare(session, source)
    hub.jobs.harvest(run.id)
    workers = [Worker(environment, tmp_path / "log")]
    try:
        assert until(lambda: slow_repository.asked() > 4), workers[0].log.read_text()
        workers[0].end(signal.SIGKILL)
        session.expire_all()
        assert running.state_of(session, run) == "interrupted" and 0 < run.seen < 250
        workers.append(Worker(environment, tmp_path / "log"))
        assert until(lambda: bool(workers[1].keepers()))
        os.kill(workers[1].keepers()[0], signal.SIGKILL)  # the index has another keeper a moment later

        def done():
            session.expire_all()
            return run.state == "succeeded" and indexing.check(session, hub.index).agrees

        assert until(done), (run.state, workers[0].log.read_text())
        assert (run.seen, run.created) == (250, 250)
        there = [line.split("\t")[0] for line in slow_repository.tsv().splitlines()]
        assert [identifier for identifier, _, _ in sourcing.records(session, source)] == there
        assert workers[1].end(signal.SIGTERM) == 0
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.wait()
    assert "Traceback" not in workers[0].log.read_text()
    db.session.rollback()


def test_what_somebody_waits_for_goes_first(session, hub, make_source, repository):
    runs = [running.prepare(session, make_source(name, url=repository.url), urgent=name == "c") for name in "abc"]
    for run in runs:
        hub.jobs.harvest(run.id)
    one_task(hub.huey)
    session.expire_all()
    assert [run.state for run in runs] == ["queued", "queued", "succeeded"]
    one_task(hub.huey)
    session.expire_all()
    assert [run.state for run in runs] == ["succeeded", "queued", "succeeded"]


def test_a_source_whose_time_has_come_is_queued_once(session, hub, make_source, repository):
    source = make_source(url=repository.url, schedule="0 3 * * *", next_at=now() - timedelta(hours=1))
    for _ in range(2):
        hub.jobs.start_due()
    assert len(hub.huey.pending()) == 1
    one_task(hub.huey)
    session.expire_all()
    run = running.latest(session, source.id)
    assert (run.state, run.cause) == ("succeeded", "schedule")


@pytest.mark.slow
def test_one_hanging_source_holds_no_other_back(app, session, hub, make_source, hostile, environment, tmp_path):
    hostile.page("/hanging", hostile.hang())
    runs = {}
    for n in range(20):
        path = "/hanging" if n == 0 else f"/list{n}"
        if n:
            body = json.dumps({"links": {}, "data": [{"id": f"{n}", "type": "courses", "attributes": {"name": f"Course {n}"}}]}).encode()
            hostile.page(path, hostile.answer(body=body, headers={"Content-Type": "application/json"}))
        runs[n] = running.prepare(session, make_source(f"s{n}", kind="moochub", url=hostile.url(path)))
        hub.jobs.harvest(runs[n].id)
    worker = Worker(environment, tmp_path / "log", threads=3)
    try:

        def others_are_done():
            session.expire_all()
            return all(run.finished_at for n, run in runs.items() if n)

        assert until(others_are_done, 25), worker.log.read_text()
        assert runs[0].state == "running", "it still hangs, and nobody waited for it"
        assert {run.state for n, run in runs.items() if n} == {"succeeded"}
        (living,) = working.alive(session)
        assert living.threads == 3 and [one.run for one in living.doing] == [runs[0].id]
        assert worker.end(signal.SIGTERM) == 0
        session.rollback()
        assert not working.alive(session)
    finally:
        worker.process.kill()
        worker.process.wait()
    db.session.rollback()


def test_doubles_are_looked_for_in_the_background(app, session, make_source):
    made = jobs.register(
        jobs.open_queue(f"sqlite:{app.config['HUB_DATA']}/doubles.db"),
        app,
        lambda stopped: None,
        None,
        jobs.LinkChecks(lambda stopped: None, timedelta(days=14), on=False),
        lambda stopped: None,
    )
    at = make_source().created_at
    session.add(Resource(public_id="a", title="Live commerce", created_at=at, updated_at=at))
    session.commit()
    made.match.call_local()
    session.rollback()
    assert pairing.waiting(session) == 0


def test_the_worker_asks_the_links(session, hub, make_source, make_record, receive, web, site_parts):
    web.pages["/a"] = site_parts.page("<title>Course</title>")
    receive(make_source(), [make_record("a", "Course", url=web.url("/a"))])
    hub.jobs.check_links()
    one_task(hub.huey)
    assert until(lambda: state_of_links(session) == ["ok"])


def state_of_links(session):
    session.rollback()
    return list(session.scalars(select(Link.state)))


def test_the_nightly_dump_is_written_once_a_night_and_its_sums_are_right(app, make_source, receive, make_record, tmp_path, monkeypatch):
    """As a worker does it: the task that the queue's clock finds due, executed; at 02:40 and at no other minute."""
    receive(make_source("one"), [make_record("1", "First"), make_record("2", "Second")])
    huey, folder = app.extensions["hub"].huey, tmp_path / "dumps"

    def night(moment: datetime) -> list[str]:
        monkeypatch.setattr(jobs, "now", lambda: moment)
        for task in huey.read_periodic(moment.replace(tzinfo=None)):
            if task.name == "dump":
                huey.execute(task)
        return sorted(one.name for one in folder.glob("2*"))

    first = now().replace(hour=2, minute=40, second=0, microsecond=0)
    assert night(first - timedelta(minutes=1)) == []
    made = night(first)
    assert len(made) == 1
    summed = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder / made[0], capture_output=True, text=True, check=True)
    assert summed.stdout.count(": OK") == 3
    assert json.loads((folder / made[0] / "manifest.json").read_text())["files"]["resources.jsonl.gz"]["records"] == 2
    assert night(first) == made  # another worker comes to it later: this night's is there
    nights = [night(first + timedelta(days=day)) for day in range(1, 9)]
    assert len(nights[-1]) == app.config["HUB_DUMPS"] == 7 and made[0] not in nights[-1]
    (folder / "manifest-of-nothing").write_text("x")  # what else lies there hinders nobody
    app.extensions["hub"].index.close()
    assert night(first + timedelta(days=9))[-1] > nights[-1][-1]
