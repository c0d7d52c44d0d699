# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""How many hours a week a course asks for, from free text or an amount with a unit."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
_RANGE = rf"{_NUMBER}\s*\+?\s*(?:(?:h|hrs?|hours?|stunden|小时)?\s*(?:-|–|—|~|to|至|到|bis|and|or|或)\s*{_NUMBER})?"
_HOUR = r"(?P<unit>hours?|hrs?|h|std|stunden?|horas?|heures?|个?小时|個?小時|学时|课时|學時|minutes?|mins?|min|分钟|分鐘)\.?"
_WEEK = r"(?:(?:of\s+\w{1,12}\s+)?(?:per|a|an|each|every|/|pro|par|por|each)\s*(?:week|wk|w\b|woche|semaine|semana)|weekly|wöchentlich|/?每(?:周|週|星期)|/\s*(?:周|週))"
_DAY = r"(?:(?:per|a|each|every|/|pro)\s*(?:day|tag)|daily|/?每(?:天|日)|/\s*(?:天|日))"
_MONTH = r"(?:(?:per|a|each|every|/|pro)\s*(?:month|monat)|monthly|/?每(?:个?月)|/\s*月)"
_FORMS = tuple((re.compile(form), factor) for form, factor in (
    (rf"{_RANGE}\s*{_HOUR}\s*{_WEEK}", 1.0),
    (rf"(?:每|一)(?:周|週|星期)\D{{0,6}}?{_RANGE}\s*{_HOUR}", 1.0),
    (rf"(?:weekly|per week|wöchentlich)\W{{0,3}}{_RANGE}\s*{_HOUR}", 1.0),
    (rf"{_RANGE}\s*{_HOUR}\s*{_DAY}", 7.0),
    (rf"每(?:天|日)\D{{0,6}}?{_RANGE}\s*{_HOUR}", 7.0),
    (rf"{_RANGE}\s*{_HOUR}\s*{_MONTH}", 12 / 52.18),
    (rf"每(?:个?月)\D{{0,6}}?{_RANGE}\s*{_HOUR}", 12 / 52.18),
))  # fmt: skip
_BARE = re.compile(rf"(?:about|approx\.?|approximately|ca\.?|约|大约)?\s*{_RANGE}\s*(?:{_HOUR})?")
_PARTS = re.compile(rf"(?<![\d.,–-]){_NUMBER}\s*(?:hours?|hrs?|h)\s+of\s")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?")
_MOST = 168.0


class Workload(NamedTuple):
    """Hours a week; either may be unknown."""

    min: float | None = None
    max: float | None = None


NONE = Workload()


def workload(value: object, unit: str = "", *, weekly: bool = False) -> Workload:
    """`unit` is the source's own (MOOChub: "h/week", "h/month", "h/day"); `weekly` says that the field means hours a week."""
    if isinstance(value, bool) or value is None:
        return NONE
    if isinstance(value, (int, float)):
        value = f"{value:g}"
    if not isinstance(value, str) or len(value) > 300:
        return NONE
    factor = {"h/week": 1.0, "h/month": 12 / 52.18, "h/day": 7.0}.get(unit.strip().lower())
    if factor is not None and re.fullmatch(r"\d{1,4}(\.\d{1,3})?", value.strip()):
        return _bounded(float(value) * factor, float(value) * factor)
    return _read(value, weekly)


@lru_cache(maxsize=4096)
def _read(value: str, weekly: bool) -> Workload:
    text = " ".join(unicodedata.normalize("NFKC", value).lower().split()).strip(" .。")
    parts = _PARTS.findall(text)
    if len(parts) > 1 and re.search(_WEEK, text):  # "2 hours of lectures and 3 hours of homework per week"
        hours = sum(float(part.replace(",", ".")) for part in parts)
        return _bounded(hours, hours)
    for form, factor in _FORMS:
        found = form.search(text)
        if found:
            return _hours(text, found, factor)
    if weekly:
        clock = _CLOCK.fullmatch(text)
        if clock:
            hours = int(clock[1]) + int(clock[2]) / 60
            return _bounded(hours, hours)
        found = _BARE.fullmatch(text)
        if found:
            return _hours(text, found, 1.0)
    return NONE


def _hours(text: str, found: re.Match[str], factor: float) -> Workload:
    low = float(found[1].replace(",", "."))
    high = float(found[2].replace(",", ".")) if found[2] else low
    if (found["unit"] or "h").startswith(("m", "分")):
        factor /= 60
    before = text[max(0, found.start() - 12) : found.start()]
    if found[2] is None and re.search(r"up to|at most|max\.?|bis zu|至多|最多|不超过", before):
        return _bounded(None, high * factor)
    if found[2] is None and (re.search(r"at least|min\.?|mindestens|至少|more than", before) or re.search(r"\d\s*\+", found[0])):
        return _bounded(low * factor, None)
    return _bounded(min(low, high) * factor, max(low, high) * factor)


def _bounded(low: float | None, high: float | None) -> Workload:
    """Neither zero nor more hours than a week has."""
    if any(hours is not None and not 0 < hours <= _MOST for hours in (low, high)):
        return NONE
    return Workload(None if low is None else round(low, 2), None if high is None else round(high, 2))


def both(low: object, high: object) -> Workload:
    """Two fields of a source, each an amount of hours a week; exchanged when they stand the wrong way round."""
    first, second = workload(low, weekly=True).min, workload(high, weekly=True).max
    if first is not None and second is not None and first > second:
        first, second = second, first
    return Workload(first, second)
