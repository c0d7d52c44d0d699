"""Documents near in meaning: the vectors beside the index, put in the order of its documents."""

from __future__ import annotations

from typing import Any

from search.whoosh_index.arrays import Array


class Meanings:
    least: float

    def ask(self, text: str) -> Any: ...
    def near(self, snapshot: Any, vector: Array, allowed: Array, many: int) -> Any: ...
    def place(self, snapshot: Any, vector: Array, document: int) -> Any: ...
