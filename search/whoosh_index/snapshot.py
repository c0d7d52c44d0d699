"""One generation of the index as every query sees it: all segments side by side, documents numbered through."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from search.index import IndexDamaged
from search.tuning import USUAL, Tuning
from search.whoosh_index import signals
from search.whoosh_index.arrays import Array, Damaged
from search.whoosh_index.caching import Cache
from search.whoosh_index.facets import GROUP_OF, Combinations, Facet, Group, combinations, group_of
from search.whoosh_index.fields import FACET, LENGTH
from search.whoosh_index.folder import REBUILD, State, contents
from search.whoosh_index.occurrences import TEXTS
from search.whoosh_index.scoring import Formula, formula
from search.whoosh_index.segments import EXTENSION, Segment, Terms
from search.whoosh_index.signals import DAY

Made = TypeVar("Made")
FORMULAS = 4  # tunings at a time: the one in force, and those that somebody tries


class Snapshot:
    """Read-only, shared by all threads. Arrays over all documents are joined from the segments' own."""

    def __init__(self, state: State, segments: list[Segment], deleted: list[list[int]]) -> None:
        self.state, self.segments = state, segments
        self.bases = [0]
        for segment in segments:
            self.bases.append(self.bases[-1] + segment.size)
        self.size = self.bases[-1]
        self.live = np.ones(self.size, bool)
        for base, gone in zip(self.bases, deleted, strict=False):
            if gone:
                self.live[np.array(gone, np.int64) + base] = False
        self.count = int(self.live.sum())
        self.whole = self.count == self.size
        self.ids = self.column("ids", np.dtype(np.int64))
        self.all = np.flatnonzero(self.live)
        self.cache = Cache()
        self._formulas: dict[tuple[Tuning, int], Formula] = {}
        self._remembering = threading.Lock()
        self._kept: dict[str, Any] = {}

    def column(self, name: str, kind: np.dtype[Any]) -> Array:
        """One column over all documents."""
        return np.concatenate([segment.arrays[name] for segment in self.segments]) if self.segments else np.zeros(0, kind)

    def formula(self, tuning: Tuning = USUAL) -> Formula:
        """A tuning for these documents, today."""
        today = self.today()
        known = self._formulas.get((tuning, today))
        if known is None:
            lengths = {name: self.column(LENGTH + name, np.dtype(np.uint16)) for name in TEXTS}
            held = {name: self.column(name, np.dtype(np.int32)) for name in signals.COLUMNS}
            known = formula(tuning, lengths, held, self.live, today)
            with self._remembering:
                if len(self._formulas) >= FORMULAS:
                    self._formulas.pop(next(iter(self._formulas)))
                self._formulas[tuning, today] = known
        return known

    @staticmethod
    def today() -> int:
        """The day since 1970, in UTC."""
        return int(time.time()) // DAY

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """A thing made once in this generation."""
        if name not in self._kept:
            self._kept[name] = make()
        made: Made = self._kept[name]
        return made

    def group(self, names: tuple[str, ...]) -> Group:
        """The values of some facets, document by document."""
        return self.kept(f"group {names[0]}", lambda: group_of(names, [_part(segment, names) for segment in self.segments]))

    def facet(self, name: str) -> Facet:
        """The values of a facet."""
        return self.group(GROUP_OF[name]).facets[name]

    def group_totals(self, group: Group) -> Array:
        """How many documents have each value of a group."""
        return self.kept(f"totals {next(iter(group.facets))}", lambda: group.counts(self.all))

    def totals(self, name: str) -> Array:
        """How many documents have each value of a facet."""
        group = self.group(GROUP_OF[name])
        return group.of(name, self.group_totals(group))

    def terms(self, field: str) -> list[Terms]:
        """The terms of a field, segment by segment."""
        return [segment.terms(field) for segment in self.segments]

    def document(self, id: int) -> int | None:
        """The number of the live document with this id."""
        found = np.flatnonzero((self.ids == id) & self.live)
        return int(found[0]) if len(found) else None

    def place(self, document: int) -> tuple[Segment, int]:
        """A document's segment and its number there."""
        at = int(np.searchsorted(self.bases, document, side="right")) - 1
        return self.segments[at], document - self.bases[at]


def _part(segment: Segment, names: tuple[str, ...]) -> tuple[list[Terms], Combinations]:
    fields = [(name, segment.terms(FACET + name)) for name in names]
    return [terms for _, terms in fields], segment.kept(f"combinations {names[0]}", lambda: combinations(fields, segment.size))


def open_segment(folder: Path, segment: Any) -> Segment:
    """Raises IndexFault when it is damaged, FileNotFoundError when it is not there."""
    try:
        opened = Segment(folder / segment.make_filename(EXTENSION))
    except Damaged as error:
        raise IndexDamaged(f"The search index in {folder} is damaged: {error}. {REBUILD}") from error
    if opened.size != segment.doc_count_all():
        raise IndexDamaged(f"The search index in {folder} is damaged: a segment has not the size that the contents say. {REBUILD}")
    return opened


def take(folder: Path | None, before: Mapping[str, Segment]) -> tuple[Snapshot, dict[str, Segment]]:
    """Open a folder's newest generation, with the segments that are already open. FileNotFoundError: it was replaced meanwhile."""
    segments: dict[str, Segment] = {}
    if folder is None:
        return Snapshot(State(), [], []), segments
    toc = contents(folder)
    for segment in toc.segments:
        segments[segment.segid] = before.get(segment.segid) or open_segment(folder, segment)
    deleted = [list(segment.deleted_docs()) for segment in toc.segments]
    return Snapshot(State(folder.name, toc.generation), list(segments.values()), deleted), segments
