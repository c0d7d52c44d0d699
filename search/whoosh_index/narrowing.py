"""Filters laid over matches: what passes all of them, and what a single one keeps out, which facets count too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from search.document import Count
from search.query import Query
from search.whoosh_index.arrays import Array
from search.whoosh_index.facets import GROUP_OF, Group
from search.whoosh_index.fields import FACET
from search.whoosh_index.matching import Match
from search.whoosh_index.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Matches under filters."""

    made: Match  # what passes all of them
    kept_out: Mapping[str, Array]  # facet -> the matches that its filter alone keeps out


def masks(snapshot: Snapshot, filters: Mapping[str, tuple[str, ...]]) -> dict[str, Array]:
    """For each filter, which documents have one of its values."""
    return {name: _mask(snapshot, name, values) for name, values in filters.items()}


def _mask(snapshot: Snapshot, name: str, values: tuple[str, ...]) -> Array:
    return snapshot.cache.get(("filter", name, values), lambda: _having(snapshot, name, values), lambda mask: int(mask.nbytes))


def _having(snapshot: Snapshot, name: str, values: tuple[str, ...]) -> Array:
    mask = np.zeros(snapshot.size, bool)
    for base, terms in zip(snapshot.bases, snapshot.terms(FACET + name), strict=False):
        for value in values:
            mask[terms.postings(value.encode("utf-8", "replace"))[0] + np.int64(base)] = True
    return mask


def narrow(base: Match, having: Mapping[str, Array]) -> Narrowed:
    """Lay all filters over the matches at once."""
    if not having:
        return Narrowed(base, {})
    fails = {name: ~mask[base.docs] for name, mask in having.items()}
    many = np.zeros(len(base.docs), np.uint8)
    for failing in fails.values():
        many += failing.view(np.uint8)
    passing = np.flatnonzero(many == 0)
    made = Match(base.docs[passing], None if base.scores is None else base.scores[passing])
    return Narrowed(made, {name: base.docs[np.flatnonzero(failing & (many == 1))] for name, failing in fails.items()})


@dataclass(frozen=True, slots=True)
class Facets:
    """Values with their counts, and how many values there are."""

    counts: Mapping[str, tuple[Count, ...]]
    sizes: Mapping[str, int]


def facets(snapshot: Snapshot, query: Query, narrowed: Narrowed) -> Facets:
    """The facets that were asked for, each counted under all filters but its own."""
    whole = len(narrowed.made.docs) == snapshot.count
    known: dict[tuple[str, ...], Array] = {}
    counts, sizes = {}, {}
    for name in query.facets:
        selected, names = query.filters.get(name, ()), GROUP_OF[name]
        if whole and not selected and name not in query.wanted:
            counts[name], sizes[name] = _everything(snapshot, name, query.values)
            continue
        group = snapshot.group(names)
        if names not in known:
            known[names] = _counts(snapshot, group, narrowed.made.docs)
        own = group.of(name, known[names])
        if name in narrowed.kept_out:
            own = own + group.of(name, group.counts(narrowed.kept_out[name]))
        if name in query.wanted:
            counts[name] = group.facets[name].those(own, query.wanted[name])
            sizes[name] = len(counts[name])
            continue
        counts[name], sizes[name] = group.facets[name].listed(own, selected, query.values), int(np.count_nonzero(own))
    return Facets(counts, sizes)


def _everything(snapshot: Snapshot, name: str, most: int) -> tuple[tuple[Count, ...], int]:
    totals = snapshot.totals(name)
    return snapshot.kept(f"listed {name} {most}", lambda: (snapshot.facet(name).listed(totals, (), most), int(np.count_nonzero(totals))))


def _counts(snapshot: Snapshot, group: Group, docs: Array) -> Array:
    """Of more than half of all documents, the others are counted and taken off the totals."""
    if len(docs) * 2 <= snapshot.count:
        return group.counts(docs)
    others = snapshot.live.copy()
    others[docs] = False
    totals: Array = snapshot.group_totals(group)
    return totals - group.counts(np.flatnonzero(others))
