"""Cron expressions in time zones, and the runs that they bring."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.db import db, now
from hub.models import Run, Source
from hub.services import leasing, running, scheduling


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def moments(expression, zone, after, count=3):
    return [f"{moment:%m-%d %H:%M%z}" for moment in scheduling.next_times(expression, zone, count=count, after=utc(after))]


def test_a_time_that_the_clocks_skip_comes_when_they_have():
    assert moments("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00") == ["03-28 03:00+0200", "03-29 02:30+0200", "03-30 02:30+0200"]


def test_a_time_that_comes_twice_is_meant_once():
    assert moments("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00") == ["10-31 02:30+0200", "11-01 02:30+0100", "11-02 02:30+0100"]
    between = moments("30 2 * * *", "Europe/Berlin", "2027-10-31T01:10", 1)  # 02:10, the second time
    assert between == ["11-01 02:30+0100"]


def test_every_hour_is_every_hour_when_the_clocks_change():
    for day in ("2027-03-28T00:30", "2027-10-31T00:30"):
        times = scheduling.next_times("0 * * * *", "Europe/Berlin", after=utc(day))
        assert [b.astimezone(UTC) - a.astimezone(UTC) for a, b in itertools.pairwise(times)] == [timedelta(hours=1)] * 4


def test_a_zone_without_such_changes():
    assert moments("0 3 * * *", "Asia/Shanghai", "2027-03-27T18:59") == ["03-28 03:00+0800", "03-29 03:00+0800", "03-30 03:00+0800"]
    assert moments("0 3 * * MON", "Asia/Shanghai", "2027-03-28T18:59", 1) == ["03-29 03:00+0800"]


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("", "five fields"),
        ("0 3 * *", "not 4"),
        ("0 0 3 * * *", "not 6"),
        ("60 3 * * *", "The minute '60'"),
        ("0 24 * * *", "The hour '24'"),
        ("0 3 0 * *", "The day of the month '0'"),
        ("0 3 * 13 *", "The month '13'"),
        ("0 3 * * 8", "The day of the week '8'"),
        ("0 3 5-1 * *", "The day of the month '5-1'"),
        ("0 3 31 2 *", "There is no day"),
        ("０ 3 * * *", "plain characters"),
        ("0 " * 200, "plain characters"),
        ("0 3 * * */0", "The day of the week"),
    ],
)
def test_what_is_no_schedule_says_what_is_wrong(expression, said):
    with pytest.raises(scheduling.BadSchedule) as error:
        scheduling.parse(expression)
    assert said in str(error.value)


@given(st.text() | st.text(alphabet="0123456789*/-,L# JANMONW"))
def test_any_text_is_a_schedule_or_is_refused(text):
    try:
        kept = scheduling.parse(text)
    except scheduling.BadSchedule:
        return
    assert scheduling.parse(kept) == kept
    times = scheduling.next_times(kept, "Asia/Shanghai", count=2)
    assert times == sorted(times)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "asia/shanghai\n", "+08:00"])
def test_what_is_no_time_zone_is_refused(name):
    with pytest.raises(scheduling.BadSchedule, match="IANA"):
        scheduling.zone(name)


@pytest.fixture
def due(session, make_source):
    """A source whose time has come an hour ago, and passed three times since."""

    def make(name="one", **values):
        return make_source(name, schedule="*/20 * * * *", next_at=now() - timedelta(hours=1), **values)

    return make


def test_times_that_were_missed_become_one_run(session, due):
    source = due()
    (run_id,) = scheduling.start_due(session)
    session.expire_all()
    run = session.get(Run, run_id)
    assert (run.state, run.cause, run.urgent, run.task) == ("queued", "schedule", False, "harvest")
    assert now() < source.next_at <= now() + timedelta(minutes=20)
    assert scheduling.start_due(session) == []


def test_what_rests_is_not_started(session, due):
    due("paused", paused=True), due("draft", draft=True), due("retired", retired_at=now())
    assert scheduling.start_due(session) == []


@pytest.mark.parametrize("state", ["queued", "running", "waiting"])
def test_a_source_with_an_open_run_waits_for_its_next_time(session, due, state):
    source = due()
    run = running.prepare(session, source)
    run.state = state
    session.commit()
    assert scheduling.start_due(session) == []
    session.expire_all()
    assert run.state == state and source.next_at > now(), "a run that waits for approval is not replaced"


def test_a_source_at_work_at_something_else_is_harvested_when_that_has_ended(session, due):
    source = due()
    leasing.acquire(session, source.id)
    assert scheduling.start_due(session) == []
    session.expire_all()
    assert source.next_at < now(), "a preview must not cost a weekly harvest"
    leasing.release(session, source.id)
    assert len(scheduling.start_due(session)) == 1 and source.next_at > now()


def test_a_run_that_was_broken_off_goes_on(session, due):
    source = due()
    run = running.prepare(session, source)
    run.state, run.checkpoint, run.heartbeat_at = "failed", [{"url": "http://x/2"}], now()
    session.commit()
    assert scheduling.start_due(session) == [run.id]


def test_several_workers_start_each_run_once(app, session, due):
    for n in range(5):
        due(f"s{n}")
    started, together = [], Barrier(4)

    def look():
        with app.app_context():
            together.wait()
            started.extend(scheduling.start_due(db.session()))

    threads = [Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(started) == sorted(session.scalars(select(Run.id))) and len(started) == 5


def test_a_schedule_that_goes_on_does_not_make_up_for_what_it_missed(session, due):
    source = due()
    scheduling.pause(source, paused=True)
    session.commit()
    assert source.next_at is None
    scheduling.pause(source, paused=False)
    session.commit()
    assert source.next_at > now() and scheduling.start_due(session) == []


def test_a_schedule_is_set_shown_and_taken_away(session, make_source):
    source = make_source()
    scheduling.set_schedule(session, source, " 0  3 * * * ", "Asia/Shanghai")
    session.commit()
    assert (source.schedule, source.next_at.astimezone(UTC).hour) == ("0 3 * * *", 19)
    assert [one.source for one in scheduling.coming(session)] == ["one"]
    scheduling.set_schedule(session, source, None, "UTC")
    session.commit()
    assert source.next_at is None and not scheduling.coming(session)


def test_a_schedule_that_is_no_longer_understood_stops_itself_alone(session, due):
    bad, good = due("bad"), due("good")
    session.execute(Source.__table__.update().where(Source.id == bad.id).values(timezone="Gone/Zone"))
    session.commit()
    session.expire_all()
    assert len(scheduling.start_due(session)) == 2 and good.next_at > now()
    session.expire_all()
    assert bad.next_at is None
