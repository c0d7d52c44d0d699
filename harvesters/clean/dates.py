# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""A moment as sources write it -> UTC. Lenient about form, never guessing: an impossible or ambiguous date is None."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

FIRST, LAST = 1900, 2200  # years
_MONTHS = {name: number for number, names in enumerate((
    "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august", "sep sept september",
    "oct october", "nov november", "dec december"), 1) for name in names.split()}  # fmt: skip
_ZONES = {
    "z": 0,
    "ut": 0,
    "utc": 0,
    "gmt": 0,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
}  # RFC 822, section 5
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
_ZONE = r"\s*(?P<zone>gmt[+-]\d{1,2}|[+-]\d{2}:?\d{2}|[+-]\d{2}|z|utc?|gmt|[ecmp][sd]t)?"
_TIME = rf"(?:{_CLOCK}{_ZONE})?"
_FORMS = tuple(re.compile(form) for form in (
    rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:[t\s]\s*{_CLOCK}{_ZONE}|z|[+-]\d{{2}}:\d{{2}})?",  # ISO 8601, a zone after a bare date (XML Schema)
    rf"(?P<year>\d{{4}})(?P<month>\d{{2}})(?P<day>\d{{2}})(?:t?(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}}){_ZONE})?",
    rf"(?P<year>\d{{4}})[/.](?P<month>\d{{1,2}})[/.](?P<day>\d{{1,2}})\s*{_TIME}",
    rf"(?P<year>\d{{4}})\s*年\s*(?:(?P<month>\d{{1,2}})\s*月\s*(?:(?P<day>\d{{1,2}})\s*[日号]\s*{_TIME})?)?",
    rf"(?:[a-z]{{3,9}}\.?,?\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-](?P<name>[a-z]{{3,9}})\.?,?[\s-](?P<year>\d{{4}}|\d{{2}})\s*{_TIME}",  # RFC 822
    rf"(?:[a-z]{{3,9}}\.?,?\s+)?(?P<name>[a-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\s*{_TIME}",
    r"(?P<name>[a-z]{3,9})\.?,?\s+(?P<year>\d{4})",
    r"(?P<year>\d{4})-(?P<month>\d{2})",
    r"[\[(]?(?:c|ca\.|©)?\s?(?P<year>\d{4})[\])]?",
    rf"(?P<first>\d{{1,2}})[/.](?P<second_>\d{{1,2}})[/.](?P<year>\d{{4}})\s*{_TIME}",
))  # fmt: skip
_ABSENT = {"", "tbd", "tba", "tbc", "n/a", "na", "none", "null", "unknown", "-", "–", "待定", "未定", "未知", "无", "to be announced", "to be determined", "to be confirmed", "0000-00-00", "0000-00-00 00:00:00", "0", "-1"}  # fmt: skip
_FAR = 9_000_000_000_000_000  # "never ends", as systems write it (2**63 - 1 and neighbours)


def moment(value: object) -> datetime | None:
    """UTC; a time without zone is UTC, a date is its first instant, epoch seconds and milliseconds are known by their size."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _number(value)
    return _text(value.strip()) if isinstance(value, str) and len(value) <= 100 else None


def bad(value: object) -> bool:
    """The source meant to give a date, and it is not one ("2026-02-30"), as opposed to none at all ("TBD", -1)."""
    if value is None or isinstance(value, bool) or moment(value) is not None:
        return False
    if isinstance(value, (int, float)):
        return 0 < value < _FAR
    return not isinstance(value, str) or value.strip().lower() not in _ABSENT


def _number(value: int | float) -> datetime | None:
    if not 0 < value < _FAR:  # also False for NaN
        return None
    if isinstance(value, int) and FIRST <= value <= LAST:
        return datetime(value, 1, 1, tzinfo=UTC)
    if value >= 100_000_000_000:
        value /= 1000
    if not 100_000_000 <= value < 7_300_000_000:
        return None
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
    return found if found.year <= LAST else None


@lru_cache(maxsize=4096)
def _text(value: str) -> datetime | None:
    value = unicodedata.normalize("NFKC", value).strip().lower()
    if value in _ABSENT:
        return None
    if value.isascii() and value.isdigit() and len(value) in (9, 10, 12, 13):
        return _number(int(value))
    for form in _FORMS:
        found = form.fullmatch(value)
        if found:
            return _build(found.groupdict())
    return None


def _build(part: dict[str, str | None]) -> datetime | None:
    year = int(part["year"] or 0)
    if len(part["year"] or "") == 2:
        year += 2000 if year < 70 else 1900
    month, day = _month_and_day(part)
    zone = _zone(part.get("zone"))
    if not FIRST <= year <= LAST or month is None or zone is None:
        return None
    fraction = int(f"{part.get('fraction') or '0':0<6}"[:6])
    second = min(int(part.get("second") or 0), 59) if part.get("second") in (None, "60") else int(part["second"] or 0)
    try:
        found = datetime(year, month, day, int(part.get("hour") or 0), int(part.get("minute") or 0), second, fraction, timezone(zone))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _month_and_day(part: dict[str, str | None]) -> tuple[int | None, int]:
    if part.get("name"):
        return _MONTHS.get(part["name"] or ""), int(part.get("day") or 1)
    if "first" in part:  # 25/12/2026 can be read one way only, 03/04/2026 cannot
        first, second = int(part["first"] or 0), int(part["second_"] or 0)
        if first == second or second > 12:
            return first, second
        return (second, first) if first > 12 else (None, 0)
    return int(part.get("month") or 1), int(part.get("day") or 1)


def _zone(name: str | None) -> timedelta | None:
    if not name:
        return timedelta(0)
    if name in _ZONES:
        return timedelta(hours=_ZONES[name])
    if name.startswith("gmt"):  # "GMT-4", as Zope and Plone write it
        name = f"{name[3]}{name[4:]:0>2}"
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        return None
    return -offset if name[0] == "-" else offset
