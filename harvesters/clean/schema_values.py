"""Single values of schema.org as sites write them: texts with and without language, things with names, numbers, truths, pictures."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from harvesters.clean import text, url
from harvesters.clean.values import first, many


def words(value: object) -> str | None:
    """A text, the first of several, or that of a language-tagged value or of a named thing."""
    for entry in many(value):
        if isinstance(entry, dict):
            entry = first(entry, "@value", "name", "value", "termCode")
            found = words(entry) if isinstance(entry, (list, dict)) else text.line(entry, text.SUMMARY)
        else:
            found = text.line(entry, text.SUMMARY)
        if found:
            return found
    return None


def body(value: object) -> str | None:
    """A text with its markup and its lines."""
    for entry in many(value):
        found = entry.get("@value") if isinstance(entry, dict) else entry
        if isinstance(found, str) and found.strip():
            return found
    return None


def truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    said = str(words(value) or "").lower().rpartition("/")[2]
    return True if said in ("true", "yes", "1") else False if said in ("false", "no", "0") else None


def number(value: object) -> Decimal | None:
    try:
        found = Decimal(words(value) or "")
    except InvalidOperation:
        return None
    return found if found.is_finite() and 0 < found <= 360 else None


def image(value: object, base: str) -> str | None:
    for entry in many(value):
        found = url.absolute(words(first(entry, "contentUrl", "url", "@id")) if isinstance(entry, dict) else entry, base)
        if found:
            return found
    return None
