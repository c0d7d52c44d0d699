"""One page for the same work: the values of a resource out of the values of its records, field by field.

The order is: a curator's correction, then the source of the lower rank, then the record that changed last. A correction counts also when
it is empty; of the records the first value that is not. What can be taken together (offerings, identifiers) stays with its record. What a
rule inferred is marked (docs/design.md).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from harvesters.clean import detection, html, licence
from harvesters.record import Agent, Identifier, Offering, Record
from hub.services import completing, naming

KEPT_ELSEWHERE = {"identifier", "raw", "datestamp"}  # columns of the source record
RECORD_FIELDS = tuple(f.name for f in fields(Record) if f.name not in KEPT_ELSEWHERE)
COPIED = (
    "title", "alternative_titles", "summary", "description", "url", "resource_type", "languages", "subtitle_languages", "agents",
    "institution", "code", "rights", "duration", "workload_min", "workload_max", "levels", "subjects", "keywords", "teaches",
    "prerequisites", "audience", "image",
)  # fmt: skip
LISTS = frozenset(
    (
        "alternative_titles",
        "languages",
        "subtitle_languages",
        "agents",
        "levels",
        "subjects",
        "keywords",
        "teaches",
        "prerequisites",
        "audience",
    )
)
MOMENTS = {"created": "content_created", "published": "content_published", "modified": "content_modified"}
VALUE_TYPES = {kind: tuple(f.name for f in fields(kind)) for kind in (Agent, Offering, Identifier)}


@dataclass(frozen=True, slots=True)
class Kept:
    """One live record of a resource: where it came from, and the values read from it (see `values_of`)."""

    source: str
    source_title: str
    rank: int
    identifier: str
    changed_at: datetime
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's word on one field (a column of Resource), as JSON has it; None: nothing stands there."""

    field: str
    value: Any
    at: datetime


def values_of(record: Record) -> dict[str, Any]:
    """A record's values as JSON: empty ones left out, times as ISO 8601, decimals as text."""
    return {name: plain(value) for name in RECORD_FIELDS if (value := getattr(record, name)) is not None and value != ()}


def plain(value: Any) -> Any:
    """One value as JSON has it."""
    if isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return {name: plain(part) for name in VALUE_TYPES[type(value)] if (part := getattr(value, name)) is not None}


def merge(records: Sequence[Kept], corrections: Sequence[Correction] = ()) -> dict[str, Any]:
    """Columns of the resource that these records (at least one) feed, `provenance` among them.

    provenance: {"records": [[source, identifier, changed at], ...], "fields": {field: place in records}, "inferred": [field, ...],
    "corrected": {field: moment}}; the last only where there are corrections. (Who it was stands in the corrections, for curators.)
    """
    ordered = sorted(records, key=lambda kept: (kept.rank, -kept.changed_at.timestamp()))
    merged: dict[str, Any] = {name: [] if name in LISTS else None for name in COPIED}
    origin: dict[str, int] = {}
    for place, kept in enumerate(ordered):
        for name in COPIED:
            if name not in origin and (value := kept.values.get(name)):
                merged[name], origin[name] = value, place
    inferred: list[str] = []
    merged |= licence_of(ordered, origin) | moments_of(ordered, origin) | offered(ordered, origin)
    merged["provider"] = provider_of(ordered, origin, inferred)
    corrected = {correction.field: correction.at.isoformat() for correction in corrections}
    merged |= corrected_values(corrections) if corrections else {}
    derive(merged, inferred, infer_language="languages" not in corrected)
    merged["provenance"] = {
        "records": [[kept.source, kept.identifier, kept.changed_at.isoformat()] for kept in ordered],
        "fields": {name: place for name, place in origin.items() if name not in corrected},
        "inferred": [name for name in inferred if name not in corrected],
    } | ({"corrected": corrected} if corrected else {})
    return merged


