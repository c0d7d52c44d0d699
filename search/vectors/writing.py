"""Putting and dropping rows. One writer at a time: who has the index for writing. Readers never wait, a killed process does no harm."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from search.vectors.layout import CHUNK, Array, Header, Table, Unusable, VectorsFault, chunk_type
from search.vectors.rows import Rows
from search.vectors.sketching import quantise, restored, sketch
from search.vectors.snapshot import Snapshot

log = logging.getLogger(__name__)

SETTLED = 4096  # vectors make a mean that is good enough for ever
FEW = 8  # times more rows than the mean is of: time for another


class Writer:
    """Reads the state of the file at each call, so that it keeps nothing that could become untrue."""

    def __init__(self, path: Path, *, name: str, dimension: int) -> None:
        self._path, self._name, self._dimension = path, name, dimension
        self._kind = chunk_type(dimension)

    def known(self) -> tuple[Array, Array]:
        """Ids in order, and the hashes of the texts that their rows are of. Raises VectorsFault."""
        with _disk(self._path):
            return Snapshot(self._table()).known()

    def put(self, ids: Array, hashes: Array, vectors: Array) -> None:
        """Rows for these ids, instead of those that they had. Of an id that is there twice the last counts. A hash is never 0.

        Raises VectorsFault (a full disk), ValueError on arrays that do not fit.
        """
        ids, hashes, vectors = self._checked(ids, hashes, vectors)
        if len(ids):
            with _disk(self._path):
                self._put(ids, hashes, vectors)
                self._settle()

    def drop(self, ids: Array) -> None:
        """Take away the rows of these ids; one that has none does not matter. Raises VectorsFault."""
        with _disk(self._path):
            table = self._table()
            rows = np.unique(Snapshot(table).places(ids))
            rows = rows[rows >= 0]
            if table and len(rows):
                with Rows(self._path, table.header, self._kind) as file:
                    file.write(rows, {"hashes": np.zeros(len(rows), np.uint64)})
                self._settle()

    def compact(self) -> None:
        """Write the file anew: rows in order of id, no free ones. Raises VectorsFault."""
        with _disk(self._path):
            if table := self._table():
                self._replace(table, Snapshot(table))

    def _put(self, ids: Array, hashes: Array, vectors: Array) -> None:
        table = self._table()
        if table is None or not table.header.sampled:
            self._anew(Header(self._name, vectors.mean(axis=0), len(vectors)).packed(0))
            table = Table(self._path, self._name, self._dimension)
        snapshot = Snapshot(table)
        old = snapshot.places(ids)
        with Rows(self._path, table.header, self._kind) as file:
            free = np.setdiff1d(np.arange(file.reach(len(snapshot) + len(ids))), snapshot.rows, assume_unique=True)[: len(ids)]
            values, scales = quantise(vectors, table.header.mean)
            made = sketch(vectors, table.header.mean)
            file.write(free, {"factors": made.factors, "offsets": made.offsets, "values": values, "scales": scales, "ids": ids})
            file.write_signs(free, made.signs)
            file.write(np.sort(old[old >= 0]), {"hashes": np.zeros(int((old >= 0).sum()), np.uint64)})
            file.sync()  # the disk has the rows, and the old ones are gone, before a hash says that the new ones are there
            file.write(free, {"hashes": hashes})

    def _checked(self, ids: Array, hashes: Array, vectors: Array) -> tuple[Array, Array, Array]:
        ids, hashes, vectors = np.asarray(ids, np.int64), np.asarray(hashes, np.uint64), np.asarray(vectors, np.float32)
        if ids.ndim != 1 or hashes.shape != ids.shape or vectors.shape != (len(ids), self._dimension):
            raise ValueError(f"ids {ids.shape}, hashes {hashes.shape}, vectors {vectors.shape}: one each, of {self._dimension} numbers")
        if not hashes.all() or not np.isfinite(vectors).all():
            raise ValueError("a hash is 0, or a vector has what is no number")
        _, last = np.unique(ids[::-1], return_index=True)
        keep = len(ids) - 1 - last
        return ids[keep], hashes[keep], vectors[keep]

    def _table(self) -> Table | None:
        """The file, mended; None when there is none, or none that can be used: the next put begins another."""
        try:
            table = Table(self._path, self._name, self._dimension)
            if table.ragged:  # it was cut short: what it lost reads as zeros, which is no row
                with Rows(self._path, table.header, self._kind) as file:
                    file.reach(0)
                table = Table(self._path, self._name, self._dimension)
            return table
        except FileNotFoundError:
            return None
        except Unusable as error:
            log.warning("%s is begun anew: %s", self._path.name, error)
            self._path.unlink(missing_ok=True)
            return None

    def _settle(self) -> None:
        """Compact when the mean is of too few vectors, and when more rows are free than used."""
        if table := self._table():
            snapshot = Snapshot(table)
            if _early(table, snapshot) or snapshot.size > 2 * len(snapshot) + 2 * CHUNK:
                self._replace(table, snapshot)

    def _replace(self, table: Table, snapshot: Snapshot) -> None:
        ids, hashes = snapshot.known()
        rows = snapshot.places(ids)
        parts = [rows[at : at + CHUNK] for at in range(0, len(rows), CHUNK)]
        header = Header(self._name, _mean(table, parts), len(rows)) if _early(table, snapshot) else table.header
        chunks = (self._chunk(table, part, header.mean, hashes[at * CHUNK :][: len(part)]).tobytes() for at, part in enumerate(parts))
        self._anew(header.packed(table.changes + 1), chunks)

    def _anew(self, header: bytes, chunks: Iterable[bytes] = ()) -> None:
        """A whole file takes the name."""
        new = self._path.with_name(self._path.name + ".new")
        with new.open("wb") as file:
            file.write(header)
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self._path)

    def _chunk(self, table: Table, rows: Array, mean: Array, hashes: Array) -> Array:
        """A chunk of these rows. With the same mean their numbers stay exactly as they are."""
        chunk: Array = np.zeros(1, self._kind)
        vectors = _vectors(table, rows)
        made, (values, scales) = sketch(vectors, mean), quantise(vectors, mean)
        chunk["signs"][0, :, : len(rows)] = made.signs.T
        columns = {"factors": made.factors, "offsets": made.offsets, "values": values, "scales": scales}
        for field, column in {**columns, "ids": table.rows("ids", rows), "hashes": hashes}.items():
            chunk[field][0, : len(rows)] = column
        return chunk


def _vectors(table: Table, rows: Array) -> Array:
    return restored(table.rows("values", rows), table.rows("scales", rows), table.header.mean)


def _early(table: Table, snapshot: Snapshot) -> bool:
    """Is it time for another mean? Seldom, for each costs the rows a little of their exactness."""
    return table.header.sampled < SETTLED and len(snapshot) >= FEW * table.header.sampled


def _mean(table: Table, parts: list[Array]) -> Array:
    total = np.zeros(len(table.header.mean))
    for part in parts:
        total += _vectors(table, part).sum(axis=0, dtype=np.float64)
    made: Array = (total / max(sum(map(len, parts)), 1)).astype(np.float32)
    return made


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise VectorsFault(
            f"{path} cannot be written: {error.strerror}. See to the disk's space and who owns the folder; nothing is lost."
        ) from error
