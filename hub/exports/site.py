"""The hub as the world addresses it: where a resource, and each document about it, can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from hub.services.describing import Description

METADATA_LICENCE = "https://creativecommons.org/publicdomain/zero/1.0/"  # of what the hub says; each resource keeps its own


@dataclass(frozen=True, slots=True)
class Site:
    """`address` is absolute, without a final slash."""

    address: str
    name: str

    def resource(self, one: Description) -> str:
        """The address that never changes, whatever becomes of the title: it leads to the page."""
        return f"{self.address}/resources/{one.public_id}"

    def page(self, one: Description) -> str:
        """The page, as its canonical link writes it."""
        return f"{self.address}/resources/" + quote(f"{one.public_id}-{one.slug}".rstrip("-"))

    def document(self, one: Description, suffix: str) -> str:
        """The resource in one of the formats."""
        return f"{self.resource(one)}.{suffix}"
