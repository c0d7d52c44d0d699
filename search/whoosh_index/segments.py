"""One immutable segment, mapped from its file: terms, postings, columns. No list of Python objects, whatever its size."""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from search.whoosh_index.arrays import Array, Damaged, open_arrays
from search.whoosh_index.caching import Cache
from search.whoosh_index.fields import TEXT, TITLE

EXTENSION = ".arrays"
HASHED = (TEXT, TITLE)
Made = TypeVar("Made")
NOTHING = (np.zeros(0, np.uint32), np.zeros(0, np.uint8))


class Terms:
    """The terms of one field in byte order, and their postings."""

    def __init__(self, arrays: dict[str, Array], field: str) -> None:
        self._keys, self._ends, self._starts = arrays[f"{field}.keys"], arrays[f"{field}.ends"], arrays[f"{field}.starts"]
        self.docs, self.weights = arrays[f"{field}.docs"], arrays[f"{field}.weights"]
        self._bytes = memoryview(self._keys.data) if len(self._keys) else memoryview(b"")
        self._hashes, self._hashed = arrays.get(f"{field}.hashes"), arrays.get(f"{field}.hashed")

    def __len__(self) -> int:
        return len(self._ends)

    def key(self, at: int) -> bytes:
        """The term at this place."""
        return bytes(self._bytes[int(self._ends[at - 1]) if at else 0 : int(self._ends[at])])

    def __iter__(self) -> Iterator[bytes]:
        """All terms in order; faster than one at a time."""
        begin, held = 0, bytes(self._bytes)
        for end in self._ends.tolist():
            yield held[begin:end]
            begin = end

    def place(self, key: bytes, within: range | None = None) -> int:
        """Where the term stands, or would stand; sooner when it is known to be within these places."""
        begin, end = (0, len(self)) if within is None else (within.start, within.stop)
        return bisect_left(range(len(self)), key, begin, end, key=self.key)

    def find(self, key: bytes) -> int | None:
        """Where the term stands, or None. By its hash, where the field has hashes: ten times as fast."""
        if self._hashes is not None and self._hashed is not None:
            wanted = np.uint32(crc32(key))
            at = int(self._hashes.searchsorted(wanted))
            while at < len(self._hashes) and self._hashes[at] == wanted:
                if self.key(place := int(self._hashed[at])) == key:
                    return place
                at += 1
            return None
        at = self.place(key)
        return at if at < len(self) and self.key(at) == key else None

    def beginning_with(self, prefix: bytes, within: range | None = None) -> range:
        """The places of all terms with this prefix, of those within these places."""
        stop = len(self) if within is None else within.stop
        begin = self.place(prefix, within)
        return range(begin, self.place(prefix + b"\xff", range(begin, stop)))

    def counts(self) -> Array:
        """In how many documents each term stands."""
        counts: Array = np.diff(self._starts.astype(np.int64))
        return counts

    def starts(self) -> Array:
        """Where each term's postings begin, and the end of the last."""
        return self._starts

    def bounds(self, places: range) -> tuple[Array, Array]:
        """Where each of the terms at these places begins and ends among the letters of all."""
        stops = self._ends[places.start : places.stop].astype(np.int64)
        starts = np.concatenate(([int(self._ends[places.start - 1]) if places.start else 0], stops[:-1])) if len(stops) else stops
        return starts, stops

    def matrix(self, places: Array, width: int) -> Array:
        """The letters of the terms at these places, a row each, with zeros after their ends."""
        stops = self._ends[places].astype(np.int64)
        starts = np.where(places > 0, self._ends[places - 1], 0).astype(np.int64)
        at = starts[:, None] + np.arange(width)
        if not len(places):
            return np.zeros((0, width), np.uint8)
        return np.ascontiguousarray(np.where(at < stops[:, None], self._keys[np.minimum(at, len(self._keys) - 1)], np.uint8(0)))

    def counts_at(self, places: Array) -> Array:
        """In how many documents each of the terms at these places stands."""
        counts: Array = (self._starts[places + 1] - self._starts[places]).astype(np.int64)
        return counts

    def letters(self) -> Array:
        """The bytes of all terms, one after the other."""
        return self._keys

    def postings_at(self, at: int) -> tuple[Array, Array]:
        """Documents and weights of the term at this place."""
        begin, end = int(self._starts[at]), int(self._starts[at + 1])
        return self.docs[begin:end], self.weights[begin:end]

    def postings_between(self, places: range) -> tuple[Array, Array]:
        """Documents and weights of all terms at these places; a document may come several times."""
        if not places:
            return NOTHING
        begin, end = int(self._starts[places.start]), int(self._starts[places.stop])
        return self.docs[begin:end], self.weights[begin:end]

    def postings(self, key: bytes) -> tuple[Array, Array]:
        """Documents and weights of a term; empty when it is not there."""
        at = self.find(key)
        return NOTHING if at is None else self.postings_at(at)


def key_arrays(field: str, keys: Sequence[bytes]) -> dict[str, Array]:
    """The terms of a field, in byte order, as a segment keeps them; those of words with their hashes in order, too."""
    made: dict[str, Array] = {
        f"{field}.keys": np.frombuffer(b"".join(keys), np.uint8),
        f"{field}.ends": np.cumsum([len(key) for key in keys], dtype=np.uint32),
    }
    if field in HASHED:
        hashes = np.fromiter(map(crc32, keys), np.uint32, len(keys))
        order = np.argsort(hashes, kind="stable").astype(np.uint32)
        made |= {f"{field}.hashes": hashes[order], f"{field}.hashed": order}
    return made


class Segment:
    """The arrays of one file. It lives as long as somebody holds it; the file may be deleted meanwhile."""

    def __init__(self, path: Path) -> None:
        self.arrays, self._mapped, _ = open_arrays(path)
        self._fields: dict[str, Terms] = {}
        self._kept: dict[str, Any] = {}
        self.offsets = Cache()  # of words in the stream, for phrases
        try:
            self.ids = self.arrays["ids"]
            self.stream, self.stream_ends = self.arrays["stream"], self.arrays["stream_ends"]
            self._cards, self._card_ends = self.arrays["cards"], self.arrays["card_ends"]
        except KeyError as error:
            raise Damaged(f"{path.name} lacks {error}") from error
        self.size = len(self.ids)

    def terms(self, field: str) -> Terms:
        """The terms of a field."""
        found = self._fields.get(field)
        if found is None:
            found = self._fields[field] = Terms(self.arrays, field)
        return found

    def card(self, document: int) -> bytes:
        """What is kept to show of a document, as inverting.card wrote it."""
        begin = int(self._card_ends[document - 1]) if document else 0
        return self._cards[begin : int(self._card_ends[document])].tobytes()

    def release(self) -> None:
        """Give back the memory of what was read; it is mapped again when it is needed."""
        self._mapped.madvise(mmap.MADV_DONTNEED)

    def kept(self, name: str, make: Callable[[], Made]) -> Made:
        """A thing made once of this segment."""
        if name not in self._kept:
            self._kept[name] = make()
        made: Made = self._kept[name]
        return made
