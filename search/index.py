"""The seam that every search engine fits: what the hub may ask of an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from search.document import Completion, Condition, Document, Entry, Hits
from search.explanation import Explanation
from search.query import Query


class IndexFault(Exception):
    """The index cannot be opened, read or written; the message says why and what to do (rebuild it from the database)."""


class IndexDamaged(IndexFault):
    """The index is of another version, or its files are not what was written: rebuilding it is what helps."""


class Index(Protocol):
    """Any number of readers; one writer at a time. `find` never fails on anything that a person can type."""

    def apply(self, puts: Iterable[Document], drops: Iterable[int]) -> None:
        """Put and drop in one commit. Putting an id again replaces it; dropping one that is not there does nothing.

        Raises IndexFault, and leaves the index as it was, when that cannot be written (the disk is full).
        """

    def find(self, query: Query) -> Hits:
        """One page of matches with facets over all matches, each facet counted under all filters but its own."""

    def complete(self, typed: str, *, limit: int = 8) -> tuple[Completion, ...]:
        """Type-ahead: titles, keywords, providers, institutions that begin with (a word that begins with) what was typed."""

    def similar(self, id: int, *, limit: int = 6) -> tuple[int, ...]:
        """Ids of the documents most like this one, best first; empty when the id is not there."""

    def explain(self, query: Query, id: int) -> Explanation | None:
        """Why the document stands where it does for this query; None when the id is not there."""

    def entries(self) -> Iterator[Entry]:
        """Every document, in order of id."""

    def count(self) -> int:
        """How many documents."""

    def condition(self) -> Condition:
        """How it does."""

    def verify(self, *, on_part: Callable[[float], None] = lambda part: None) -> None:
        """Read every byte and compare checksums; tells which part (0 .. 1) is done. Raises IndexDamaged."""

    def doubted(self) -> bool:
        """Has a reader met what a sound index never makes? `verify` tells whether it was right, and forgets it when not."""

    def learn(self, *, limit: int = 64) -> int:
        """Make the meanings of at most so many documents that have none yet; answers how many. 0: nothing is left, or nothing can.

        For the writer, between its batches: finding never waits for it.
        """

    def rebuild(self, documents: Iterable[Document], *, expected: int) -> int:
        """Write a new index beside this one from `documents`, then swap; answers how many there are.

        Raises IndexFault and keeps the old one when the new count is off from `expected` by more than 10 %, or the disk is full.
        """

    def writing(self) -> AbstractContextManager[None]:
        """Hold the index for writing over several calls: others that want to write wait, up to a bound, then raise IndexFault.

        May be nested; `apply` and `rebuild` hold it too.
        """

    def close(self) -> None:
        """Give back files and memory."""
