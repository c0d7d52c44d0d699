# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""How long a whole course takes -> ISO 8601. Hours a week are not a duration: `workload` reads those."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ISO = re.compile(
    r"p(?=.)(?:(?P<y>\d{1,4}(?:[.,]\d{1,3})?)y)?(?:(?P<mo>\d{1,4}(?:[.,]\d{1,3})?)m)?(?:(?P<w>\d{1,4}(?:[.,]\d{1,3})?)w)?(?:(?P<d>\d{1,5}(?:[.,]\d{1,3})?)d)?"
    r"(?:t(?=.)(?:(?P<h>\d{1,6}(?:[.,]\d{1,3})?)h)?(?:(?P<m>\d{1,7}(?:[.,]\d{1,3})?)m)?(?:(?P<s>\d{1,9}(?:[.,]\d{1,3})?)s)?)?"
)
_UNITS = {"year": "y", "yr": "y", "jahr": "y", "month": "mo", "mo": "mo", "monat": "mo", "mes": "mo", "week": "w", "wk": "w", "woche": "w", "semaine": "w", "semana": "w", "day": "d",
          "tag": "d", "jour": "d", "hour": "h", "hr": "h", "h": "h", "stunde": "h", "heure": "h", "hora": "h", "minute": "m", "min": "m", "m": "m", "second": "s", "sec": "s", "s": "s",
          "d": "d", "w": "w", "年": "y", "个月": "mo", "個月": "mo", "月": "mo", "周": "w", "週": "w", "星期": "w", "个星期": "w", "天": "d", "日": "d", "小时": "h", "个小时": "h", "小時": "h",
          "学时": "h", "课时": "h", "學時": "h", "分钟": "m", "分鐘": "m", "分": "m", "秒": "s"}  # fmt: skip
_AMOUNT = re.compile(
    r"(?<![\d.,-])(\d{1,6}(?:\.\d{1,2})?)\s*-?\s*("
    + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    + r")(?:e?n|s|es|months?)?(?![a-z])"
)
_RATE = re.compile(
    r"[\d.]{1,8}\s*(?:-|–|to|~|至|到|bis)?\s*[\d.]{0,8}\s*(?:hours?|hrs?|h|stunden|minutes?|min|小时|小時|学时|分钟)\.?\s*"
    r"(?:per|a|each|every|/|pro|每|by)\s*(?:week|wk|day|month|session|lesson|woche|周|週|天|日|月)|(?:每|一)(?:周|週|天|日|月|星期)\D{0,6}[\d.]{1,8}\s*(?:-|–|~|至|到)?\s*[\d.]{0,8}\s*(?:个)?(?:小时|小時|学时|分钟|课时)|weekly|每周|/\s*w(?:ee)?k"
)
_RANGE = re.compile(r"\d\s*(?:-|–|~|to|至|到|bis)\s*\d")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})")
_HOURS = {"y": 8766.0, "mo": 730.5, "w": 168.0, "d": 24.0, "h": 1.0, "m": 1 / 60, "s": 1 / 3600}
_LONGEST = 20 * 8766.0  # hours


def duration(value: object, unit: str = "") -> str | None:
    """ISO 8601. A bare number is read in `unit` ("weeks", "seconds", …) where the caller knows it; a range is not one duration."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        value = f"{value:g}"
    return _read(value, unit) if isinstance(value, str) and len(value) <= 300 else None


@lru_cache(maxsize=4096)
def _read(value: str, unit: str) -> str | None:
    text = " ".join(unicodedata.normalize("NFKC", value).lower().split()).strip(" .。")
    iso = _ISO.fullmatch(text)
    if iso:
        return _write({name: float(amount.replace(",", ".")) for name, amount in iso.groupdict().items() if amount})
    if re.match(r"p[t\d]", text):
        return None
    if unit and re.fullmatch(r"\d{1,7}(?:\.\d{1,2})?", text):
        text = f"{text} {unit}"
    clock = _CLOCK.fullmatch(text)
    if clock and unit != "weeks":
        return _write({"h": float(clock[1] or 0), "m": float(clock[2]), "s": float(clock[3])})
    text = _RATE.sub(" ", text)
    if _RANGE.search(text):
        return None
    return _write(_amounts(text))


def _amounts(text: str) -> dict[str, float]:
    """The amounts that follow one another from a larger to a smaller unit; nothing when the text names two lengths."""
    order, found = list(_HOURS), dict[str, float]()
    for amount, name in _AMOUNT.findall(text):
        unit = _UNITS[name]
        if found and order.index(unit) <= order.index(list(found)[-1]):
            return {}
        found[unit] = float(amount)
    if len(found) > 1 and {"w", "mo", "y"} & set(found) and {"h", "m", "s"} & set(found):
        return {next(iter(found)): next(iter(found.values()))}  # "6 weeks, 24 hours of video": the course takes six weeks
    return found


def _write(parts: dict[str, float]) -> str | None:
    hours = sum(amount * _HOURS[unit] for unit, amount in parts.items())
    if not 0 < hours <= _LONGEST:
        return None
    if any(amount != int(amount) for amount in parts.values()) and {"y", "mo"} & set(parts):
        return None
    if set(parts) <= {"h", "m", "s"}:
        return _clock(round(hours * 3600))
    if any(amount != int(amount) for amount in parts.values()):
        seconds = round(hours * 3600)
        days, rest = divmod(seconds, 86_400)
        return f"P{days}D" * bool(days) + ((_clock(rest) or "P")[1:] if days else _clock(rest) or "") or None
    whole = {unit: int(amount) for unit, amount in parts.items() if amount}
    date = "".join(f"{whole[unit]}{mark}" for unit, mark in (("y", "Y"), ("mo", "M"), ("w", "W"), ("d", "D")) if unit in whole)
    time = "".join(f"{whole[unit]}{mark}" for unit, mark in (("h", "H"), ("m", "M"), ("s", "S")) if unit in whole)
    return f"P{date}" + (f"T{time}" if time else "")


def _clock(seconds: int) -> str | None:
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    time = "".join(f"{amount}{mark}" for amount, mark in ((hours, "H"), (minutes, "M"), (seconds, "S")) if amount)
    return f"PT{time}" if time else None


def hours(value: str) -> float | None:
    """An ISO 8601 duration in hours (a year has 365.25 days), None when it is not one."""
    iso = _ISO.fullmatch(value.lower())
    if not iso:
        return None
    return sum(float(amount.replace(",", ".")) * _HOURS[name] for name, amount in iso.groupdict().items() if amount)
