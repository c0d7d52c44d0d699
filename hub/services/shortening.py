"""What is different between two readings of one record, field by field, short enough to be kept and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FIELDS_MOST = 40
TEXT_MOST = 600  # characters of one value that are kept
LIST_MOST = 20  # parts of a list
BEFORE_IT = 80  # characters of a long text that are kept before the place where it begins to differ
MORE = "…"


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[list[Any]]:
    """[field, before, after] for each field that is not the same (`merging.values_of`); None where it is not there.

    Long texts are cut to the part around the first difference, long lists to what they do not share.
    """
    names = [*before, *(name for name in after if name not in before)]
    changed = [name for name in names if before.get(name) != after.get(name)]
    return [[name, *shortened(before.get(name), after.get(name))] for name in changed[:FIELDS_MOST]]


def shortened(before: Any, after: Any) -> tuple[Any, Any]:
    """The two values, cut at the same place."""
    if isinstance(before, list) and isinstance(after, list) and max(len(before), len(after)) > LIST_MOST:
        return part_of([one for one in before if one not in after]), part_of([one for one in after if one not in before])
    start = max(0, first_difference(before, after) - BEFORE_IT) if isinstance(before, str) and isinstance(after, str) else 0
    if max(len(text) for text in (before, after, "") if isinstance(text, str)) <= TEXT_MOST:
        start = 0
    return bounded(before, start), bounded(after, start)


def part_of(values: Sequence[Any]) -> list[Any]:
    """The first of many."""
    return [bounded(value) for value in values[:LIST_MOST]] + ([MORE] if len(values) > LIST_MOST else [])


def first_difference(one: str, other: str) -> int:
    """Where two texts begin to differ."""
    return next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def bounded(value: Any, start: int = 0) -> Any:
    """A value as JSON has it, with nothing in it longer than may be kept."""
    if isinstance(value, str):
        cut = value[start : start + TEXT_MOST]
        return f"{MORE if start and cut else ''}{cut}{MORE if len(value) > start + TEXT_MOST else ''}"
    if isinstance(value, list):
        return part_of(value)
    if isinstance(value, dict):
        return {name: bounded(part) for name, part in value.items()}
    return value
