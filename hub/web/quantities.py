"""Numbers, lengths, times, money and lists as the visitor's language writes them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_skeleton
from babel.units import format_unit
from flask_babel import format_date, format_datetime, format_decimal, format_percent, format_timedelta, get_locale

from hub.web.messages import gettext as _
from hub.web.messages import ngettext

UNITS = ("year", "month", "week", "day", "hour", "minute")
DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:[\d.]+S)?)?", re.ASCII)


def locale() -> Locale:
    return get_locale() or Locale.parse("en_GB")


def listed(words: tuple[str, ...] | list[str]) -> str:
    """Words as a list in a sentence's own way: "a, b and c"."""
    return locale().list_patterns["standard"]["end"].format(", ".join(words[:-1]), words[-1]) if len(words) > 1 else "".join(words)


def joined(parts: tuple[str | None, ...]) -> str:
    """What there is of two facts, side by side: "MIT, edX"."""
    kept = list(dict.fromkeys(part for part in parts if part))
    return _("%(first)s, %(second)s", first=kept[0], second=kept[1]) if len(kept) > 1 else "".join(kept)


def duration(iso: str | None) -> str:
    """`P12W` -> "12 weeks"; what cannot be read is left out."""
    match = DURATION.fullmatch((iso or "")[:40])
    parts = [(int(value), unit) for value, unit in zip(match.groups(), UNITS, strict=True) if value and int(value)] if match else []
    return " ".join(length(value, unit) for value, unit in parts[:2])


def length(value: int, unit: str) -> str:
    """A number of years, months, weeks, days, hours or minutes. (Babel has no long Chinese names of these units.)"""
    words = {
        "year": lambda: ngettext("%(num)s year", "%(num)s years", value),
        "month": lambda: ngettext("%(num)s month", "%(num)s months", value),
        "week": lambda: ngettext("%(num)s week", "%(num)s weeks", value),
        "day": lambda: ngettext("%(num)s day", "%(num)s days", value),
        "hour": lambda: ngettext("%(num)s hour", "%(num)s hours", value),
        "minute": lambda: ngettext("%(num)s minute", "%(num)s minutes", value),
    }
    return str(words[unit]())


def workload(low: float | None, high: float | None) -> str:
    """Hours a week: "4 hours a week", "3 to 5 hours a week"."""
    low, high = (low if low is not None else high), (high if high is not None else low)
    if low is None or high is None:
        return ""
    if low == high:
        return ngettext("%(hours)s hour a week", "%(hours)s hours a week", 1 if low == 1 else 2, hours=format_decimal(low))
    return _("%(low)s to %(high)s hours a week", low=format_decimal(low), high=format_decimal(high))


def day(moment: datetime | date | None) -> str:
    """ "23 Nov 2026"."""
    return format_date(moment, "medium") if moment else ""


def parsed(text: str) -> datetime:
    """A moment as JSON has it (ISO 8601)."""
    return datetime.fromisoformat(text)


def month(moment: datetime | date | None) -> str:
    """ "Nov 2026"."""
    return format_skeleton("yMMM", moment, locale=locale()) if moment else ""


def moment(at: datetime | None) -> str:
    """A moment in UTC: "23 Nov 2026, 11:58"."""
    return _("%(day)s, %(time)s", day=day(at), time=format_datetime(at, "HH:mm")) if at else ""


def stars(score: float) -> str:
    """A score of 1 to 5 with one decimal."""
    return format_decimal(score, format="0.0")


def ago(at: datetime | None) -> str:
    """ "2 hours ago"."""
    if at is None:
        return ""
    passed = at - datetime.now(UTC)
    return _("just now") if abs(passed.total_seconds()) < 45 else format_timedelta(passed, granularity="second", add_direction=True)


def took(begin: datetime | None, end: datetime | None) -> str:
    """How long something lasted: "48 seconds"."""
    return format_timedelta(end - begin, granularity="second") if begin and end and end >= begin else ""


def number(value: int | float | Decimal) -> str:
    if isinstance(value, int) and 0 <= value < 1000:  # most counts on a page; no language that we have groups these
        return str(value)
    return format_decimal(value)


def percent(value: float) -> str:
    """From 0 to 1 -> "92%"."""
    return format_percent(value)


def price(amount: Decimal | None, currency: str | None) -> str:
    """ "Free", "EUR 49"; empty when unknown."""
    if amount is None:
        return ""
    if amount == 0:
        return _("Free")
    return f"{currency or ''} {format_decimal(amount)}".strip()


def volume(size: int) -> str:
    """Bytes as people read them: "1.2 MB"."""
    for unit, scale in (("gigabyte", 1_000_000_000), ("megabyte", 1_000_000), ("kilobyte", 1000)):
        if size >= scale:
            return str(format_unit(round(size / scale, 1), f"digital-{unit}", "short", locale=locale()))
    return str(format_unit(size, "digital-byte", "short", locale=locale()))


SHORT = 260  # characters that a result's snippet has anyway


def weight(text: str) -> int:
    """Length as it looks: a Chinese character is as wide as two letters."""
    return len(text) + (0 if text.isascii() else sum(character > "\u2e7f" for character in text[:1000]))


def is_long(text: str) -> bool:
    """Has it more to say than a snippet shows?"""
    return len(text) > SHORT or weight(text) > SHORT


def beginning(text: str) -> str:
    """The first part of a long text, for a preview."""
    most = 400 if weight(text[:200]) < 300 else 150
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0].rstrip() + "…"