def derive(merged: dict[str, Any], inferred: list[str], *, infer_language: bool) -> None:
    """What follows from the values: the provider's name in addresses, the text, the language of a silent source, how complete it is."""
    merged["provider_slug"] = naming.slug(merged["provider"] or "", length=100) or None
    merged["text"] = text_of(merged)
    if infer_language and not merged["languages"] and (guess := detection.detect(f"{merged['title']}. {merged['text'][:600]}")):
        merged["languages"] = [guess]
        inferred.append("languages")
    merged["completeness"] = completing.score(merged)


def corrected_values(corrections: Sequence[Correction]) -> dict[str, Any]:
    """The corrected columns, with what follows from them alone: a licence brings its family and its address."""
    values = {correction.field: column_value(correction.field, correction.value) for correction in corrections}
    if "licence" in values:
        values |= {"licence_family": licence.family(values["licence"]), "licence_url": licence.url(values["licence"])}
    return values


def column_value(field: str, value: Any) -> Any:
    """A value as JSON has it -> as its column has it."""
    if value is None:
        return [] if field in LISTS else None
    if field in MOMENTS.values():
        return datetime.fromisoformat(value)
    return Decimal(value) if field == "credits" else value


def json_value(value: Any) -> Any:
    """A column's value -> as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def licence_of(ordered: Sequence[Kept], origin: dict[str, int]) -> dict[str, Any]:
    """The licence with its address, both from the same record."""
    for place, kept in enumerate(ordered):
        if spdx := kept.values.get("licence"):
            origin["licence"] = place
            return {"licence": spdx, "licence_family": licence.family(spdx), "licence_url": kept.values.get("licence_url")}
    url = next((kept.values["licence_url"] for kept in ordered if kept.values.get("licence_url")), None)
    return {"licence": None, "licence_family": None, "licence_url": url}


def moments_of(ordered: Sequence[Kept], origin: dict[str, int]) -> dict[str, datetime | None]:
    """Dates of the content, read back from JSON."""
    found: dict[str, datetime | None] = {}
    for name, column in MOMENTS.items():
        place = next((place for place, kept in enumerate(ordered) if kept.values.get(name)), None)
        found[column] = None if place is None else datetime.fromisoformat(ordered[place].values[name])
        if place is not None:
            origin[column] = place
    return found


def offered(ordered: Sequence[Kept], origin: dict[str, int]) -> dict[str, Any]:
    """Whether somebody offers it free, and with a certificate: one offer is enough, also when another source asks money."""
    found: dict[str, Any] = {"free": None, "certificate": None, "credits": None}
    for place, kept in enumerate(ordered):
        prices = [Decimal(offer["price"]) for offer in kept.values.get("offerings", ()) if "price" in offer]
        says_free = kept.values.get("free") if "free" in kept.values else (min(prices) == 0 if prices else None)
        certificates = [offer["certificate"] for offer in kept.values.get("offerings", ()) if "certificate" in offer]
        says_certificate = kept.values.get("certificate") if "certificate" in kept.values else (any(certificates) if certificates else None)
        for name, says in (("free", says_free), ("certificate", says_certificate)):
            if says is not None and not found[name]:
                found[name], origin[name] = says, place
        if found["credits"] is None and "credits" in kept.values:
            found["credits"], origin["credits"] = Decimal(kept.values["credits"]), place
    return found


def provider_of(ordered: Sequence[Kept], origin: dict[str, int], inferred: list[str]) -> str:
    """The platform that offers it; where no record says, the source that lists it, marked as inferred."""
    for place, kept in enumerate(ordered):
        if name := kept.values.get("provider"):
            origin["provider"] = place
            return str(name)
    inferred.append("provider")
    return ordered[0].source_title


def text_of(merged: Mapping[str, Any]) -> str:
    """Summary and description as plain text, without saying the same twice."""
    summary, body = merged["summary"] or "", html.plain(merged["description"] or "") or ""
    return body if body.startswith(summary) else f"{summary}\n{body}".strip()
