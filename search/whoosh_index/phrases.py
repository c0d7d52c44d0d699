"""Whether words stand one after the other, read from the stream of positions."""

from __future__ import annotations

import numpy as np

from search.whoosh_index.arrays import Array
from search.whoosh_index.fields import TEXT, TITLE
from search.whoosh_index.inverting import word_hash
from search.whoosh_index.segments import Segment, Terms
from search.whoosh_index.snapshot import Snapshot

SCAN = 12  # the stream is read from end to end when the documents in question hold more than such a part of it


def standing(snapshot: Snapshot, docs: Array, words: tuple[str, ...], *, title: bool, then: str = "") -> Array:
    """For each of the documents (in rising order) whether the words stand in it in a row, then perhaps one that begins like `then`."""
    stands = np.zeros(len(docs), bool)
    cuts = np.searchsorted(docs, snapshot.bases)
    for number, segment in enumerate(snapshot.segments):
        begin, end = int(cuts[number]), int(cuts[number + 1])
        if begin < end:
            row = [np.array([word_hash(word)], np.uint32) for word in words]
            if then:
                row.append(_hashes(segment.terms(TITLE if title else TEXT), then))
            stands[begin:end] = _in_segment(segment, docs[begin:end] - snapshot.bases[number], row, title=title)
    return stands


def _hashes(terms: Terms, beginning: str) -> Array:
    places = terms.beginning_with(beginning.encode("utf-8", "replace"))
    return np.array([word_hash(terms.key(at).decode()) for at in places], np.uint32)


def _in_segment(segment: Segment, docs: Array, row: list[Array], *, title: bool) -> Array:
    ends = segment.stream_ends
    stops = ends[docs].astype(np.int64)
    starts = np.where(docs > 0, ends[docs - 1], 0).astype(np.int64)
    if title:
        stops = starts + segment.arrays["title_sizes"][docs]
    sizes = np.maximum(stops - starts - (len(row) - 1), 0)  # where a row can still begin
    if int(sizes.sum()) * SCAN > len(segment.stream):
        owners = _scanned(segment, docs, starts, stops, row)
    else:
        owners = _gathered(segment, starts, sizes, row)
    stands = np.zeros(len(docs), bool)
    stands[owners] = True
    return stands


def _gathered(segment: Segment, starts: Array, sizes: Array, row: list[Array]) -> Array:
    """Which documents have the row, looking at each of their positions."""
    owners = np.repeat(np.arange(len(starts)), sizes)
    offsets = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    for step, wanted in enumerate(row):
        kept = _among(segment.stream[offsets + step], wanted)
        offsets, owners = offsets[kept], owners[kept]
    return owners


def _scanned(segment: Segment, docs: Array, starts: Array, stops: Array, row: list[Array]) -> Array:
    """The same, looking for the words in the whole stream, where it lies: twenty times as fast a position."""
    last = len(segment.stream) - len(row) + 1
    if last <= 0:
        return np.zeros(0, np.int64)
    offsets: Array | None = None
    for step, wanted in sorted(enumerate(row), key=lambda pair: len(pair[1])):
        if offsets is None:
            offsets = np.flatnonzero(_among(segment.stream[step : step + last], wanted))
        else:
            offsets = offsets[_among(segment.stream[offsets + step], wanted)]
    found = np.zeros(0, np.int64) if offsets is None else offsets
    owners = np.searchsorted(stops, found, side="right")
    owners_inside = np.minimum(owners, len(docs) - 1)
    inside = (owners < len(docs)) & (found >= starts[owners_inside]) & (found + len(row) <= stops[owners_inside])
    kept: Array = owners[inside]
    return kept


def _among(hashes: Array, wanted: Array) -> Array:
    found: Array = hashes == wanted[0] if len(wanted) == 1 else np.isin(hashes, wanted)
    return found
