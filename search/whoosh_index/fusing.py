"""Two rankings as one: by words, and by meaning.

Reciprocal rank fusion (Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009): a document's value
is 1 / (K + rank by words) + w / (K + rank by meaning), without the part that it has no rank for. Only the best WINDOW of each are
ranked again; all others follow in the order of their words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.document import Hit
from search.query import Query
from search.whoosh_index.arrays import Array
from search.whoosh_index.matching import Match, places
from search.whoosh_index.nearness import Near
from search.whoosh_index.paging import page
from search.whoosh_index.snapshot import Snapshot

K = 60
WINDOW = 200
RELATED_MOST = 10  # documents without the words, on the first page


@dataclass(frozen=True, slots=True)
class Fused:
    """The best documents in their final order."""

    docs: Array
    scores: Array  # by words; 0 for those that have not the words
    related: Array  # which of them have not the words


def fuse(snapshot: Snapshot, made: Match, near: Near, query: Query, least: float) -> Fused:
    """The words' best and the meaning's best; of those without the words the first few, which are at least so similar."""
    docs, scores = page(snapshot, made, query, offset=0, limit=WINDOW)
    at, there = places(made.docs, near.docs)
    beyond = there & ~np.isin(near.docs, docs)  # they match, but stand further down by their words
    related = np.flatnonzero(~there & (near.similarities >= least))[:RELATED_MOST]
    more = np.concatenate((np.flatnonzero(beyond), related))
    every = np.concatenate((docs, near.docs[more]))
    value = np.zeros(len(every))
    value[: len(docs)] = 1 / (K + 1 + np.arange(len(docs)))
    order = np.argsort(every)
    where, known = places(every[order], near.docs)
    value[order[where[known]]] += query.tuning.meaning / (K + 1 + np.flatnonzero(known))
    own = np.concatenate((scores, _scores(snapshot, made, at[np.flatnonzero(beyond)], query), np.zeros(len(related), np.float32)))
    final = np.lexsort((snapshot.ids[every], -own, -value))
    without = np.arange(len(every)) >= len(every) - len(related)
    return Fused(every[final], own[final], without[final])


def _scores(snapshot: Snapshot, made: Match, at: Array, query: Query) -> Array:
    boosts: Array = snapshot.formula(query.tuning).boosts[made.docs[at]]
    return boosts if made.scores is None else made.scores[at] * boosts


def hits(snapshot: Snapshot, made: Match, fused: Fused, query: Query) -> tuple[Hit, ...]:
    """One page: the fused ones first, those without the words on the first page only and beyond its number; then the others."""
    if query.offset == 0:
        last = _end(fused.related, query.limit, len(made.docs))
        chosen = np.arange(last)
    else:
        worded = np.flatnonzero(~fused.related)
        chosen = worded[query.offset : query.offset + query.limit]
    docs, scores, related = fused.docs[chosen], fused.scores[chosen], fused.related[chosen]
    counted = int((~fused.related).sum())
    missing = query.limit - int((~related).sum())
    if missing > 0 and counted < len(made.docs):
        rest, rest_scores = _others(snapshot, made, fused, query, max(0, query.offset - counted), missing)
        docs, scores = np.concatenate((docs, rest)), np.concatenate((scores, rest_scores))
        related = np.concatenate((related, np.zeros(len(rest), bool)))
    rows = zip(snapshot.ids[docs].tolist(), scores.tolist(), related.tolist(), strict=True)
    return tuple(Hit(id=id, score=score, related=without) for id, score, without in rows)


def _end(related: Array, limit: int, matches: int) -> int:
    """Where the first page ends among the fused: behind its last match, or at their end when there are not so many."""
    if not limit:
        return 0
    worded = np.flatnonzero(~related)
    return len(related) if len(worded) < limit or matches <= limit else int(worded[limit - 1]) + 1


def _others(snapshot: Snapshot, made: Match, fused: Fused, query: Query, offset: int, limit: int) -> tuple[Array, Array]:
    """Those that were not ranked again, by their words."""
    taken = np.isin(made.docs, fused.docs)
    left = Match(made.docs[~taken], None if made.scores is None else made.scores[~taken])
    return page(snapshot, left, query, offset=offset, limit=limit)
