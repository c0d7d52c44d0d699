"""Several segments -> one, without the deleted documents, array by array."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from search.whoosh_index import signals
from search.whoosh_index.arrays import Array, ArraysWriter
from search.whoosh_index.fields import FIELDS, LENGTH, weight_kind
from search.whoosh_index.occurrences import TEXTS
from search.whoosh_index.segments import Segment, Terms, key_arrays

COLUMNS = (
    "ids",
    "versions",
    "updated",
    "begins",
    "rating",
    "adoptions",
    "order",
    "title_sizes",
    *signals.COLUMNS,
    *(LENGTH + name for name in TEXTS),
)
VARIED = (("stream", "stream_ends"), ("cards", "card_ends"))  # parts of documents, and where they end
CHUNK = 250_000  # postings
Part = tuple[Segment, Array]  # and which of its documents live


def merge(parts: Sequence[Part], writer: ArraysWriter) -> int:
    """Write one segment made of others; answers its size. Holds one field's postings at a time."""
    for name in COLUMNS:
        arrays = [segment.arrays[name][live] for segment, live in parts]
        writer.add(name, np.concatenate(arrays))
    for values, ends in VARIED:
        _varied(parts, writer, values, ends)
        for segment, _ in parts:
            segment.release()
    numbers, base = [], 0
    for _, live in parts:
        number = np.cumsum(live, dtype=np.int32) - 1 + base
        numbers.append(np.where(live, number, -1))
        base += int(live.sum())
    for field in FIELDS:
        _field(field, [segment.terms(field) for segment, _ in parts], numbers, writer)
        for segment, _ in parts:
            segment.release()
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
    counts = np.zeros(len(keys), np.int64)
    weights: list[Array] = []

    def documents() -> Iterator[Array]:
        for begin, end in _chunks(terms, targets, len(keys)):
            owners, docs, own = _chunk(terms, targets, numbers, begin, end)
            order = np.argsort(owners, kind="stable")
            counts[begin:end] = np.bincount(owners, minlength=end - begin)
            weights.append(own[order])
            yield docs[order]

    writer.add_parts(f"{field}.docs", np.dtype(np.uint32), documents())
    writer.add_parts(f"{field}.weights", weight_kind(field), weights)
    used = np.flatnonzero(counts)
    names = [keys[at] for at in used.tolist()]
    for name, array in key_arrays(field, names).items():
        writer.add(name, array)
    writer.add(f"{field}.starts", np.concatenate(([0], np.cumsum(counts[used]))).astype(np.uint64))


def _chunks(terms: Sequence[Terms], targets: Sequence[Array], many: int) -> Iterator[tuple[int, int]]:
    """Ranges of the terms with about CHUNK postings each, so that a merge of any size needs little memory."""
    sizes = np.zeros(many, np.int64)
    for term, target in zip(terms, targets, strict=True):
        sizes[target] += term.counts()
    chunks = (np.cumsum(sizes) - sizes) // CHUNK
    cuts = [0, *(np.flatnonzero(np.diff(chunks)) + 1).tolist(), many]
    return ((begin, end) for begin, end in pairwise(cuts) if begin < end)


def _chunk(terms: Sequence[Terms], targets: Sequence[Array], numbers: Sequence[Array], begin: int, end: int) -> tuple[Array, Array, Array]:
    """The live postings of some terms from all segments: which of the terms, document, weight."""
    owners, docs, weights = [], [], []
    for term, target, number in zip(terms, targets, numbers, strict=True):
        first, last = np.searchsorted(target, (begin, end)).tolist()
        starts = term.starts()[first : last + 1].astype(np.int64)
        held, own = term.postings_between(range(first, last))
        document = number[held]
        live = document >= 0
        owners.append(np.repeat((target[first:last] - begin).astype(np.int32), np.diff(starts))[live])
        docs.append(document[live].astype(np.uint32))
        weights.append(own[live])
    return np.concatenate(owners), np.concatenate(docs), np.concatenate(weights)


def _keys(terms: Sequence[Terms]) -> tuple[list[bytes], list[Array]]:
    """All terms in order, and for each segment the place of its own terms among them."""
    keys: list[bytes] = []
    targets = [np.empty(len(term), np.int32) for term in terms]
    seen = [0] * len(terms)
    for key, source in heapq.merge(*(_numbered(term, number) for number, term in enumerate(terms))):
        if not keys or keys[-1] != key:
            keys.append(key)
        targets[source][seen[source]] = len(keys) - 1
        seen[source] += 1
    return keys, targets


def _numbered(terms: Terms, number: int) -> Iterator[tuple[bytes, int]]:
    return ((key, number) for key in iter(terms))
