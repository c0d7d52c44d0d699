"""Counting the values of a facet over all matches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from search.document import Count
from search.whoosh_index.arrays import Array
from search.whoosh_index.segments import Terms


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of all documents: the codes of document d are codes[starts[d]:starts[d + 1]]."""

    values: list[str]
    places: dict[str, int]
    ranks: Array  # the place of each value in their own order
    codes: Array
    starts: Array
    single: Array | None  # one code a document (len(values) for none), when none has several: the fast way

    def counts(self, documents: Array, everything: bool) -> Array:
        """How many of the documents have each value; `everything` when that is all of them."""
        many = len(self.values)
        if self.single is not None:
            return np.bincount(self.single if everything else self.single[documents], minlength=many + 1)[:many]
        if everything:
            return np.bincount(self.codes, minlength=many)
        starts = self.starts[documents]
        sizes = self.starts[documents + 1] - starts
        ends = np.cumsum(sizes)
        total = int(ends[-1]) if len(ends) else 0
        places = np.repeat(starts - ends + sizes, sizes) + np.arange(total)
        return np.bincount(self.codes[places], minlength=many)

    def having(self, chosen: Sequence[int], size: int) -> Array:
        """Which documents have one of these values, as a mask."""
        wanted = np.zeros(len(self.values) + 1, bool)
        wanted[list(chosen)] = True
        if self.single is not None:
            return wanted[self.single]
        mask = np.zeros(size, bool)
        owners = np.repeat(np.arange(size), np.diff(self.starts))
        mask[owners[wanted[self.codes]]] = True
        return mask

    def listed(self, counts: Array, selected: Sequence[str]) -> tuple[Count, ...]:
        """Most frequent first, then by value; selected values even when nothing has them."""
        having = np.flatnonzero(counts)
        order = having[np.lexsort((self.ranks[having], -counts[having]))]
        found = [Count(self.values[at], count) for at, count in zip(order.tolist(), counts[order].tolist(), strict=True)]
        missing = [value for value in selected if value not in self.places or not counts[self.places[value]]]
        return (*found, *(Count(value, 0) for value in sorted(missing)))


def turned(terms: Terms) -> tuple[Array, Array]:
    """One segment's postings of a facet the other way round: documents in order, and the place of the value of each."""
    order = np.argsort(terms.docs, kind="stable")
    return terms.docs[order], np.repeat(np.arange(len(terms), dtype=np.int32), terms.counts())[order]


def facet_of(parts: Sequence[tuple[Terms, tuple[Array, Array]]], bases: Sequence[int]) -> Facet:
    """Join the segments' values, as `turned` has them."""
    places: dict[bytes, int] = {}
    docs, codes = [np.zeros(0, np.int64)], [np.zeros(0, np.int32)]
    for base, (terms, (own_docs, own_codes)) in zip(bases, parts, strict=False):
        known = np.fromiter((places.setdefault(key, len(places)) for key in terms), np.int32, len(terms))
        docs.append(own_docs + np.int64(base))
        codes.append(known[own_codes])
    owners, found = np.concatenate(docs), np.concatenate(codes)
    sizes = np.bincount(owners, minlength=bases[-1])
    starts = np.concatenate(([0], np.cumsum(sizes)))
    values = [key.decode("utf-8", "replace") for key in places]
    single = None
    if not len(sizes) or int(sizes.max(initial=0)) <= 1:
        single = np.full(bases[-1], len(values), np.int32)
        single[owners] = found
    ranks = np.empty(len(values), np.int64)
    ranks[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
    return Facet(values, {value: at for at, value in enumerate(values)}, ranks, found, starts, single)
