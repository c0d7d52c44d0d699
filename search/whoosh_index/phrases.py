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
    positions = int(sizes.sum())
    known = min((len(_places(segment, wanted)) for wanted in row if _is_known(segment, wanted)), default=len(segment.stream))
    if positions * SCAN > len(segment.stream) or known < positions:
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
    """The same from all places of one of the words, known or found in the whole stream, where it lies: twenty times as fast a position."""
    last = len(segment.stream) - len(row) + 1
    if last <= 0:
        return np.zeros(0, np.int64)
    step = _best_known(segment, row)
    offsets = _places(segment, row[step]) - step
    offsets = offsets[(offsets >= 0) & (offsets < last)]
    for other, wanted in enumerate(row):
        if other != step:
            offsets = offsets[_among(segment.stream[offsets + other], wanted)]
    owners = np.searchsorted(stops, offsets, side="right")
    owners_inside = np.minimum(owners, len(docs) - 1)
    inside = (owners < len(docs)) & (offsets >= starts[owners_inside]) & (offsets + len(row) <= stops[owners_inside])
    kept: Array = owners[inside]
    return kept


def _best_known(segment: Segment, row: list[Array]) -> int:
    """Which word to begin with: of those whose places are known the one that has fewest, else the first that is one word."""
    known = [(len(_places(segment, wanted)), step) for step, wanted in enumerate(row) if _is_known(segment, wanted)]
    return min(known)[1] if known else min(range(len(row)), key=lambda step: len(row[step]))


def _is_known(segment: Segment, wanted: Array) -> bool:
    return len(wanted) == 1 and segment.offsets.has(int(wanted[0]))


def _places(segment: Segment, wanted: Array) -> Array:
    """Where one of these words stands in the stream; those of a single word are kept, for the vocabulary's words come again and again."""
    if len(wanted) != 1:
        return np.flatnonzero(_among(segment.stream, wanted))
    found = segment.offsets.get(
        int(wanted[0]), lambda: np.flatnonzero(segment.stream == wanted[0]).astype(np.uint32), lambda made: int(made.nbytes)
    )
    return found.astype(np.int64)


def _among(hashes: Array, wanted: Array) -> Array:
    found: Array = hashes == wanted[0] if len(wanted) == 1 else np.isin(hashes, wanted)
    return found
