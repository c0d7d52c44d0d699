"""One file of named arrays: written once, then mapped and never copied."""

from __future__ import annotations

import json
import mmap
import os
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MAGIC = b"OCHIDX01"
FOOTER = struct.Struct("<QQ8s")  # where the directory begins, its length, MAGIC
ALIGN = 64

Array = np.ndarray[Any, np.dtype[Any]]


class Damaged(Exception):
    """Not a whole file of arrays."""


class ArraysWriter:
    """Arrays one after the other, then a directory. Nothing is a segment before `close`."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._directory: dict[str, tuple[int, int, str]] = {}

    def add(self, name: str, array: Array) -> None:
        self.add_parts(name, array.dtype, (array,))

    def add_parts(self, name: str, dtype: np.dtype[Any], parts: Iterable[Array]) -> None:
        """One array that comes in pieces, so that a merge need not hold it."""
        self._file.write(b"\0" * (-self._file.tell() % ALIGN))
        offset = self._file.tell()
        for part in parts:
            self._file.write(np.ascontiguousarray(part, dtype).data.cast("B") if part.size else b"")
        self._directory[name] = (offset, self._file.tell() - offset, dtype.str)

    def close(self) -> None:
        """Write the directory; make sure that the disk has all of it before anybody may name this file."""
        offset = self._file.tell()
        directory = json.dumps(self._directory).encode()
        self._file.write(directory)
        self._file.write(FOOTER.pack(offset, len(directory), MAGIC))
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def open_arrays(path: Path) -> tuple[dict[str, Array], mmap.mmap, dict[str, int]]:
    """Name -> read-only array over the mapped file; the map itself; name -> where the array begins in it.

    The map goes when the last array goes. Raises Damaged, OSError.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size < FOOTER.size:
            raise Damaged(f"{path.name} is cut short")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    offset, length, magic = FOOTER.unpack(mapped[size - FOOTER.size :])
    if magic != MAGIC or offset + length + FOOTER.size != size:
        raise Damaged(f"{path.name} is damaged or of another version")
    try:
        directory = json.loads(mapped[offset : offset + length])
        arrays = {name: _array(mapped, at, length, np.dtype(kind)) for name, (at, length, kind) in directory.items()}
        return arrays, mapped, {name: int(row[0]) for name, row in directory.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"{path.name} is damaged: {error}") from error


def _array(mapped: mmap.mmap, at: int, length: int, kind: np.dtype[Any]) -> Array:
    return np.frombuffer(mapped, kind, length // kind.itemsize, at) if length else np.zeros(0, kind)
