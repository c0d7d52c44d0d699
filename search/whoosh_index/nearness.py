"""Documents near in meaning: the vectors beside the index, put in the order of its documents."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from search.meaning.asking import Asked, Asking
from search.meaning.encoder import Encoder
from search.meaning.texts import fingerprint, passage_of
from search.vectors.reading import Reader
from search.vectors.snapshot import Snapshot as Vectors
from search.vectors.writing import Writer
from search.whoosh_index.arrays import Array
from search.whoosh_index.caching import Cache
from search.whoosh_index.folder import State, WriterLock
from search.whoosh_index.segments import Segment
from search.whoosh_index.snapshot import Snapshot

FILE = "meanings"
LOOK_EVERY = 2.0  # seconds between two looks at the file: while meanings are being made it changes several times a second
LEAST = 0.86  # cosine from which a document without the words is shown: letters struck at random stay below (benchmarks/relevance)


@dataclass(frozen=True, slots=True)
class Near:
    """The documents nearest in meaning, nearest first."""

    docs: Array
    similarities: Array


@dataclass(frozen=True, slots=True)
class Order:
    """The rows of one generation's live documents, and the documents of the rows."""

    state: State
    vectors: Vectors
    rows: Array  # of every document; -1 for none
    documents: Array  # of every row; -1 for none
    known: Cache = field(default_factory=Cache)  # what was near to queries that come again


class Meanings:
    """What an index knows of meanings. Any number of threads may ask."""

    def __init__(self, root: Path, encoder: Encoder) -> None:
        self._encoder, self._asking = encoder, Asking(encoder)
        place = {"name": encoder.name, "dimension": encoder.dimension}
        self._reader, self._writer = Reader(root / FILE, **place), Writer(root / FILE, **place)  # type: ignore[arg-type]
        self._order: Order | None = None
        self._looked = float("-inf")
        self._ordering = threading.Lock()
        self._pending: tuple[State, Array] | None = None
        self.file, self.model = root / FILE, encoder.name

    def ask(self, text: str) -> Asked:
        """Have the vector of a query made in the background."""
        return self._asking.ask(text)

    def count(self) -> int:
        """How many documents have a meaning."""
        return len(self._reader.refresh())

    def near(self, snapshot: Snapshot, vector: Array, allowed: Array | None, many: int) -> Near:
        """The nearest among the allowed documents (a mask; None: all), which is remembered."""
        order = self._ordered(snapshot)
        if allowed is not None:
            return _near(order, vector, allowed, many)
        key = (vector.tobytes(), many)
        return order.known.get(key, lambda: _near(order, vector, snapshot.live, many), lambda near: int(near.docs.nbytes * 2 + len(key[0])))

    def of(self, snapshot: Snapshot, document: int) -> Array | None:
        """The vector of a document."""
        return self._ordered(snapshot).vectors.vector(int(snapshot.ids[document]))

    def place(self, snapshot: Snapshot, vector: Array, document: int, many: int) -> tuple[float | None, int | None]:
        """How near a document is, and its place among all, when it is one of the first `many`."""
        own = self.of(snapshot, document)
        if own is None:
            return None, None
        at = np.flatnonzero(self.near(snapshot, vector, None, many).docs == document)
        return float(own @ vector), int(at[0]) + 1 if len(at) else None

    def _ordered(self, snapshot: Snapshot) -> Order:
        """Worked out by one thread; the others go on with the one before, when it is of their generation."""
        order = self._order
        fresh = order is not None and order.state == snapshot.state
        if fresh and time.monotonic() - self._looked < LOOK_EVERY:
            assert order is not None
            return order
        if fresh and not self._ordering.acquire(blocking=False):
            assert order is not None
            return order
        if not fresh:
            self._ordering.acquire()
        try:
            return self._newest(snapshot)
        finally:
            self._ordering.release()

    def _newest(self, snapshot: Snapshot) -> Order:
        vectors, order = self._reader.refresh(), self._order
        if order is None or order.state != snapshot.state or order.vectors is not vectors:
            rows = np.where(snapshot.live, vectors.places(snapshot.ids), -1)
            documents = np.full(vectors.size, -1)
            documents[rows[rows >= 0]] = np.flatnonzero(rows >= 0)
            order = self._order = Order(snapshot.state, vectors, rows, documents)
        self._looked = time.monotonic()
        return order

    def learn(self, snapshot: Snapshot, lock: WriterLock, limit: int) -> int:
        """Make some of the meanings that are missing; those of documents that are gone go when none is missing."""
        if self._pending is None or self._pending[0] != snapshot.state:
            self._pending = (snapshot.state, self._missing(snapshot))
        state, waiting = self._pending
        chosen = waiting[:limit]
        if not len(chosen):
            return 0
        texts = [_passage(*snapshot.place(document)) for document in chosen.tolist()]
        vectors = self._encoder.passages(texts)
        with lock.held():
            self._writer.put(snapshot.ids[chosen], np.array([fingerprint(text) for text in texts], np.uint64), vectors)
            if len(waiting) == len(chosen):
                self._forget(snapshot)
        self._pending = (state, waiting[limit:])
        return len(chosen)

    def _missing(self, snapshot: Snapshot) -> Array:
        """The live documents that have no meaning, or that of another text."""
        ids, hashes = self._writer.known()
        if not len(ids) or not snapshot.segments:
            return snapshot.all
        wanted = np.concatenate([_hashes(segment) for segment in snapshot.segments])
        at = np.minimum(np.searchsorted(ids, snapshot.ids), len(ids) - 1)
        known = (ids[at] == snapshot.ids) & (hashes[at] == wanted)
        return np.flatnonzero(snapshot.live & ~known)

    def _forget(self, snapshot: Snapshot) -> None:
        ids, _ = self._writer.known()
        self._writer.drop(ids[~np.isin(ids, snapshot.ids[snapshot.all])])


def _near(order: Order, vector: Array, allowed: Array, many: int) -> Near:
    found = order.vectors.nearest(vector, many, rows=order.rows[allowed])
    docs = order.documents[found.rows]
    there = docs >= 0
    return Near(docs[there], found.similarities[there])


def _hashes(segment: Segment) -> Array:
    """Of the texts whose meaning is taken; a segment never changes, so they are made once."""
    return segment.kept(
        "passages", lambda: np.array([fingerprint(_passage(segment, document)) for document in range(segment.size)], np.uint64)
    )


def _passage(segment: Segment, document: int) -> str:
    title, keywords, _ = json.loads(segment.card(document))
    return passage_of(title, keywords)
