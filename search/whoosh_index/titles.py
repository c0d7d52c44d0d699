"""Titles in the type-ahead: those that begin as typed, then those with a later word that does, found by the titles' own words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np

from search.analysis import fold
from search.document import Completion
from search.whoosh_index.arrays import Array
from search.whoosh_index.beginnings import MAX_TITLE, PINYIN, TITLE, lines
from search.whoosh_index.fields import AHEAD
from search.whoosh_index.fields import TITLE as TITLES
from search.whoosh_index.phrases import standing
from search.whoosh_index.segments import Segment
from search.whoosh_index.snapshot import Snapshot

FEW = 200  # titles read one by one where positions cannot tell
MAX_READ = 600  # titles of one call
NOBODY = np.zeros(0, np.int64)


def titles(snapshot: Snapshot, words: list[str], limit: int) -> list[Completion]:
    """Titles that fit, each text once; the weightiest documents first."""
    wanted = " ".join(words)
    found: dict[str, Completion] = {}
    first = beginning(snapshot, TITLE + wanted[:MAX_TITLE])
    _take(snapshot, found, first, limit, wanted if len(wanted) > MAX_TITLE else "")
    if len(found) < limit:
        having = _having(snapshot, words)
        stands = np.ones(len(having), bool)
        if len(words) > 1 and len(having) > FEW:
            stands = standing(snapshot, having, (*words[:-1],), title=True, then=words[-1])
        _take(snapshot, found, having[stands], limit, wanted)
        _take(snapshot, found, _best(snapshot, having[~stands], FEW), limit, wanted)  # e-commerce is one word and two positions
    return list(found.values())


def spelt_titles(snapshot: Snapshot, spelt: str, limit: int) -> list[Completion]:
    """Titles whose pinyin, or its initials, begin so at a word."""
    found: dict[str, Completion] = {}
    for letter in (TITLE, TITLE.lower()):
        _take(snapshot, found, beginning(snapshot, letter + PINYIN + spelt), limit, "")
    return list(found.values())


def beginning(snapshot: Snapshot, wanted: str) -> Array:
    """Live documents with a term of the type-ahead that begins so."""
    key = wanted.encode("utf-8", "replace")
    docs = [
        segment.terms(AHEAD).postings_between(segment.terms(AHEAD).beginning_with(key))[0] + np.int64(base)
        for base, segment in zip(snapshot.bases, snapshot.segments, strict=False)
    ]
    return _live(snapshot, np.unique(np.concatenate(docs))) if docs else NOBODY


def _live(snapshot: Snapshot, docs: Array) -> Array:
    kept: Array = docs if snapshot.whole else docs[snapshot.live[docs]]
    return kept


def _take(snapshot: Snapshot, found: dict[str, Completion], docs: Array, limit: int, wanted: str) -> None:
    """Read titles, the best first, until there are enough that have what is wanted."""
    for document in _in_order(snapshot, docs, limit):
        if len(found) >= limit:
            return
        segment, own = snapshot.place(document)
        title = json.loads(segment.card(own))[0]
        if not wanted or any(f" {wanted}" in f" {line}" for line in lines(title)):
            found.setdefault(fold(title), Completion(text=title, kind="title", id=int(snapshot.ids[document])))


def _in_order(snapshot: Snapshot, docs: Array, limit: int) -> Iterator[int]:
    """The best few first: most often they are enough."""
    few = _best(snapshot, docs, 4 * limit)
    yield from few.tolist()
    if len(few) < len(docs):
        yield from _best(snapshot, docs, MAX_READ)[len(few) :].tolist()


def _best(snapshot: Snapshot, docs: Array, most: int) -> Array:
    """So many of the documents, by weight, then by id."""
    keys = snapshot.ids[docs] - ((snapshot.formula().boosts[docs] * 10_000).astype(np.int64) << 32)
    if len(docs) > most:
        chosen = np.argpartition(keys, most)[:most]
        docs, keys = docs[chosen], keys[chosen]
    best: Array = docs[np.argsort(keys, kind="stable")]
    return best


def _having(snapshot: Snapshot, words: list[str]) -> Array:
    """Live documents with all the words in a title, of the last word its beginning."""
    exact = _exact(words)
    last = words[-1].encode("utf-8", "replace")
    docs = [_in_segment(segment, exact, last) + np.int64(base) for base, segment in zip(snapshot.bases, snapshot.segments, strict=False)]
    return _live(snapshot, np.concatenate(docs)) if docs else NOBODY


def _exact(words: list[str]) -> list[bytes]:
    """Terms that a title must have: all words but the last. Neighbouring ideographs as pairs would miss those with a blank between."""
    return [word.encode("utf-8", "replace") for word in dict.fromkeys(words[:-1])]


def _in_segment(segment: Segment, exact: list[bytes], last: bytes) -> Array:
    terms = segment.terms(TITLES)
    mask = np.zeros(segment.size, bool)
    mask[terms.postings_between(terms.beginning_with(last))[0]] = True
    for key in exact:
        docs = terms.postings(key)[0]
        narrowed = np.zeros(segment.size, bool)
        narrowed[docs[mask[docs]]] = True
        mask = narrowed
    return np.flatnonzero(mask)
