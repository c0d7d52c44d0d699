"""Counting the values of facets over all matches.

Few combinations of values occur: documents are counted by combination first, and combinations then by value. A combination is known
by the sum of its values' 64-bit hashes, so that segments can be joined without looking at their documents again; that two of some
thousands should have the same is about as likely as one in 10^13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from search.document import Count
from search.whoosh_index.arrays import Array
from search.whoosh_index.segments import Terms

GROUPS = (  # facets whose combinations stay few
    ("type", "language", "level", "licence", "free", "certificate"),
    ("platform", "source", "start"),
    ("topic",),
    ("provider",),
    ("institution",),
    ("score", "adopted"),
    ("tag",),
)
GROUP_OF = {name: group for group in GROUPS for name in group}


@dataclass(frozen=True, slots=True)
class Combinations:
    """Those that occur among some documents, and the values of each: of number c they are flat[starts[c]:starts[c + 1]]."""

    hashes: Array
    numbers: Array  # document -> combination
    starts: Array
    flat: Array


def combinations(fields: Sequence[tuple[str, Terms]], size: int) -> Combinations:
    """Of one segment. Values are numbered through: those of the first field, then those of the next."""
    hashes, docs, values, before = np.zeros(size, np.uint64), [], [], 0
    for name, terms in fields:
        own = np.array([value_hash(name, key) for key in terms], np.uint64)
        value = np.repeat(np.arange(len(terms)), terms.counts())
        np.add.at(hashes, terms.docs, own[value])
        docs.append(terms.docs)
        values.append(value + before)
        before += len(terms)
    unique, first, numbers = np.unique(hashes, return_index=True, return_inverse=True)
    every = np.concatenate(docs)
    chosen = np.flatnonzero(first[numbers[every]] == every)  # the values of the first document of each combination
    owners = numbers[every[chosen]]
    order = np.argsort(owners, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=len(unique)))))
    return Combinations(unique, smallest(numbers, len(unique)), starts, np.concatenate(values)[chosen][order])


def smallest(numbers: Array, most: int) -> Array:
    """The same numbers in two bytes each, where they fit."""
    return numbers.astype(np.uint16 if most <= 1 << 16 else np.int32)


def value_hash(name: str, key: bytes) -> int:
    """Sixty-four bits for a value of a facet."""
    return int.from_bytes(blake2b(key, digest_size=8, person=name.encode()).digest(), "little")


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of one facet, and their places among the values of its group."""

    values: list[str]
    places: dict[str, int]
    ranks: Array  # the place of each value in their own order
    begin: int

    def listed(self, counts: Array, selected: Sequence[str], most: int) -> tuple[Count, ...]:
        """Most frequent first, then by value, at most so many (0: all); and selected values, even when nothing has them."""
        having = np.flatnonzero(counts)
        keys = (counts[having] << 32) - self.ranks[having]
        first = having if not most or len(having) <= most else having[np.argpartition(-keys, most - 1)[:most]]
        order = first[np.lexsort((self.ranks[first], -counts[first]))]
        found = tuple(map(Count, map(self.values.__getitem__, order.tolist()), counts[order].tolist()))
        listed = {count.value for count in found} if selected else set()
        missing = [value for value in selected if value not in listed]
        return (*found, *(Count(value, self._count(counts, value)) for value in sorted(missing)))

    def those(self, counts: Array, values: Sequence[str]) -> tuple[Count, ...]:
        """These values alone, those that some document has, most frequent first, then by value."""
        found = [Count(value, self._count(counts, value)) for value in values]
        return tuple(sorted((count for count in found if count.count), key=lambda count: (-count.count, count.value)))

    def _count(self, counts: Array, value: str) -> int:
        return int(counts[self.places[value]]) if value in self.places else 0


@dataclass(frozen=True, slots=True)
class Group:
    """Some facets over all documents of a generation."""

    facets: dict[str, Facet]
    numbers: Array  # document -> combination
    starts: Array
    flat: Array
    owners: Array  # the combination of each of `flat`
    size: int  # values of all facets

    def counts(self, documents: Array) -> Array:
        """How many of the documents have each value, all facets one after the other."""
        having = np.bincount(self.numbers[documents], minlength=len(self.starts) - 1)
        found = np.flatnonzero(having)
        if len(found) * 4 > len(having):
            return np.bincount(self.flat, having[self.owners], minlength=self.size).astype(np.int64)
        sizes = self.starts[found + 1] - self.starts[found]
        places = _places(self.starts[found], sizes)
        return np.bincount(self.flat[places], np.repeat(having[found], sizes), minlength=self.size).astype(np.int64)

    def of(self, name: str, counts: Array) -> Array:
        """One facet's part of `counts`."""
        facet = self.facets[name]
        return counts[facet.begin : facet.begin + len(facet.values)]

    def having(self, name: str, chosen: Sequence[int]) -> Array:
        """Which documents have one of these values of a facet, as a mask."""
        wanted = np.zeros(self.size, bool)
        wanted[np.array(chosen, np.int64) + self.facets[name].begin] = True
        combination = np.zeros(len(self.starts) - 1, bool)
        combination[self.owners[wanted[self.flat]]] = True
        return combination[self.numbers]


def group_of(names: Sequence[str], parts: Sequence[tuple[Sequence[Terms], Combinations]]) -> Group:
    """Join the segments: for each its fields' terms and its combinations."""
    facets, own_values = _joined_values(names, [terms for terms, _ in parts])
    hashes = np.concatenate([part.hashes for _, part in parts] or [np.zeros(0, np.uint64)])
    _, first, joined = np.unique(hashes, return_index=True, return_inverse=True)
    flat, sizes, numbers, before = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.int32)], 0
    for (_, part), own in zip(parts, own_values, strict=True):
        flat.append(own[part.flat])
        sizes.append(np.diff(part.starts))
        numbers.append(joined[before : before + len(part.hashes)].astype(np.int32)[part.numbers])
        before += len(part.hashes)
    every, lengths = np.concatenate(flat), np.concatenate(sizes)
    chosen = lengths[first]
    values = every[_places(np.cumsum(lengths)[first] - chosen, chosen)]
    starts = np.concatenate(([0], np.cumsum(chosen)))
    owners = np.repeat(np.arange(len(first)), chosen)
    size = sum(len(facet.values) for facet in facets.values())
    return Group(facets, smallest(np.concatenate(numbers), len(first)), starts, values, owners, size)


def _joined_values(names: Sequence[str], parts: Sequence[Sequence[Terms]]) -> tuple[dict[str, Facet], list[Array]]:
    """The facets, and for each segment the places of its own values among all of them."""
    facets: dict[str, Facet] = {}
    known: list[list[Array]] = [[] for _ in parts]
    size = 0
    for place, name in enumerate(names):
        places: dict[bytes, int] = {}
        for number, fields in enumerate(parts):
            terms = fields[place]
            own = np.fromiter((places.setdefault(key, len(places)) for key in terms), np.int64, len(terms))
            known[number].append(own + size)
        facets[name] = _facet([key.decode("utf-8", "replace") for key in places], size)
        size += len(places)
    return facets, [np.concatenate(own) for own in known]


def _places(begins: Array, sizes: Array) -> Array:
    """All places of stretches that begin there and are so long, one after the other."""
    ends = np.cumsum(sizes)
    places: Array = np.repeat(begins - ends + sizes, sizes) + np.arange(int(ends[-1]) if len(ends) else 0)
    return places


def _facet(values: list[str], begin: int) -> Facet:
    ranks = np.empty(len(values), np.int64)
    ranks[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
    return Facet(values, {value: at for at, value in enumerate(values)}, ranks, begin)
