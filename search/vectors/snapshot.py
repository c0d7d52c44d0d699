"""The rows at one moment: which documents have one, and which are nearest to a vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.vectors.layout import Array, Table
from search.vectors.sketching import estimate, products, restored

OVERSAMPLE, LEAST = 8, 1000  # so many of the estimated best are compared exactly: recall of the first 50 is above 0.99


@dataclass(frozen=True, slots=True)
class Near:
    """What is nearest, best first (by similarity, then by id), as three arrays of one length."""

    ids: Array
    similarities: Array  # cosine, float32
    rows: Array


class Snapshot:
    """Does not change; threads share it. A row that was written over since is left out of every answer, never answered wrongly."""

    def __init__(self, table: Table | None) -> None:
        """None: there is nothing."""
        self._table = table
        self.changes = table.changes if table else 0
        self._hashes = table.column("hashes") if table else np.zeros(0, np.uint64)
        self._ids = table.column("ids") if table else np.zeros(0, np.int64)
        if table:  # a row that was re-used while we read has another hash now
            self._hashes[self._hashes != table.column("hashes")] = 0
        self.rows = np.flatnonzero(self._hashes)  # those that are there
        self._order = self.rows[np.argsort(self._ids[self.rows], kind="stable")]
        self._sorted = self._ids[self._order]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def size(self) -> int:
        """One more than the highest number of a row."""
        return len(self._ids)

    def known(self) -> tuple[Array, Array]:
        """Ids in order, and the hashes of the texts that their rows are of."""
        return self._sorted, self._hashes[self._order]

    def places(self, ids: Array) -> Array:
        """The row of each id; -1 where it has none. For filters: keep this as long as the snapshot."""
        wanted = np.asarray(ids, np.int64)
        if not len(self._sorted):
            return np.full(len(wanted), -1)
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return np.where(self._sorted[at] == wanted, self._order[at], -1)

    def vector(self, id: int) -> Array | None:
        """The unit vector of a document; None when it has none."""
        row = self.places(np.array([id]))
        if not self._table or row[0] < 0:
            return None
        made = restored(*self._numbers(row), self._table.header.mean)
        return made[0] if self._still(row)[0] else None

    def nearest(self, vector: Array, k: int, *, rows: Array | None = None) -> Near:
        """The k documents whose meaning is nearest to a vector, among these rows when some are given (each once; -1 is none)."""
        among = self.rows if rows is None else rows[rows >= 0]
        if not self._table or not len(among) or k < 1:
            return Near(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.int64))
        wanted = np.asarray(vector, np.float32)
        chosen = among
        if len(among) > max(LEAST, OVERSAMPLE * k):
            guessed = estimate(self._table.chunks, self._table.header.mean, wanted)
            chosen = _best(among, guessed[among], max(LEAST, OVERSAMPLE * k))
        return self._exact(wanted, chosen, k)

    def _exact(self, vector: Array, rows: Array, k: int) -> Near:
        assert self._table
        similar = products(*self._numbers(rows), self._table.header.mean, vector)
        still = self._still(rows)
        rows, similar = rows[still], similar[still]
        order = np.lexsort((self._ids[rows], -similar))[:k]
        return Near(self._ids[rows[order]], similar[order], rows[order])

    def _numbers(self, rows: Array) -> tuple[Array, Array]:
        assert self._table
        return self._table.rows("values", rows), self._table.rows("scales", rows)

    def _still(self, rows: Array) -> Array:
        """Asked after a row was read: is it the one that we know?"""
        assert self._table
        known = self._hashes[rows]
        still: Array = (self._table.rows("hashes", rows) == known) & (known != 0)
        return still


def _best(rows: Array, scores: Array, many: int) -> Array:
    """The rows of the `many` highest scores; of those that tie with the last, the first."""
    limit = np.partition(scores, len(scores) - many)[len(scores) - many]
    above = rows[scores > limit]
    return np.concatenate((above, rows[scores == limit][: many - len(above)]))
