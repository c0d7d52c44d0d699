"""Chinese that is probably meant: characters that sound the same, or that stand between the same neighbours, as texts have them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from search.whoosh_index.arrays import Array
from search.whoosh_index.fields import TEXT
from search.whoosh_index.segments import Segment, Terms
from search.whoosh_index.snapshot import Snapshot
from search.whoosh_index.syllables import homophones, sounding, syllables

MAX_RUN = 16  # characters that are mended
CHOICE = 20  # characters of one kind that come into question at a place
SOUNDS, FITS = 8.0, 11.0  # what a change costs, against the logarithms of the pairs' counts: few changes before frequent pairs
DOUBT = 3.0  # the same where every pair is known: so many times e must what is meant be more frequent
MISSING = 40.0  # what a pair costs that no text has


@dataclass(frozen=True, slots=True)
class Pairs:
    """The single ideographs of one segment and its pairs, as numbers in rising order, with the documents that have them."""

    singles: Array
    single_counts: Array
    pairs: Array
    pair_counts: Array


def pairs_of(segment: Segment) -> Pairs:
    """Made once of a segment; eight bytes a pair."""
    return segment.kept("pairs", lambda: _pairs(segment.terms(TEXT)))


def _pairs(terms: Terms) -> Pairs:
    places = np.arange(terms.place("\u3400".encode()), terms.place("\ua000".encode()))
    starts, stops = terms.bounds(range(int(places[0]), int(places[-1]) + 1)) if len(places) else (places, places)
    made: list[Array] = []
    for size in (3, 6):
        chosen = places[stops - starts == size]
        codes = terms.matrix(chosen, size).astype(np.uint32)
        numbers: Array = np.zeros(len(chosen), np.uint32)
        for at in range(0, size, 3):
            numbers = numbers << 16 | (codes[:, at] & 15) << 12 | (codes[:, at + 1] & 63) << 6 | codes[:, at + 2] & 63
        made += [numbers, terms.counts_at(chosen).astype(np.uint32)]
    return Pairs(*made)


def missing(snapshot: Snapshot, text: str) -> list[int]:
    """Where a pair of characters begins that no text has."""
    counts = _counted(snapshot, np.array([ord(one) << 16 | ord(other) for one, other in pairwise(text)], np.uint32))
    return np.flatnonzero(counts == 0).tolist()


def meant(snapshot: Snapshot, text: str, *, lost: bool) -> str:
    """The text with characters changed where that makes its pairs frequent: at pairs that no text has; anywhere when it is `lost`."""
    gaps = missing(snapshot, text) if len(text) <= MAX_RUN and all("\u3400" <= one <= "\u9fff" for one in text) else []
    if not gaps and not (lost and len(text) <= MAX_RUN):
        return text
    doubtful = {place for gap in gaps for place in (gap, gap + 1)}
    choices: list[dict[str, float]] = []
    for at, character in enumerate(text):
        fitting = _fitting(snapshot, text[at - 1 : at], text[at + 1 : at + 2]) if at in doubtful else ()
        sounding_so = _frequent(snapshot, homophones(character)) if at in doubtful or lost else ()
        choices.append(dict.fromkeys(fitting, FITS) | dict.fromkeys(sounding_so, SOUNDS if gaps else DOUBT) | {character: 0.0})
    made = _best(snapshot, choices) or text
    return made if _modest(text, made) else text


def _modest(text: str, made: str) -> bool:
    """Half of the characters may sound like what is meant; one that does not must be the only wrong one."""
    changed = [(one, other) for one, other in zip(text, made, strict=True) if one != other]
    return len(changed) <= 1 or (2 * len(changed) <= len(text) and all(other in homophones(one) for one, other in changed))


def spelt(snapshot: Snapshot, letters: str) -> str | None:
    """What pinyin without tones most probably stands for; None when it is no pinyin of several characters that stand together."""
    found = []
    for way in syllables(letters):
        if 1 < len(way) <= MAX_RUN:
            made = _best(snapshot, [dict.fromkeys(_frequent(snapshot, sounding(syllable), 2 * CHOICE), 0.0) for syllable in way])
            if made is not None:
                found.append(made)
    return min(found, key=len, default=None)


def _best(snapshot: Snapshot, choices: list[dict[str, float]]) -> str | None:
    """The most probable way through the characters that come into question (Viterbi); None when it needs a pair that no text has."""
    if not all(choices):
        return None
    codes = [np.array([ord(character) for character in choice], np.uint32) for choice in choices]
    score = -np.array(list(choices[0].values()))
    back: list[Array] = []
    for at in range(1, len(choices)):
        counts = _counted(snapshot, (codes[at - 1][:, None] << 16 | codes[at][None, :]).ravel()).reshape(len(codes[at - 1]), -1)
        reached = score[:, None] + np.where(counts > 0, np.log1p(counts), -MISSING)
        back.append(reached.argmax(axis=0))
        score = reached.max(axis=0) - np.array(list(choices[at].values()))
    place = int(score.argmax())
    way = [place]
    for steps in reversed(back):
        place = int(steps[place])
        way.append(place)
    text = "".join(chr(int(own[at])) for own, at in zip(codes, reversed(way), strict=True))
    return None if missing(snapshot, text) else text


def _counted(snapshot: Snapshot, numbers: Array) -> Array:
    """In how many documents each pair is."""
    counts = np.zeros(len(numbers), np.int64)
    for segment in snapshot.segments:
        known = pairs_of(segment)
        counts += _looked_up(known.pairs, known.pair_counts, numbers)
    return counts


def _looked_up(known: Array, counts: Array, numbers: Array) -> Array:
    if not len(known):
        return np.zeros(len(numbers), np.int64)
    at = np.minimum(np.searchsorted(known, numbers), len(known) - 1)
    return np.where(known[at] == numbers, counts[at], 0).astype(np.int64)


def _frequent(snapshot: Snapshot, characters: str, most: int = CHOICE) -> list[str]:
    """Those of the characters that most documents have."""
    numbers = np.array([ord(character) for character in characters], np.uint32)
    counts = np.zeros(len(numbers), np.int64)
    for segment in snapshot.segments:
        known = pairs_of(segment)
        counts += _looked_up(known.singles, known.single_counts, numbers)
    order = np.argsort(-counts, kind="stable")[:most]
    return [characters[at] for at in order.tolist() if counts[at]]


def _fitting(snapshot: Snapshot, before: str, after: str) -> Iterable[str]:
    """Characters that often follow the one before, or precede the one after."""
    made: dict[str, None] = {}
    for neighbour, following in ((before, True), (after, False)):
        if neighbour:
            made |= dict.fromkeys(_beside(snapshot, ord(neighbour), following=following))
    return made


def _beside(snapshot: Snapshot, code: int, *, following: bool) -> list[str]:
    numbers, counts = [], []
    for segment in snapshot.segments:
        known = pairs_of(segment)
        if following:
            begin, end = np.searchsorted(known.pairs, np.array([code << 16, (code << 16) + 0xFFFF], np.uint32)).tolist()
            chosen: Array | slice = slice(begin, end)
            numbers.append(known.pairs[chosen] & 0xFFFF)
        else:
            chosen = np.flatnonzero(known.pairs & 0xFFFF == code)
            numbers.append(known.pairs[chosen] >> 16)
        counts.append(known.pair_counts[chosen])
    if not numbers:
        return []
    unique, inverse = np.unique(np.concatenate(numbers), return_inverse=True)
    total = np.bincount(inverse, np.concatenate(counts), minlength=len(unique))
    return [chr(int(unique[at])) for at in np.argsort(-total, kind="stable")[:CHOICE]]
