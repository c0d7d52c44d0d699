"""Words of Latin letters that are nearest to one: few letters to change, add, drop or swap with their neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.whoosh_index.arrays import Array
from search.whoosh_index.fields import TEXT
from search.whoosh_index.segments import Segment, Terms
from search.whoosh_index.snapshot import Snapshot

SHORTEST, LONGEST = 3, 24  # of a word that can be mended
LONG_WORD = 5  # letters, from which on two may be wrong
MAX_NEAR = 8_000  # words of one segment compared letter by letter
OTHER = np.uint32(1 << 31)  # a letter that is not a to z
BITS = np.full(256, OTHER, np.uint32)
BITS[97:123] = np.uint32(1) << np.arange(26, dtype=np.uint32)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one segment that begin with a to z stand side by side: where, and of each its size and which letters it has."""

    first: int
    sizes: Array  # 0 is a word that cannot be meant
    letters: Array


def lexicon_of(segment: Segment) -> Lexicon:
    """Made once of a segment, when the first word needs mending; five bytes a word."""
    return segment.kept("lexicon", lambda: _lexicon(segment.terms(TEXT)))


def _lexicon(terms: Terms) -> Lexicon:
    first, last = terms.place(b"a"), terms.place(b"{")
    starts, stops = terms.bounds(range(first, last))
    if not len(starts):
        return Lexicon(first, np.zeros(0, np.uint8), np.zeros(0, np.uint32))
    held = BITS[terms.letters()[starts[0] : stops[-1]]]
    letters = np.bitwise_or.reduceat(held, starts - starts[0])
    sizes = stops - starts
    sizes[(sizes < SHORTEST) | (sizes > LONGEST) | (letters & OTHER > 0)] = 0
    return Lexicon(first, sizes.astype(np.uint8), letters)


def nearest(snapshot: Snapshot, text: str) -> str | None:
    """The most frequent among the nearest words; one wrong letter in a short word, two in a long one. For LONGEST letters at most."""
    most = 1 if len(text) < LONG_WORD else 2
    words, counts = _near(snapshot, text, most)
    if not len(words):
        return None
    codes = words.view(np.uint8).reshape(len(words), LONGEST)
    far = distances(text, codes, most)
    far[words == text.encode("ascii", "replace")] = most + 1
    order = np.lexsort((words, -counts, codes[:, 0] != ord(text[0]) % 256, far))
    best = int(order[0])
    return words[best].decode() if far[best] <= most else None


def _near(snapshot: Snapshot, text: str, most: int) -> tuple[Array, Array]:
    """Words of all segments that may be near by their size and their letters, each once, and in how many documents they are."""
    own = np.uint32(sum(1 << (ord(letter) - 97) for letter in set(text) if "a" <= letter <= "z"))
    words, counts = [], []
    for segment in snapshot.segments:
        known, terms = lexicon_of(segment), segment.terms(TEXT)
        near = np.abs(known.sizes.astype(np.int16) - len(text)) <= most
        near &= known.sizes > 0
        near &= np.bitwise_count(known.letters ^ own) <= 2 * most
        at = np.flatnonzero(near)[:MAX_NEAR] + known.first
        words.append(terms.matrix(at, LONGEST).view(f"S{LONGEST}").reshape(len(at)))
        counts.append(terms.counts_at(at))
    if not words:
        return np.zeros(0, f"S{LONGEST}"), np.zeros(0, np.int64)
    unique, inverse = np.unique(np.concatenate(words), return_inverse=True)
    return unique, np.bincount(inverse, np.concatenate(counts), minlength=len(unique)).astype(np.int64)


def distances(text: str, codes: Array, most: int) -> Array:
    """The distance of each row of letters (0 after its end) from a text; anything over `most` is `most` + 1."""
    size, far = len(codes), np.int16(most + 1)
    width = len(text) + most
    wanted = text.encode("ascii", "replace")
    letters = [codes[:, at] if at < codes.shape[1] else np.zeros(size, np.uint8) for at in range(width)]
    beyond = np.full(size, far)
    before: list[Array] = []
    row = [np.full(size, min(at, far), np.int16) for at in range(width + 1)]
    for at, letter in enumerate(wanted, 1):
        earlier, before = before, row
        row = [np.full(size, min(at, far), np.int16), *[beyond] * width]
        for place in range(max(1, at - most), min(width, at + most) + 1):
            value = np.minimum(np.minimum(before[place], row[place - 1]) + 1, before[place - 1] + (letters[place - 1] != letter))
            if at > 1 and place > 1:
                swapped = (letters[place - 2] == letter) & (letters[place - 1] == wanted[at - 2])
                value = np.where(swapped, np.minimum(value, earlier[place - 2] + 1), value)
            row[place] = np.minimum(value, far)
    sizes = (codes > 0).sum(axis=1)
    found: Array = np.where(sizes > width, far, np.stack(row)[np.minimum(sizes, width), np.arange(size)])
    return found
