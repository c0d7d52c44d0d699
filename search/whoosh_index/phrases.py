"""Whether words stand one after the other, read from the stream of positions."""

from __future__ import annotations

import numpy as np

from search.whoosh_index.arrays import Array
from search.whoosh_index.inverting import word_hash
from search.whoosh_index.segments import Segment
from search.whoosh_index.snapshot import Snapshot

WIDE = 4  # over one of so many positions of a segment: all are read


def standing(snapshot: Snapshot, docs: Array, words: tuple[str, ...], *, title: bool) -> Array:
    """For each of the documents (in rising order) whether the words stand in it in a row."""
    hashes = np.array([word_hash(word) for word in words], np.uint32)
    stands = np.zeros(len(docs), bool)
    cuts = np.searchsorted(docs, snapshot.bases)
    for number, segment in enumerate(snapshot.segments):
        begin, end = int(cuts[number]), int(cuts[number + 1])
        if begin < end:
            stands[begin:end] = _in_segment(segment, docs[begin:end] - snapshot.bases[number], hashes, title=title)
    return stands


def _in_segment(segment: Segment, docs: Array, hashes: Array, *, title: bool) -> Array:
    ends = segment.stream_ends
    stops = ends[docs].astype(np.int64)
    starts = np.where(docs > 0, ends[docs - 1], 0).astype(np.int64)
    if title:
        stops = starts + segment.arrays["title_sizes"][docs]
    sizes = np.maximum(stops - starts - (len(hashes) - 1), 0)  # where a row can still begin
    if int(sizes.sum()) * WIDE > len(segment.stream):
        return _among_all(segment, docs, starts, stops, hashes)
    owners = np.repeat(np.arange(len(docs)), sizes)
    offsets = np.repeat(starts - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    for step, wanted in enumerate(hashes.tolist()):
        kept = segment.stream[offsets + step] == wanted
        offsets, owners = offsets[kept], owners[kept]
    stands = np.zeros(len(docs), bool)
    stands[owners] = True
    return stands


def _among_all(segment: Segment, docs: Array, starts: Array, stops: Array, hashes: Array) -> Array:
    """The same for a good part of the segment's documents: the whole stream is read as it lies, which is cheaper than place by place."""
    last = len(segment.stream) - len(hashes) + 1
    stands = np.zeros(len(docs), bool)
    if last <= 0:
        return stands
    at = np.flatnonzero(segment.stream[:last] == hashes[0])
    for step, wanted in enumerate(hashes[1:].tolist(), 1):
        at = at[segment.stream[at + step] == wanted]
    owner = np.searchsorted(starts, at, side="right") - 1  # of the documents that are looked at
    inside = owner >= 0
    at, owner = at[inside], owner[inside]
    stands[owner[at + len(hashes) <= stops[owner]]] = True
    return stands
