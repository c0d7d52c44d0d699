"""Single values of schema.org as sites write them: texts with and without language, things with names, numbers, truths, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from harvesters.clean import language, text, url
from harvesters.clean.values import Object, first, many

_NESTED = 5


def texts(value: object, depth: int = 0) -> Iterator[str]:
    """Each text in it: plain, tagged with a language, of a language map, of a named thing, of a person's two names."""
    for entry in many(value)[: text.LIST]:
        if isinstance(entry, dict):
            if depth < _NESTED:
                yield from texts(_said(entry), depth + 1)
        else:
            found = text.line(entry, text.SUMMARY)
            if found:
                yield found


def _said(thing: Object) -> object:
    said = first(thing, "@value", "name", "prefLabel", "targetName", "value", "termCode")
    if said is not None:
        return said
    names = [part for part in (thing.get("givenName"), thing.get("familyName")) if isinstance(part, str)]
    return " ".join(names) if names else _translations(thing)


def _translations(thing: Object) -> list[object]:
    """The values of a language map (JSON-LD 1.1, section 4.2.4), nothing when it is not one."""
    if not thing or not all(key == "@none" or (len(key) < 20 and language.tag(key)) for key in thing):
        return []
    return [one for value in thing.values() for one in many(value) if isinstance(one, str)]


def words(value: object) -> str | None:
    """The first text of `texts`."""
    return next(texts(value), None)


def labels(*values: object) -> tuple[str, ...]:
    """The words of each of many things; an address alone says nothing to a reader."""
    found = (words(entry) for value in values for entry in many(value))
    return text.lines(one for one in found if one and not one.startswith(("http://", "https://")))


def body(value: object) -> str | None:
    """A text with its markup and its lines."""
    for entry in many(value):
        for found in [entry.get("@value"), *_translations(entry)] if isinstance(entry, dict) else [entry]:
            if isinstance(found, str) and found.strip():
                return found
    return None


def address(value: object, base: str | None = None) -> str | None:
    """The first address: written out, or of a thing that has one."""
    for entry in many(value)[: text.LIST]:
        for found in (entry.get("url"), entry.get("@id")) if isinstance(entry, dict) else (entry,):
            written = text.line(found, url.LIMIT) if isinstance(found, str) else None
            known = url.absolute(written, base) if written and written.lower() not in ("true", "false") else None
            if known:
                return known
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
