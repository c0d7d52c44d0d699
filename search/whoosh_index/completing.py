"""Type-ahead: keywords, names and titles that begin as typed, at their beginning or at any of their words; words first, then pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from search.analysis import fold, positions
from search.document import Completion
from search.query import parse
from search.typed import OPERATORS, SIGNS
from search.whoosh_index.arrays import Array
from search.whoosh_index.beginnings import END, KINDS, MAX_VALUE, PINYIN, lines
from search.whoosh_index.fields import AHEAD
from search.whoosh_index.matching import match
from search.whoosh_index.planning import plan
from search.whoosh_index.pronouncing import HAN, MAX_SPELT
from search.whoosh_index.segments import Segment, Terms
from search.whoosh_index.snapshot import Snapshot
from search.whoosh_index.syllables import syllables
from search.whoosh_index.titles import spelt_titles, titles

MAX_TYPED = 80
LOOKED_AT = 32  # values of one segment, the most frequent first
SPELLED = 8  # names of one pinyin that are looked at
SHARES = {"keyword": 3, "provider": 2, "institution": 2}  # of a list of eight; titles take the rest
ACTING = re.compile(r'["()|*:]|(?<!\S)[-+]\S')  # with one of these a keyword may mean something else in a query


def complete(snapshot: Snapshot, typed: str, limit: int) -> tuple[Completion, ...]:
    """Keywords first, then names, then titles; what begins a text before what begins a later word of it."""
    words = [word for word in positions(typed[:MAX_TYPED]) if word]
    if not words or limit <= 0:
        return ()
    letters = "".join(words)
    spelt = letters[:MAX_SPELT] if letters.isascii() and letters.isalpha() else ""
    kinds = {kind: _values(snapshot, kind, " ".join(words), spelt, limit) for kind in KINDS}
    kinds["title"] = titles(snapshot, words, limit)
    if spelt and len(kinds["title"]) < limit:
        kinds["title"].extend(spelt_titles(snapshot, spelt, limit))
    return _shared(kinds, limit)


def _shared(kinds: dict[str, list[Completion]], limit: int) -> tuple[Completion, ...]:
    """Each kind gets its share, titles the rest, and what is left over goes to whoever has more. No text twice."""
    seen: dict[str, Completion] = {}
    for found in kinds.values():
        for made in found:
            seen.setdefault(fold(made.text), made)
    unique = {kind: [made for made in seen.values() if made.kind == kind] for kind in kinds}
    taken = {kind: min(len(unique[kind]), max(1, share * limit // 8)) for kind, share in SHARES.items()}
    taken["title"] = min(len(unique["title"]), max(0, limit - sum(taken.values())))
    for kind in kinds:
        taken[kind] += min(len(unique[kind]) - taken[kind], max(0, limit - sum(taken.values())))
    return tuple(made for kind in kinds for made in unique[kind][: taken[kind]])[:limit]


def _values(snapshot: Snapshot, kind: str, wanted: str, spelt: str, limit: int) -> list[Completion]:
    """The most frequent of a kind. Only keywords that a search finds: as a query some read otherwise."""
    found: dict[str, None] = {}
    for beginning in (wanted[:MAX_VALUE], PINYIN + spelt if spelt else ""):
        for letter in (KINDS[kind], KINDS[kind].lower()):
            if beginning and len(found) < limit:
                texts = _most_frequent(snapshot, letter, beginning, limit)
                fitting = texts if len(wanted) <= MAX_VALUE or beginning[0] == PINYIN else (text for text in texts if _fits(text, wanted))
                found |= dict.fromkeys(text for text in fitting if kind != "keyword" or _is_found(snapshot, text))
    return [Completion(text=text, kind=kind) for text in list(found)[:limit]]


def spelled(snapshot: Snapshot, letters: str) -> str | None:
    """Chinese with just this pinyin: a keyword or a name that is so, or that begins so."""
    ways = syllables(letters) if len(letters) < MAX_SPELT else []
    for end in (END, ""):
        for letter in KINDS.values() if ways else ():
            for text in _most_frequent(snapshot, letter, PINYIN + letters + end, SPELLED):
                if HAN.fullmatch(text) and len(ways[0]) > 1:
                    return text[: len(ways[0])]
    return None


def _fits(text: str, wanted: str) -> bool:
    return any(f" {wanted}" in f" {line}" for line in lines(text))


def _is_found(snapshot: Snapshot, text: str) -> bool:
    """A keyword of plain words is found wherever it stands."""
    read = text.translate(SIGNS)
    plain = not ACTING.search(read) and not set(read.split()) & set(OPERATORS)
    return plain or len(match(snapshot, plan(parse(text).root)).docs) > 0


def _most_frequent(snapshot: Snapshot, letter: str, beginning: str, limit: int) -> list[str]:
    counts: dict[str, int] = {}
    for base, segment in zip(snapshot.bases, snapshot.segments, strict=False):
        own: dict[str, int] = {}
        for text, count in _of_segment(snapshot, base, segment, letter, beginning, max(LOOKED_AT, 2 * limit)):
            own[text] = max(count, own.get(text, 0))
        for text, count in own.items():
            counts[text] = counts.get(text, 0) + count
    return sorted(counts, key=lambda text: (-counts[text], text))[:limit]


def _of_segment(snapshot: Snapshot, base: int, segment: Segment, letter: str, beginning: str, most: int) -> Iterator[tuple[str, int]]:
    """The texts with so many live documents that begin so; pinyin may end anywhere, too."""
    terms = segment.terms(AHEAD)
    places = terms.beginning_with((letter + beginning).encode("utf-8", "replace"), span(segment, letter))
    if not places:
        return
    counts = _live(terms, places, None if snapshot.whole else snapshot.live[base : base + segment.size])
    chosen = np.argsort(-counts, kind="stable")[:most]
    for at, count in zip(chosen.tolist(), counts[chosen].tolist(), strict=True):
        if count:
            yield terms.key(places.start + at).decode().partition(END)[2], count


def span(segment: Segment, letter: str) -> range:
    """The places of all terms of a kind; looked for once a segment."""
    return segment.kept(f"ahead {letter}", lambda: segment.terms(AHEAD).beginning_with(letter.encode()))


def _live(terms: Terms, places: range, live: Array | None) -> Array:
    """How many live documents have each of the terms at these places."""
    starts = terms.starts()[places.start : places.stop + 1].astype(np.int64)
    if live is None:
        counts: Array = np.diff(starts)
        return counts
    before = np.concatenate(([0], np.cumsum(live[terms.docs[starts[0] : starts[-1]]])))
    return np.diff(before[starts - starts[0]])
