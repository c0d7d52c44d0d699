# ruff: noqa: E501  (an example a line)
"""Durations, workloads, prices and levels."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.clean import duration, level, money, workload
from harvesters.record import LEVELS


@pytest.mark.parametrize(
    ("written", "expected"),
    [("6 weeks", "P6W"), ("10 hours", "PT10H"), ("PT4H", "PT4H"), ("12周", "P12W"), ("P6W", "P6W"), ("1 hour 30 minutes", "PT1H30M"), ("1h 30m", "PT1H30M"), ("01:30:00", "PT1H30M"),
     ("90 minutes", "PT1H30M"), ("Approx. 20 hours to complete", "PT20H"), ("6 weeks, 4-6 hours per week", "P6W"), ("2.5 weeks", "P17DT12H"), ("3个月", "P3M"), ("P1Y2M10DT2H30M", "P1Y2M10DT2H30M"),
     ("4 weeks long", "P4W"), ("PT90M", "PT1H30M"), ("4-6 hours per week", None), ("8-10 weeks", None), ("P19M21S", None), ("0", None), ("P0D", None), ("self-paced", None), ("900 years", None), (None, None),
     ("P", None), ("PT", None), ("10 hours per week", None), ("每周3小时", None)],
)  # fmt: skip
def test_durations(written, expected):
    assert duration.duration(written) == expected


def test_a_bare_number_needs_a_unit():
    assert duration.duration(6) is None
    assert duration.duration(6, "weeks") == duration.duration("6", "weeks") == "P6W"
    assert duration.duration("3600", "seconds") == "PT1H"
    assert duration.hours("P1W") == 168 and duration.hours("PT90M") == 1.5 and duration.hours("nonsense") is None


@given(st.integers(1, 500), st.sampled_from(["weeks", "hours", "days", "months", "周", "小时", "minutes"]))
@settings(max_examples=60, deadline=None)
def test_what_comes_out_goes_in(amount, unit):
    found = duration.duration(f"{amount} {unit}")
    if found is not None:
        assert duration.duration(found) == found
        assert duration.hours(found) > 0


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [("4-6 hours per week", 4, 6), ("每周3-5小时", 3, 5), ("3-4小时每周", 3, 4), ("10-12 hours/week", 10, 12), ("7 hrs/wk", 7, 7), ("5 Hours per Week", 5, 5), ("2h/week", 2, 2), ("3-5小时/周", 3, 5),
     ("up to 5 hours a week", None, 5), ("at least 3 hours per week", 3, None), ("between 2 and 4 hours per week", 2, 4), ("1 hour per day", 7, 7), ("90 minutes per week", 1.5, 1.5), ("6 to 4 hours a week", 4, 6),
     ("10 hours total", None, None), ("10 hours", None, None), ("200 hours per week", None, None), ("", None, None), (None, None, None)],
)  # fmt: skip
def test_workloads(written, low, high):
    assert workload.workload(written) == (low, high)


def test_workload_of_a_weekly_field_and_of_moochub_units():
    assert workload.workload("4-6 hours", weekly=True) == (4, 6)
    assert workload.workload("04:30", weekly=True) == (4.5, 4.5)
    assert workload.workload("10 hours total", weekly=True) == (None, None)
    assert workload.workload(1080, weekly=True) == (None, None)
    assert workload.workload(3, "h/week") == (3, 3)
    assert workload.workload("13", "h/month") == (2.99, 2.99)
    assert workload.both(7, 5) == (5, 7)


@pytest.mark.parametrize(
    ("written", "amount", "currency"),
    [("¥199.00", "199", "CNY"), ("USD 49", "49", "USD"), ("免费", "0", None), ("Free", "0", None), (0, "0", None), ("1.299,00 €", "1299", "EUR"), ("$1,299.50", "1299.50", "USD"), ("HK$ 1,200", "1200", "HKD"),
     ("199元", "199", "CNY"), ("49", "49", None), ("1 299 EUR", "1299", "EUR"), ("0.00", "0", None), (99.9, "99.90", None)],
)  # fmt: skip
def test_prices(written, amount, currency):
    assert money.money(written) == (Decimal(amount), currency)


@pytest.mark.parametrize("written", ["$49 - $99", "-5", "", "call us", None, True, float("inf"), "99999999999", "1e999"])
def test_no_prices(written):
    assert money.money(written) is None


def test_currency_beside_the_amount():
    assert money.money("150.00", "usd") == (Decimal(150), "USD")
    assert money.money("¥5", "USD") == (Decimal(5), "CNY")
    assert money.currency("RMB") == "CNY" and money.currency("XYZ") is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [("Beginner", ("introductory",)), ("Undergraduate", ("undergraduate",)), ("Graduate", ("postgraduate",)), ("higher education", ("undergraduate", "postgraduate")), ("初级", ("introductory",)),
     ("本科", ("undergraduate",)), ("高职", ("vocational",)), ("研究生", ("postgraduate",)), ("INTERMEDIATE", ("intermediate",)), ("Graduate / Professional", ("postgraduate", "professional")),
     ("High School", ("school",)), ("Beginner, Intermediate", ("introductory", "intermediate")), ("http://w3id.org/kim/educationalLevel/level_07", ("postgraduate",)), ("All levels", ("introductory", "intermediate", "advanced")),
     ("Advanced level", ("advanced",)), ("nonsense", ()), ("", ())],
)  # fmt: skip
def test_levels(written, expected):
    assert level.levels([written]) == expected


@given(st.lists(st.text(max_size=30) | st.none() | st.integers(), max_size=5))
@settings(max_examples=60, deadline=None)
def test_levels_are_ours(values):
    assert set(level.levels(values)) <= set(LEVELS)


@given(st.text(max_size=60) | st.integers() | st.floats())
@settings(max_examples=80, deadline=None)
def test_nothing_fails(value):
    duration.duration(value)
    found = money.money(value)
    assert found is None or found.amount >= 0
    low, high = workload.workload(value, weekly=True)
    assert low is None or high is None or 0 < low <= high <= 168
