"""Who has a part in a resource, as sources of JSON write them -> agents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harvesters.clean import text
from harvesters.clean.values import Object
from harvesters.record import Agent


def whole(person: Object, *parts: str) -> str | None:
    """A name that comes in parts: `whole(person, "first_name", "last_name")`."""
    return text.line(" ".join(str(person.get(part) or "") for part in parts))


def agents(names: Iterable[object], role: str = "creator", *, organisation: bool | None = False) -> Iterator[Agent]:
    """One agent a name, each once, at most text.LIST; persons unless told otherwise."""
    return (Agent(name=name, role=role, organisation=organisation) for name in text.lines(names))
