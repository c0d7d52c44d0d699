"""JSON values of unknown shape -> the shape that a kind expects: sources write one value where a list is meant, and the reverse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

Object = Mapping[str, object]
EMPTY: Object = {}


def obj(value: object) -> Object:
    """The object, the first of a list of them, an empty one for anything else."""
    if isinstance(value, list):
        value = next((entry for entry in value if isinstance(entry, dict)), None)
    return value if isinstance(value, dict) else EMPTY


def many(value: object) -> list[object]:
    """A list for a list, nothing for nothing, a list of one for one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def objects(value: object) -> Iterator[Object]:
    """The objects in one object or a list of them."""
    return (entry for entry in many(value) if isinstance(entry, dict))


def first(holder: Object, *names: str) -> object:
    """The first of these that says something."""
    return next((holder[name] for name in names if holder.get(name) not in (None, "", [], {})), None)
