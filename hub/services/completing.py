"""How complete a record is: the fields that matter to a teacher, what each weighs, and what is missing. docs/metadata.md says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

WEIGHTS: Mapping[str, int] = {  # field -> per cent of a complete record; together 100
    "text": 20,
    "url": 15,
    "licence": 15,
    "languages": 10,
    "resource_type": 10,
    "agents": 10,
    "levels": 5,
    "keywords": 5,
    "free": 5,
    "duration": 5,
}
CARRIERS: Mapping[str, tuple[str, ...]] = {  # where more than one field will do
    "text": ("text", "summary", "description"),
    "keywords": ("keywords", "subjects"),
}


def missing(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that matter and that these values lack, the weightiest first.

    `values` are those of a record (`merging.values_of`), or a resource's columns.
    """
    return tuple(field for field in WEIGHTS if not has(values, field))


def score(values: Mapping[str, Any]) -> int:
    """Per cent."""
    return 100 - sum(WEIGHTS[field] for field in missing(values))


def has(values: Mapping[str, Any], field: str) -> bool:
    """Is one of the fields filled that will do? A price of an offer says whether a course is free."""
    if any(values.get(name) not in (None, [], "") for name in CARRIERS.get(field, (field,))):
        return True
    return field == "free" and any("price" in offer for offer in values.get("offerings", ()))
