"""The database on its bad days, in the middle of a run: full, locked, restarted. It stays sound, the site readable, the reason is said,
and the next run completes."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, text

from hub.db import db
from hub.services import harvesting, running, sourcing

ROOT = Path(__file__).parents[3]


@pytest.fixture
def broken_off(app, session, make_source, repository) -> Callable[..., object]:
    """Harvest the repository; after the second page `then` happens. Answers the run."""

    def work(then: Callable[[], None]):
        source = sourcing.get(session, "repo") or make_source("repo", url=repository.url)
        run = running.prepare(session, source)
        pages = []

        def on_page(run) -> None:
            pages.append(run.pages)
            if len(pages) == 2:
                then()

        done = harvesting.work(session, app.extensions["hub"].fetching, run.id, on_page=on_page)
        session.expire_all()
        return done

    return work


def completes(visitor, session, repository, harvest) -> bool:
    """The next run goes on and has everything; meanwhile the site answered."""
    assert visitor.get("/").status_code == 200 and visitor.get("/sources/repo").status_code == 200
    source = sourcing.get(session, "repo")
    run = harvest(source)
    kept = [(identifier, state) for identifier, _, state in sourcing.records(session, source)]
    there = [tuple(line.split("\t")[::2]) for line in repository.tsv().splitlines()]
    return run.state == "succeeded" and run.seen == 250 and kept == there


def is_sqlite(session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


@contextmanager
def each_connection(statement: str) -> Iterator[None]:
    """Said to SQLite whenever a connection is taken from the pool."""

    def say(connection, _record, _proxy) -> None:
        connection.execute(statement)

    event.listen(db.engine, "checkout", say)
    try:
        yield
    finally:
        event.remove(db.engine, "checkout", say)
        db.session.remove()
        db.engine.dispose()


def test_a_full_database_ends_the_run_with_the_reason(client, app, session, repository, broken_off, harvest):
    if not is_sqlite(session):
        pytest.skip("how a server's disk fills cannot be played here")

    with ExitStack() as full:

        def fill() -> None:  # no smaller than the file is: not one page more
            session.execute(text("PRAGMA max_page_count=1"))
            full.enter_context(each_connection("PRAGMA max_page_count=1"))

        run = broken_off(fill)
        assert run.state == "failed" and "full" in run.reason and "space" in run.advice
        assert 0 < run.seen < 250 and run.seen == run.created
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    assert completes(client, session, repository, harvest)


def test_a_locked_database_ends_the_run_with_the_reason(client, app, session, repository, broken_off, harvest):
    if not is_sqlite(session):
        pytest.skip("SQLite has one writer at a time")
    other = sqlite3.connect(db.engine.url.database, isolation_level=None, check_same_thread=False)
    ends = threading.Timer(1.0, other.rollback)

    def lock() -> None:
        session.commit()  # as the site would come in between two pages
        other.execute("BEGIN IMMEDIATE")
        ends.start()

    with each_connection("PRAGMA busy_timeout=50"):
        run = broken_off(lock)
        assert run.state == "failed" and "locked" in run.reason and run.advice
        assert 0 < run.seen < 250
    ends.join()
    other.close()
    assert completes(client, session, repository, harvest)


def test_a_restarted_server_ends_the_run_with_the_reason(client, app, session, repository, broken_off, harvest):
    if is_sqlite(session):
        pytest.skip("SQLite is no server")
    other = create_engine(db.engine.url)

    def restart() -> None:
        with other.begin() as connection:  # what a client sees of a restart
            others = "datname = current_database() AND pid != pg_backend_pid()"
            connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))

    run = broken_off(restart)
    assert run.state == "failed" and "database failed" in run.reason and run.advice
    assert 0 < run.seen < 250
    other.dispose()
    assert completes(client, session, repository, harvest)


@pytest.mark.slow
def test_a_full_disk_under_a_harvest_loses_nothing(client, app, session, make_source, repository, environment, harvest):
    if not is_sqlite(session):
        pytest.skip("how a server's disk fills cannot be played here")
    make_source("repo", url=repository.url)

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (700_000, 700_000))  # as a disk that is full: no file grows beyond

    words = [sys.executable, "-m", "hub.cli.main", "harvest", "repo"]
    done = subprocess.run(
        words, env={**environment, "PATH": "/usr/bin"}, cwd=ROOT, capture_output=True, text=True, preexec_fn=small, timeout=120
    )
    assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr
    assert "disk" in done.stdout + done.stderr, done.stdout + done.stderr
    session.expire_all()
    assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    assert completes(client, session, repository, harvest)
