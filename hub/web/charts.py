"""Charts in words and coordinates: the finding, the axis, the bars. What is drawn stands in templates/macros/chart.html."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from babel import dates

from hub.services.charting import Chart
from hub.web import spreadsheets
from hub.web.messages import gettext as _
from hub.web.messages import lazy_gettext as _l
from hub.web.messages import ngettext
from hub.web.quantities import day, locale, number

WIDTH, HEIGHT, LEFT, FOOT = 720, 180, 52, 24  # of the drawing; its axis stands LEFT of the bars and FOOT above the end
GAP = 2  # between parts that stand on one another, so that nothing rests on colour alone
CHARTS = {"sizes": _l("Records over time"), "outcomes": _l("What came of the records"), "durations": _l("How long runs took")}
SERIES = {
    "records": _l("Records"),
    "created": _l("New"),
    "updated": _l("Updated"),
    "failed": _l("Failed"),
    "seconds": _l("Longest run"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a day's column: its series and its place in the drawing."""

    series: int
    x: float
    y: float
    width: float
    height: float


def chart_name(name: str) -> str:
    return str(CHARTS.get(name, name))


def series_name(name: str) -> str:
    return str(SERIES.get(name, name))


def chart_value(series: str, value: float | None) -> str:
    """A value in words; a dash where nothing is known."""
    if value is None:
        return "–"
    return (
        dates.format_timedelta(timedelta(seconds=value), granularity="second", locale=locale())
        if series == "seconds"
        else number(int(value))
    )


def finding(chart: Chart) -> str:
    """What the chart shows, in a sentence: its label for those who do not see it."""
    if chart.empty or chart.peak is None:
        return _("Nothing failed.") if chart.name == "outcomes" and not chart.empty else _("No run in this time.")
    at, height = chart.peak
    if chart.name == "sizes":
        last = next(value for value in reversed(chart.series[0].values) if value is not None)
        return ngettext("%(count)s record at the end.", "%(count)s records at the end.", int(last), count=number(int(last)))
    if chart.name == "outcomes":
        return _("Failures peaked on %(day)s at %(count)s.", day=day(at), count=number(int(height)))
    return _("The longest run took %(time)s, on %(day)s.", time=chart_value("seconds", height), day=day(at))


def bars(chart: Chart) -> Iterator[Bar]:
    """Every bar of every day, each upon the one before it."""
    step, scale = (WIDTH - LEFT) / max(len(chart.days), 1), HEIGHT / (ceiling(chart.top) or 1)
    for place, (_day, values) in enumerate(chart.rows()):
        foot = float(HEIGHT)
        for series, value in enumerate(values):
            if value:
                height = max(value * scale, 1.0)
                shown = height - GAP if height > 3 * GAP else height
                yield Bar(
                    series, round(LEFT + place * step + step * 0.15, 1), round(foot - shown, 1), round(step * 0.7, 1), round(shown, 1)
                )
                foot -= height


def ticks(chart: Chart) -> list[tuple[float, str]]:
    """(y, words) of the lines behind the bars."""
    top = ceiling(chart.top)
    if not top:
        return []
    series = chart.series[0].name
    return [(round(HEIGHT * (1 - share), 1), axis_value(series, top * share)) for share in (0, 0.5, 1)]


def axis_value(series: str, value: float) -> str:
    """A value as short as an axis wants it."""
    if series == "seconds" and value < 10:
        return _("%(seconds)s s", seconds=number(round(value, 1 if value >= 1 else 2)))
    if series == "seconds":
        return dates.format_timedelta(timedelta(seconds=value), format="narrow", granularity="second", locale=locale())
    return _("%(thousands)sk", thousands=number(round(value / 1000, 1))) if value >= 10_000 else number(round(value, 1))


def marks(chart: Chart) -> list[tuple[float, str]]:
    """(x, day and month) of some days under the bars."""
    step = (WIDTH - LEFT) / max(len(chart.days), 1)
    every = max(1, math.ceil(len(chart.days) / 5))
    shown = ((place, at) for place, at in enumerate(chart.days) if place % every == every // 2)
    return [(round(LEFT + (place + 0.5) * step, 1), dates.format_skeleton("MMMd", at, locale=locale())) for place, at in shown]


def ceiling(value: float) -> float:
    """The next round number: 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 0
    power = 10 ** math.floor(math.log10(value))
    return float(next(power * step for step in (1, 2, 5, 10) if power * step >= value * 0.999999))


def csv(chart: Chart) -> Iterator[str]:
    """The chart as a table for a spreadsheet."""
    rows = ((at.isoformat(), *("" if value is None else f"{value:g}" for value in values)) for at, values in chart.rows())
    return spreadsheets.lines(("day", *(one.name for one in chart.series)), rows)
