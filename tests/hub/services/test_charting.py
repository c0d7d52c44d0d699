"""Numbers of runs by day: what was known stays known, what nobody knows is no zero."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.db import now
from hub.models import Run
from hub.services import charting


@pytest.fixture
def ran(session):
    def add(source, days, *, seconds=60, task="harvest", **counts):
        begun = now() - timedelta(days=days)
        run = Run(
            source_id=source.id, state="succeeded", task=task, created_at=begun, started_at=begun,
            finished_at=begun + timedelta(seconds=seconds), **counts,
        )  # fmt: skip
        session.add(run)
        session.commit()

    return add


def values(chart, place=0):
    return list(chart.series[place].values)


def test_without_runs_there_is_nothing_to_draw(session, make_source):
    make_source()
    assert [(chart.empty, chart.top, chart.peak, len(chart.days)) for chart in charting.charts(session)] == [(True, 0, None, 14)] * 3
    assert len(charting.chart(session, "sizes", days=90).days) == 90


def test_sizes_stay_until_the_next_run_and_add_up(session, make_source, ran):
    one, two = make_source("one"), make_source("two")
    ran(one, 30, live=5)
    ran(one, 3, live=8)
    ran(two, 5, live=100)
    ran(two, 5, live=7, task="preview")
    every = values(charting.chart(session, "sizes"))
    assert every[:8] == [5] * 8 and every[8] == every[9] == 105 and every[10:] == [108] * 4
    assert values(charting.chart(session, "sizes", source="one")) == [5] * 10 + [8] * 4
    assert values(charting.chart(session, "sizes", source="two"))[:8] == [None] * 8


def test_outcomes_of_a_day_add_up(session, make_source, ran):
    source = make_source()
    ran(source, 2, created=5, updated=1, failed=2)
    ran(source, 2, created=1, updated=1, failed=9, task="retry")
    chart = charting.chart(session, "outcomes")
    assert [one.values[-3] for one in chart.series] == [6, 2, 11]
    assert chart.top == 19
    assert chart.peak == (chart.days[-3], 11)


def test_the_longest_run_of_each_day(session, make_source, ran):
    source = make_source()
    ran(source, 1, seconds=30)
    ran(source, 1, seconds=90)
    assert values(charting.chart(session, "durations"))[-2:] == [90, None]
