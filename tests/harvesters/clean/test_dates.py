# ruff: noqa: E501, DTZ001  (an example a line)
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.clean import dates

FIRST_OF_MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    ["2026-03-01", "2026-03-01T00:00:00Z", "2026-03-01T08:00:00+08:00", "2026-03-01 00:00:00", "20260301", "2026/3/1", "2026.03.01", "2026年3月1日", "2026年3月", "2026-03", "Mar 2026",
     "1 March 2026", "March 1, 2026", "Sun, 01 Mar 2026 00:00:00 GMT", "Sun, 1 Mar 2026 00:00:00 +0000", "Sat, 28 Feb 2026 19:00:00 EST", "２０２６年３月１日", 1772323200, 1772323200000,
     "1772323200", "1772323200000", "2026-03-01T00:00:00.000000000Z", " 2026-03-01 ", "2026-3-1", "20260301T000000Z"],
)  # fmt: skip
def test_one_moment_in_many_forms(written):
    assert dates.moment(written) == FIRST_OF_MARCH
    assert not dates.bad(written)


def test_others():
    assert dates.moment("2010") == dates.moment(2010) == dates.moment("[2010]") == dates.moment("c2010") == datetime(2010, 1, 1, tzinfo=UTC)
    assert dates.moment("25/12/2026") == datetime(2026, 12, 25, tzinfo=UTC)
    assert dates.moment("2016-10-15T00:00:00+02:00") == datetime(2016, 10, 14, 22, tzinfo=UTC)
    assert dates.moment("2017/08/29 05:40:59.067 GMT-4") == datetime(2017, 8, 29, 9, 40, 59, 67000, tzinfo=UTC)
    assert dates.moment("2022-10-18 14:23:35 +0000") == datetime(2022, 10, 18, 14, 23, 35, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-30",
        "32 May",
        "2026-13-01",
        "03/04/2026",
        "1899-12-31",
        "2201-01-01",
        "soon",
        "2026-03-01T25:00:00Z",
        "31 April 2026",
        "2026-03-01T00:00:00+99:99",
    ],
)
def test_bad_dates_are_none_and_known_to_be_bad(written):
    assert dates.moment(written) is None
    assert dates.bad(written)


@pytest.mark.parametrize("written", [None, "", "TBD", "待定", "N/A", -1, "-1", 0, 9223372036854775807, "0000-00-00", True, float("nan")])
def test_absent_dates_are_none_and_not_bad(written):
    assert dates.moment(written) is None
    assert not dates.bad(written)


@given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 12, 30)))
@settings(max_examples=80, deadline=None)
def test_iso_round_trip(moment):
    assert dates.moment(moment.isoformat()) == moment.replace(tzinfo=UTC)
    assert dates.moment(moment.replace(tzinfo=UTC).isoformat()) == moment.replace(tzinfo=UTC)


@given(st.text(max_size=40) | st.integers() | st.floats() | st.text(alphabet="0123456789-/: TZ+年月日.", max_size=25))
@settings(max_examples=100, deadline=None)
def test_anything_gives_utc_in_bounds_or_none(value):
    found = dates.moment(value)
    if found is not None:
        assert found.tzinfo is UTC or found.utcoffset().total_seconds() == 0
        assert 1899 <= found.year <= 2201
