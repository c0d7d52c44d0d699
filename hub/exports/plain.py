"""A resource as plain JSON, each field by our own name: what programs of no particular standard are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hub.services.describing import Description

OUR_OWN = frozenset(("id", "slug", "gone", "public_id", "provenance"))  # names inside the hub, or told in another way


def resource(described: Description, address: str) -> dict[str, Any]:
    """Every field that is known; `address` is the resource's page. Times are RFC 3339 in UTC, money is text, unknown is left out."""
    told = {f.name: getattr(described, f.name) for f in fields(described) if f.name not in OUR_OWN}
    return {
        "id": described.public_id,
        "page": address,
        **{name: json for name, value in told.items() if (json := plain(value)) is not None},
    }


def plain(value: Any) -> Any:
    """A value as JSON has it; None for what is unknown or empty."""
    if value is None or value == () or value == "":
        return None
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {name: part for name, below in value.items() if (part := plain(below)) is not None}
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if is_dataclass(value):
        return {f.name: part for f in fields(value) if (part := plain(getattr(value, f.name))) is not None}
    return value


def moment(value: datetime) -> str:
    """RFC 3339, to the second, in UTC."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
