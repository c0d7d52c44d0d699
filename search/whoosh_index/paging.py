"""Which of the matches stand on the page, and in which order. Ties by id."""

from __future__ import annotations

import numpy as np

from search.query import Query
from search.whoosh_index.arrays import Array
from search.whoosh_index.matching import Match
from search.whoosh_index.snapshot import Snapshot

NUMBERED = {"rating": "rating", "adopted": "adoptions"}  # order -> the column that it goes by, highest first
LAST = np.int64(2**62)  # unknown dates


def page(snapshot: Snapshot, made: Match, query: Query, *, offset: int, limit: int) -> tuple[Array, Array]:
    """The documents from `offset` on in the query's order, at most `limit`, and their scores."""
    boosts = snapshot.formula(query.tuning).boosts[made.docs]
    scores = boosts if made.scores is None else made.scores * boosts
    chosen = first(_keys(snapshot, made.docs, scores, query.sort), offset + limit)
    keys = _exact(snapshot, made.docs[chosen], scores[chosen], query.sort)
    order = np.lexsort((snapshot.ids[made.docs[chosen]], keys))[offset : offset + limit]
    return made.docs[chosen][order], scores[chosen][order]


def first(keys: Array, many: int) -> Array:
    """The places of the smallest keys, with all that tie with the last of them."""
    if many >= len(keys):
        return np.arange(len(keys))
    if not many:
        return np.zeros(0, np.int64)
    return np.flatnonzero(keys <= np.partition(keys, many - 1)[many - 1])


def _keys(snapshot: Snapshot, docs: Array, scores: Array, sort: str) -> Array:
    """What sorts, smallest first; for titles their first eight bytes, which may tie."""
    if sort == "newest":
        return -snapshot.kept("updated", lambda: snapshot.column("updated", np.dtype(np.int64)))[docs]
    if sort == "catalogued":
        return -snapshot.ids[docs].astype(np.int64)
    if sort in NUMBERED:
        column: Array = snapshot.kept(sort, lambda: snapshot.column(NUMBERED[sort], np.dtype(np.int32)))[docs]
        return -column
    if sort == "start":
        begins: Array = snapshot.kept("begins", lambda: snapshot.column("begins", np.dtype(np.int64)))[docs]
        return np.where(begins < 0, LAST, begins)
    if sort == "title":
        heads: Array = snapshot.kept("heads", lambda: _heads(snapshot))[docs]
        return heads
    return -scores


def _exact(snapshot: Snapshot, docs: Array, scores: Array, sort: str) -> Array:
    if sort != "title":
        return _keys(snapshot, docs, scores, sort)
    order: Array = snapshot.kept("order", lambda: snapshot.column("order", np.dtype("S32")))[docs]
    return order


def _heads(snapshot: Snapshot) -> Array:
    return snapshot.column("order", np.dtype("S32")).astype("S8").view(">u8").astype(np.uint64)
