"""Which resources are worth comparing: those that share a block. Never all with all.

A block is a name that likely doubles have in common: the words of the title, two of its rarest words, the institution with one of them.
Blocks are numbers (hashes); a resource's are a dozen, so that a hundred thousand resources take some twenty megabytes while a pass lasts.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from hub.services import affiliating, titling
from hub.services.titling import Title

RARE = 4  # rarest words of a title that make pairs
BLOCK_MOST = 40  # resources: a larger block is no trace of anything
PARTNERS_MOST = 15  # candidates of one resource
STRANGERS = 4  # blocks that resources of different institutions must share


def title_key(title: str, institution: str | None) -> str | None:
    """The key by which a new record finds the same title of the same institution; None where it has none."""
    parts = titling.take_apart(title)
    maker = affiliating.folded(institution) if institution else frozenset()
    if not maker or not parts.words:
        return None
    return f"title:{digest(' '.join((*sorted(maker), '/', *core(parts))))}"


def core(title: Title) -> tuple[str, ...]:
    """The words and numbers of a title, without order and without those that say little."""
    words = sorted(word for word in title.words if word not in titling.LIGHT) or sorted(title.words)
    return (*words, "#", *sorted(title.numbers))


def digest(text: str) -> str:
    """Sixteen hexadecimal digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def number(*parts: str) -> int:
    """A block as a number of 64 bits."""
    return int.from_bytes(hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


@dataclass(frozen=True, slots=True)
class Named:
    """What blocks are made of."""

    id: int
    titles: Sequence[str]  # the title, then others
    institution: str | None


def titles_of(named: Named) -> list[Title]:
    """The titles with the halves of those in two languages."""
    written = dict.fromkeys(part for title in list(named.titles)[:4] for part in (title, *titling.in_both_languages(title)))
    return [titling.take_apart(one) for one in written]


def blocks(named: Named, frequency: Mapping[str, int]) -> set[int]:
    """The blocks that a resource is in."""
    maker = " ".join(sorted(affiliating.folded(named.institution))) if named.institution else ""
    found: set[int] = set()
    for title in titles_of(named):
        found.add(number("title", *core(title)))
        rare = sorted((word for word in title.words if word not in titling.LIGHT), key=lambda word: (frequency[word], word))[:RARE]
        found |= {number("pair", *sorted(two)) for two in combinations(rare, 2)}
        if maker:
            found.add(number("made", maker, *core(title)))
            found |= {number("made of", maker, word) for word in rare[:2]}
    return found


@dataclass(slots=True)
class Blocks:
    """Every resource's blocks, sorted by block: who else is in one is looked up by bisection."""

    ids: np.ndarray  # of the resources, ascending
    starts: np.ndarray  # where the blocks of ids[n] begin in `hashes`
    hashes: np.ndarray  # block numbers, resource by resource
    order: np.ndarray  # places in `hashes`, by block
    makers: np.ndarray  # the institution of ids[n] as a number, 0 when it is unknown
    sorted: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.sorted = self.hashes[self.order]

    def partners(self, id: int) -> list[int]:
        """Ids of resources that share a block with this one, the likeliest first: those of its institution, then those that share most."""
        place = int(np.searchsorted(self.ids, id))
        if place == len(self.ids) or self.ids[place] != id:
            return []
        mine = self.hashes[self.starts[place] : self.starts[place + 1]]
        lows, highs = np.searchsorted(self.sorted, mine, "left"), np.searchsorted(self.sorted, mine, "right")
        shared: Counter[int] = Counter()  # places
        for low, high in zip(lows.tolist(), highs.tolist(), strict=True):
            if 1 < high - low <= BLOCK_MOST:
                shared.update((np.searchsorted(self.starts, self.order[low:high], "right") - 1).tolist())
        del shared[place]
        maker = self.makers[place]
        ranked: list[tuple[bool, int, int]] = []
        for other, times in shared.items():
            theirs, known = self.makers[other], bool(maker and self.makers[other])
            if not known or maker == theirs or times >= STRANGERS:
                ranked.append((not (known and maker == theirs), -times, int(self.ids[other])))
        return [other for _, _, other in sorted(ranked)[:PARTNERS_MOST]]


def build(named: Iterable[Named], again: Iterator[Named], keys: Iterable[tuple[int, str]]) -> Blocks:
    """Blocks of all resources, told twice in order of id: once to count words, once to sort. `keys`: (id, strong key), as ordered."""
    frequency: Counter[str] = Counter()
    for one in named:
        for title in titles_of(one):
            frequency.update(title.words.keys())
    ids, starts, hashes, makers = array("q"), array("q", [0]), array("Q"), array("Q")
    strong = iter(keys)
    held = next(strong, None)
    for one in again:
        mine = blocks(one, frequency)
        while held is not None and held[0] <= one.id:
            if held[0] == one.id:
                mine.add(number("key", held[1]))
            held = next(strong, None)
        ids.append(one.id)
        makers.append(maker_number(one.institution))
        hashes.extend(mine)
        starts.append(len(hashes))
    numbers = frozen(hashes, np.uint64)
    return Blocks(frozen(ids, np.int64), frozen(starts, np.int64), numbers, np.argsort(numbers, kind="stable"), frozen(makers, np.uint64))


def frozen(values: array[int], kind: type[np.int64] | type[np.uint64]) -> np.ndarray:
    """An array to look up in."""
    return np.frombuffer(values, dtype=kind) if values else np.empty(0, kind)


def maker_number(institution: str | None) -> int:
    """An institution as a number; 0 when nobody says which."""
    words = affiliating.folded(institution) if institution else frozenset()
    return number("maker", *sorted(words)) if words else 0
