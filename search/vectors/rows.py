"""Writing fields of rows in place. By `pwrite` and not through a map, so that a full disk is an error and not the end of the process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from search.vectors.layout import CHANGES, CHANGES_AT, CHUNK, Array, Header


class Rows:
    """The open file; leaving it tells readers that something has changed."""

    def __init__(self, path: Path, header: Header, kind: np.dtype[Any]) -> None:
        self._start, self._kind = header.size, kind
        self._file = os.open(path, os.O_RDWR)

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            (changes,) = CHANGES.unpack(os.pread(self._file, CHANGES.size, CHANGES_AT))
            self._write(CHANGES.pack(changes + 1), CHANGES_AT)
            self.sync()
        finally:
            os.close(self._file)

    def reach(self, many: int) -> int:
        """See that the file has place for so many rows, in whole chunks; answers for how many it has."""
        size = os.fstat(self._file).st_size
        chunks = max(-(-(size - self._start) // self._kind.itemsize), -(-many // CHUNK))
        if size != self._start + chunks * self._kind.itemsize:
            os.ftruncate(self._file, self._start + chunks * self._kind.itemsize)
        return chunks * CHUNK

    def write(self, rows: Array, columns: Mapping[str, Array]) -> None:
        """Fields of these rows, which rise."""
        for field, column in columns.items():
            kind, at = self._field(field)
            width = kind.itemsize // CHUNK
            written = np.ascontiguousarray(column, kind.base)
            for row, begin, end in _runs(rows):
                self._write(written[begin:end].tobytes(), self._chunk(row) + at + row % CHUNK * width)

    def write_signs(self, rows: Array, signs: Array) -> None:
        """The signs, which lie word by word."""
        _, at = self._field("signs")
        for word, column in enumerate(signs.T):
            for row, begin, end in _runs(rows):
                self._write(column[begin:end].tobytes(), self._chunk(row) + at + (word * CHUNK + row % CHUNK) * 8)

    def sync(self) -> None:
        """Wait until the disk has it."""
        getattr(os, "fdatasync", os.fsync)(self._file)

    def _field(self, name: str) -> tuple[np.dtype[Any], int]:
        assert self._kind.fields
        kind, at = self._kind.fields[name][:2]
        return kind, at

    def _chunk(self, row: int) -> int:
        return self._start + row // CHUNK * self._kind.itemsize

    def _write(self, written: bytes, at: int) -> None:
        left = memoryview(written)
        while left:
            done = os.pwrite(self._file, left, at)
            left, at = left[done:], at + done


def _runs(rows: Array) -> Iterator[tuple[int, int, int]]:
    """Stretches of rows that lie one after the other in one chunk: the first row, and where in `rows` the stretch begins and ends."""
    if not len(rows):
        return
    breaks = np.flatnonzero((np.diff(rows) != 1) | (rows[1:] % CHUNK == 0)) + 1
    for begin, end in zip([0, *breaks.tolist()], [*breaks.tolist(), len(rows)], strict=True):
        yield int(rows[begin]), begin, end
