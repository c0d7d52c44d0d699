"""Records that people add in the hub itself: nothing is asked of anybody, and each payload is what a person typed, as JSON.

{"identifier": ..., and for each field of clean.typed what was typed into it}. It is read by the same rules as the form, so that a record is
read again (`hub replay`) as any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from harvesters.clean import json, text, typed
from harvesters.errors import SourceError
from harvesters.protocol import Harvester, Page, Request, Response
from harvesters.record import Agent, Failure, Item, Raw, Record

MEDIA_TYPE = "application/json"


def start(address: str, options: Mapping[str, str], since: str | None) -> tuple[Request, ...]:
    """Nothing is asked."""
    return ()


def parse(request: Request, response: Response, options: Mapping[str, str]) -> Page:
    """Never needed: nothing is asked."""
    return Page()


def read(raw: Raw, options: Mapping[str, str]) -> Item:
    """What a person typed -> the record."""
    try:
        entry = json.parse(raw.body, raw.media_type, None, url=raw.url)
    except SourceError as error:
        return Failure(reason=str(error), raw=raw)
    name = text.identifier(entry.get("identifier")) if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or name is None:
        return Failure(reason="The payload is no record that was added by hand.", raw=raw)
    values: dict[str, Any] = {}
    for field, shape in typed.FIELDS.items():
        said = entry.get(field, "")
        try:
            values[shape.record or field] = kept(field, typed.parse(field, said if isinstance(said, str) else ""))
        except typed.BadValue as error:
            return Failure(reason=f"{field}: {error}", raw=raw, identifier=name)
    return Record(identifier=name, raw=raw, **values)


def kept(field: str, value: Any) -> Any:
    """A value of JSON -> as a Record has it."""
    if field == "agents":
        return tuple(Agent(name=agent["name"], role=agent["role"], url=agent.get("url")) for agent in value)
    if isinstance(value, list):
        return tuple(value)
    if value is None or isinstance(value, bool):
        return value
    if field in typed.MOMENTS:
        return datetime.fromisoformat(value)
    return Decimal(value) if field == "credits" else value


HARVESTER = Harvester(
    kind="by-hand", title="Added by hand in this hub", start=start, parse=parse, read=read, lists_all=False, internal=True
)
