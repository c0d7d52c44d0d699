"""The Whoosh index behind `search.index.Index`: joins reading, writing, rebuilding."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from search.document import Completion, Count, Document, Entry, Hit, Hits, Origin
from search.explanation import Explanation
from search.index import IndexFault
from search.query import MAX_LIMIT, Node, Query
from search.whoosh_index.arrays import Array
from search.whoosh_index.completing import complete, everywhere
from search.whoosh_index.fields import FACET
from search.whoosh_index.folder import WriterLock, create, current, point, state, sweep
from search.whoosh_index.inverting import fault
from search.whoosh_index.matching import Match, match
from search.whoosh_index.paging import page
from search.whoosh_index.planning import plan
from search.whoosh_index.resembling import similar
from search.whoosh_index.segments import Segment
from search.whoosh_index.snapshot import Snapshot, take
from search.whoosh_index.suggesting import FEW, suggest
from search.whoosh_index.writing import BATCH, Batch

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5  # seconds between two looks at the generation
RELEASE_EVERY = 0.5  # seconds after which mapped pages are given back; those in use come again in milliseconds
LOCK_WAIT = 30.0
GUARD = 0.1  # how far off a rebuilt index may be


class WhooshIndex:
    """One index in one folder. Safe among threads; any number of processes may read while one writes."""

    def __init__(self, root: Path, *, lock_wait: float = LOCK_WAIT) -> None:
        self._root, self._lock = root, WriterLock(root, wait=lock_wait)
        self._snapshot: Snapshot | None = None
        self._segments: dict[str, Segment] = {}
        self._looked = float("-inf")
        self._released = time.monotonic()
        self._commits = self._seen = 0  # of this process: made, and known to be in the snapshot
        self._opening = threading.Lock()

    def apply(self, puts: Iterable[Document], drops: Iterable[int]) -> None:
        """Put and drop in one commit; of several puts of one id the last counts, and a put counts more than a drop."""
        sound = _sound(puts)
        gone = {id for id in drops if 0 < id < 2**31} | sound.keys()
        if not gone:
            return
        with self._lock.held():
            batch = Batch(self._folder_to_write())
            batch.delete(gone)
            batch.add(sorted(sound.values(), key=lambda document: document.id))
            batch.commit()
        self._commits += 1

    def _folder_to_write(self) -> Path:
        folder = current(self._root)
        if folder is None:
            folder = create(self._root)
            point(self._root, folder)
        return folder

    def explain(self, query: Query, id: int) -> Explanation | None:
        """Nothing yet."""
        return None

    def find(self, query: Query) -> Hits:
        """One page of matches; facets over all of them, each under all filters but its own."""
        snapshot = self.snapshot()
        base = match(snapshot, plan(query.root))
        masks = {name: _mask(snapshot, name, values) for name, values in query.filters.items()}
        made = _filtered(base, list(masks.values()))
        docs, scores = page(snapshot, made, query)
        hits = tuple(Hit(id=id, score=score) for id, score in zip(snapshot.ids[docs].tolist(), scores.tolist(), strict=True))
        facets = {name: _counted(snapshot, name, query, base, made, masks) for name in query.facets}
        few = len(made.docs) < FEW
        suggestion = suggest(snapshot, query.root, lambda root: _total(snapshot, root, masks), len(made.docs)) if few else None
        return Hits(total=len(made.docs), hits=hits, facets=facets, suggestion=suggestion)

    def complete(self, typed: str, *, limit: int = 8) -> tuple[Completion, ...]:
        """Keywords, providers, institutions and titles with a word that begins as typed."""
        return complete(self.snapshot(), typed, min(limit, MAX_LIMIT))

    def similar(self, id: int, *, limit: int = 6) -> tuple[int, ...]:
        """Ids of the documents that share the most telling words."""
        return similar(self.snapshot(), id, min(limit, MAX_LIMIT))

    def entries(self) -> Iterator[Entry]:
        """Every document, in order of id, as of now."""
        snapshot = self.snapshot()
        versions = snapshot.column("versions", np.dtype(np.int64))
        for document in snapshot.all[np.argsort(snapshot.ids[snapshot.all], kind="stable")].tolist():
            segment, own = snapshot.place(document)
            origins = tuple(Origin(source=source, identifier=name, title=title) for source, name, title in json.loads(segment.card(own))[2])
            yield Entry(id=int(snapshot.ids[document]), version=int(versions[document]), origins=origins)

    def count(self) -> int:
        """How many documents."""
        return self.snapshot().count

    def rebuild(self, documents: Iterable[Document], *, expected: int) -> int:
        """Write a new index beside this one, then swap. Raises IndexFault, and keeps the old, when the count is off by over 10 %."""
        with self._lock.held():
            folder = create(self._root)
            written = _fill(folder, documents)
            if abs(written - expected) > GUARD * expected:
                sweep(self._root, keep=_kept(self._root))
                raise IndexFault(f"The new index would hold {written} documents where {expected} were expected; the old one stays in use.")
            point(self._root, folder)
            sweep(self._root, keep=folder)
        self._commits += 1
        return written

    def writing(self) -> AbstractContextManager[None]:
        """Hold the index for writing over several calls. Raises IndexFault when others hold it too long."""
        return self._lock.held()

    def close(self) -> None:
        """Let go of all files; another call opens them again."""
        with self._opening:
            self._snapshot, self._segments, self._looked = None, {}, float("-inf")

    def snapshot(self) -> Snapshot:
        """The newest generation; a newer one is looked for at most every half second. Queries keep the one they began with."""
        found = self._snapshot
        if found is None or self._seen != self._commits:  # what this process wrote it sees at once
            with self._opening:
                return self._newest()
        if time.monotonic() - self._looked < LOOK_EVERY or not self._opening.acquire(blocking=False):
            return found  # fresh enough, or another thread is at it
        try:
            return self._newest()
        finally:
            self._opening.release()

    def _newest(self) -> Snapshot:
        for _ in range(10):
            looked, commits = time.monotonic(), self._commits
            now = state(self._root)
            if self._snapshot is None or self._snapshot.state != now:
                try:
                    self._snapshot, self._segments = take(current(self._root), self._segments)
                except FileNotFoundError:
                    time.sleep(0.02)  # merged away or rebuilt while it was opened
                    continue
            self._looked, self._seen = looked, commits
            self._release(looked)
            return self._snapshot
        raise IndexFault(f"The search index in {self._root} is damaged: files are missing. Rebuild it from the database.")

    def _release(self, moment: float) -> None:
        """Else a process that has read here and there for an hour holds the whole index."""
        if moment - self._released >= RELEASE_EVERY:
            self._released = moment
            for segment in self._segments.values():
                segment.release()


def _sound(documents: Iterable[Document]) -> dict[int, Document]:
    sound: dict[int, Document] = {}
    for document in documents:
        reason = fault(document)
        if reason is None:
            sound[document.id] = document
        else:
            log.error("document %s is not indexed: %s", document.id, reason)
    return sound


def _fill(folder: Path, documents: Iterable[Document]) -> int:
    seen: set[int] = set()
    rows: list[Document] = []
    for document in documents:
        rows.append(document)
        if len(rows) == BATCH:
            _write(folder, rows, seen)
            rows = []
    _write(folder, rows, seen)
    return len(seen)


def _write(folder: Path, rows: list[Document], seen: set[int]) -> None:
    sound = _sound(rows)
    batch = Batch(folder)
    again = sound.keys() & seen
    if again:
        batch.delete(again)
    seen.update(sound)
    batch.add(list(sound.values()))
    batch.commit()


def _kept(root: Path) -> Path:
    try:
        return current(root) or root
    except IndexFault:
        return root


def _mask(snapshot: Snapshot, name: str, values: tuple[str, ...]) -> Array:
    """Which documents have one of these values."""
    return snapshot.cache.get(("filter", name, values), lambda: _having(snapshot, name, values), lambda mask: int(mask.nbytes))


def _having(snapshot: Snapshot, name: str, values: tuple[str, ...]) -> Array:
    mask = np.zeros(snapshot.size, bool)
    for base, terms in zip(snapshot.bases, snapshot.terms(FACET + name), strict=False):
        for value in values:
            mask[terms.postings(value.encode("utf-8", "replace"))[0] + np.int64(base)] = True
    return mask


def _total(snapshot: Snapshot, root: Node, masks: dict[str, Array]) -> int:
    return len(_filtered(match(snapshot, plan(root)), list(masks.values())).docs)


def _filtered(made: Match, masks: list[Array]) -> Match:
    if not masks:
        return made
    kept = np.logical_and.reduce([mask[made.docs] for mask in masks])
    return Match(made.docs[kept], None if made.scores is None else made.scores[kept])


def _counted(snapshot: Snapshot, name: str, query: Query, base: Match, made: Match, masks: dict[str, Array]) -> tuple[Count, ...]:
    facet = snapshot.facet(name)
    matches = made if name not in masks else _filtered(base, [mask for other, mask in masks.items() if other != name])
    selected = query.filters.get(name, ())
    if len(matches.docs) < snapshot.count:
        return facet.listed(facet.counts(matches.docs, everything=False), selected)
    counts = everywhere(snapshot, name, facet)
    return facet.listed(counts, selected) if selected else snapshot.kept(f"listed {name}", lambda: facet.listed(counts, ()))
