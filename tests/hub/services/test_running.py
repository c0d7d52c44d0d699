"""Leases, the life of a run, and the sign-in limits: what keeps two from doing the same."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from hub.db import now
from hub.models import Run
from hub.services import joining, leasing, running


def test_a_lease_is_held_by_one(session, make_source):
    source = make_source()
    leasing.acquire(session, source.id)
    with pytest.raises(leasing.AlreadyRunning):
        leasing.acquire(session, source.id)
    assert leasing.is_held(session, source.id) == leasing.me()
    leasing.release(session, source.id)
    assert leasing.is_held(session, source.id) is None
    leasing.acquire(session, source.id)


def test_the_lease_of_a_process_that_ended_is_free_at_once(session, make_source):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    source = make_source(lease_owner=leasing.holder_of(process.pid), lease_at=now())
    assert leasing.is_held(session, source.id)
    process.kill()
    process.communicate()
    assert leasing.is_held(session, source.id) is None
    leasing.acquire(session, source.id)


def test_a_number_that_another_process_has_now_frees_the_lease(session, make_source):
    name, _, _ = leasing.me().rpartition("/")
    source = make_source(lease_owner=f"{name}/1", lease_at=now())
    assert leasing.is_gone(f"{name}/1") and leasing.is_held(session, source.id) is None


def test_the_lease_of_another_host_ends_with_its_signs_of_life(session, make_source):
    source = make_source(lease_owner="elsewhere/7/9", lease_at=now() - leasing.LIFETIME + timedelta(seconds=20))
    assert leasing.is_held(session, source.id) == "elsewhere/7/9"
    source.lease_at = now() - leasing.LIFETIME - timedelta(seconds=1)
    session.commit()
    leasing.acquire(session, source.id)
    assert str(os.getpid()) in leasing.me()


def test_only_runs_that_nobody_works_on_are_abandoned(session, make_source):
    def make(name, **values):
        held = values.pop("held", False)
        source = make_source(name, lease_owner=leasing.me() if held else None, lease_at=now() if held else None)
        run = Run(source_id=source.id, created_at=now(), **values)
        session.add(run)
        session.commit()
        return run.id

    old = now() - timedelta(minutes=5)
    make("alive", state="running", heartbeat_at=now(), held=True)
    dead = make("dead", state="running", heartbeat_at=now())
    make("fresh", state="queued")
    lost = make("lost", state="queued", heartbeat_at=old)
    make("done", state="succeeded", heartbeat_at=old)
    assert sorted(running.abandoned(session)) == sorted([dead, lost])


def test_asking_a_run_to_stop(session, make_source):
    source = make_source()
    working, waiting, done = (Run(source_id=source.id, state=state, created_at=now()) for state in ("running", "queued", "succeeded"))
    session.add_all([working, waiting, done])
    session.commit()
    leasing.acquire(session, source.id)
    for run in (working, waiting, done):
        running.ask_to_stop(session, run.id)
    session.commit()
    session.expire_all()
    assert (working.state, working.stop_asked, waiting.state, done.state) == ("running", True, "cancelled", "succeeded")


def test_signing_in_and_its_limits(session):
    joining.add(session, "Ada@Example.org", "correct horse battery", admin=True)
    session.commit()
    assert joining.sign_in(session, "ada@example.org ", "correct horse battery", address="1.2.3.4").is_admin
    for _ in range(joining.FREE_TRIES):
        assert joining.sign_in(session, "ada@example.org", "wrong", address="1.2.3.4") is None
    with pytest.raises(joining.TooManyTries) as error:
        joining.sign_in(session, "ada@example.org", "correct horse battery", address="5.6.7.8")
    assert 0 < error.value.wait <= joining.SLOWEST.total_seconds()


@pytest.mark.parametrize(
    ("email", "password"), [("nobody", "long enough words"), ("a@b.org", "short"), ("ada@example.org", "long enough words")]
)
def test_an_account_that_cannot_be(session, email, password):
    joining.add(session, "ada@example.org", "correct horse battery")
    with pytest.raises(joining.BadAccount):
        joining.add(session, email, password)


@pytest.fixture
def stopped(session, make_source):
    """A harvest that failed with a place to go on from."""
    source = make_source(deadline=30)
    run = running.prepare(session, source)
    run.state, run.checkpoint, run.finished_at, run.heartbeat_at, run.worked = "failed", [{"url": "http://x"}], now(), now(), 1700
    session.commit()
    return run


def test_a_run_that_ended_goes_on_with_its_whole_time(session, stopped):
    run = running.resume(session, stopped.id, cause="Ada")
    assert (run.id, run.state, run.urgent, run.cause, run.worked, run.finished_at) == (stopped.id, "queued", True, "Ada", 0, None)


def test_a_run_that_cannot_go_on_says_why(session, stopped):
    stopped.checkpoint = None
    session.commit()
    with pytest.raises(running.NotResumable, match="kept no place"):
        running.resume(session, stopped.id)
    stopped.state = "succeeded"
    session.commit()
    with pytest.raises(running.NotResumable, match="nothing to go on with"):
        running.resume(session, stopped.id)
    newer = running.prepare(session, stopped.source, full=True)
    stopped.state = "failed"
    session.commit()
    with pytest.raises(running.NotResumable, match=f"Run {newer.id} came after"):
        running.resume(session, stopped.id)


def test_a_run_at_work_cannot_be_resumed_twice(session, stopped):
    leasing.acquire(session, stopped.source_id)
    with pytest.raises(leasing.AlreadyRunning):
        running.resume(session, stopped.id)


def test_the_time_of_a_run_goes_on_counting_after_its_worker_died(session, make_source):
    source = make_source(deadline=30)
    run = running.prepare(session, source)
    engine = session.get_bind()
    assert not running.Watch(engine, run)()
    run.worked = 30 * 60 + 1
    session.commit()
    watch = running.Watch(engine, run)
    assert watch() and watch.verdict()[:2] == ("failed", "The run was ended after 0:30:00: no run of this source works longer.")
