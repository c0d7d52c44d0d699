"""Several segments -> one, without the deleted documents, array by array."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

import numpy as np

from search.whoosh_index.arrays import Array, ArraysWriter
from search.whoosh_index.fields import FIELDS
from search.whoosh_index.segments import Segment, Terms

COLUMNS = ("ids", "versions", "boosts", "updated", "begins", "order", "lengths", "title_sizes")
VARIED = (
    ("stream", "stream_ends"),
    ("cards", "card_ends"),
    ("lines", "line_ends"),
)  # parts of documents, and where they end
Part = tuple[Segment, Array]  # and which of its documents live


def merge(parts: Sequence[Part], writer: ArraysWriter) -> int:
    """Write one segment made of others; answers its size. Holds one field's postings at a time."""
    for name in COLUMNS:
        arrays = [segment.arrays[name][live] for segment, live in parts]
        writer.add(name, np.concatenate(arrays))
    for values, ends in VARIED:
        _varied(parts, writer, values, ends)
    numbers, base = [], 0
    for _, live in parts:
        number = np.cumsum(live, dtype=np.int64) - 1 + base
        numbers.append(np.where(live, number, -1))
        base += int(live.sum())
    for field in FIELDS:
        _field(field, [segment.terms(field) for segment, _ in parts], numbers, writer)
    return base


def _varied(parts: Sequence[Part], writer: ArraysWriter, values: str, ends: str) -> None:
    sizes = [_sizes(segment.arrays[ends]) for segment, _ in parts]
    pieces = (segment.arrays[values][np.repeat(live, size)] for (segment, live), size in zip(parts, sizes, strict=True))
    writer.add_parts(values, parts[0][0].arrays[values].dtype, pieces)
    kept = np.concatenate([size[live] for (_, live), size in zip(parts, sizes, strict=True)])
    writer.add(ends, np.cumsum(kept, dtype=np.uint64))


def _sizes(ends: Array) -> Array:
    sizes: Array = np.diff(ends.astype(np.int64), prepend=0)
    return sizes


def _field(field: str, terms: Sequence[Terms], numbers: Sequence[Array], writer: ArraysWriter) -> None:
    keys, targets = _keys(terms)
    kept = [np.flatnonzero(number[term.docs] >= 0) for term, number in zip(terms, numbers, strict=True)]
    owners = [target[np.repeat(np.arange(len(term)), term.counts())[keep]] for term, target, keep in zip(terms, targets, kept, strict=True)]
    counts = np.zeros(len(keys), np.int64)
    for owner in owners:
        counts += np.bincount(owner, minlength=len(keys))
    docs, weights = np.empty(int(counts.sum()), np.uint32), np.empty(int(counts.sum()), np.uint8)
    free = np.cumsum(counts) - counts  # where the next posting of each term goes
    for term, number, keep, owner in zip(terms, numbers, kept, owners, strict=True):
        run = np.bincount(owner, minlength=len(keys))
        places = np.arange(len(owner)) + np.repeat(free - (np.cumsum(run) - run), run)
        docs[places], weights[places] = number[term.docs[keep]], term.weights[keep]
        free += run
    used = np.flatnonzero(counts)
    names = [keys[at] for at in used.tolist()]
    writer.add(f"{field}.keys", np.frombuffer(b"".join(names), np.uint8))
    writer.add(f"{field}.ends", np.cumsum([len(name) for name in names], dtype=np.uint32))
    writer.add(f"{field}.starts", np.concatenate(([0], np.cumsum(counts[used]))).astype(np.uint64))
    writer.add(f"{field}.docs", docs)
    writer.add(f"{field}.weights", weights)


def _keys(terms: Sequence[Terms]) -> tuple[list[bytes], list[Array]]:
    """All terms in order, and for each segment the place of its own terms among them."""
    keys: list[bytes] = []
    targets = [np.empty(len(term), np.int64) for term in terms]
    seen = [0] * len(terms)
    for key, source in heapq.merge(*(_numbered(term, number) for number, term in enumerate(terms))):
        if not keys or keys[-1] != key:
            keys.append(key)
        targets[source][seen[source]] = len(keys) - 1
        seen[source] += 1
    return keys, targets


def _numbered(terms: Terms, number: int) -> Iterator[tuple[bytes, int]]:
    return ((key, number) for key in iter(terms))
