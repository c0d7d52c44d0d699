"""One file of named arrays: written once, then mapped and never copied."""

from __future__ import annotations

import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

MAGIC = b"OCHIDX02"
FOOTER = struct.Struct("<QQQ8s")  # where the directory begins, its length, its checksum, MAGIC
ALIGN = 64
READ = 1 << 20  # bytes at a time of a check

Array = np.ndarray[Any, np.dtype[Any]]


class Damaged(Exception):
    """Not a whole file of arrays."""


class ArraysWriter:
    """Arrays one after the other, then a directory with a checksum (CRC-32) of each. Nothing is a segment before `close`."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._directory: dict[str, tuple[int, int, str, int]] = {}

    def add(self, name: str, array: Array) -> None:
        self.add_parts(name, array.dtype, (array,))

    def add_parts(self, name: str, dtype: np.dtype[Any], parts: Iterable[Array]) -> None:
        """One array that comes in pieces, so that a merge need not hold it."""
        self._file.write(b"\0" * (-self._file.tell() % ALIGN))
        offset, checksum = self._file.tell(), 0
        for part in parts:
            written = np.ascontiguousarray(part, dtype).data.cast("B") if part.size else b""
            checksum = zlib.crc32(written, checksum)
            self._file.write(written)
        self._directory[name] = (offset, self._file.tell() - offset, dtype.str, checksum)

    def close(self) -> None:
        """Write the directory; make sure that the disk has all of it before anybody may name this file."""
        offset = self._file.tell()
        directory = json.dumps(self._directory).encode()
        self._file.write(directory)
        self._file.write(FOOTER.pack(offset, len(directory), zlib.crc32(directory), MAGIC))
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
    offset, length, checksum, magic = FOOTER.unpack(mapped[size - FOOTER.size :])
    _whole(path, size, offset, length, magic)
    directory = _directory(path, mapped[offset : offset + length], checksum)
    try:
        arrays = {name: _array(mapped, at, length, np.dtype(kind)) for name, (at, length, kind, _) in directory.items()}
        return arrays, mapped, {name: int(row[0]) for name, row in directory.items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"{path.name} is damaged: {error}") from error


def verify_arrays(path: Path) -> None:
    """Read the whole file and compare every checksum. Raises Damaged, FileNotFoundError."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size < FOOTER.size:
                raise Damaged(f"{path.name} is cut short")
            file.seek(size - FOOTER.size)
            offset, length, checksum, magic = FOOTER.unpack(file.read())
            _whole(path, size, offset, length, magic)
            file.seek(offset)
            for name, (at, amount, _, wanted) in _directory(path, file.read(length), checksum).items():
                file.seek(at)
                if _checksum(file, amount) != wanted:
                    raise Damaged(f"{name} in {path.name} is not what was written")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(f"{path.name} cannot be read: {error.strerror}") from error


def _checksum(file: BinaryIO, left: int) -> int:
    made = 0
    while left and (read := file.read(min(left, READ))):
        made, left = zlib.crc32(read, made), left - len(read)
    return made


def _whole(path: Path, size: int, offset: int, length: int, magic: bytes) -> None:
    if magic != MAGIC or offset + length + FOOTER.size != size:
        raise Damaged(f"{path.name} is damaged or of another version")


def _directory(path: Path, written: bytes, checksum: int) -> dict[str, tuple[int, int, str, int]]:
    if zlib.crc32(written) != checksum:
        raise Damaged(f"the directory of {path.name} is not what was written")
    found: dict[str, tuple[int, int, str, int]] = json.loads(written)
    return found


def _array(mapped: mmap.mmap, at: int, length: int, kind: np.dtype[Any]) -> Array:
    return np.frombuffer(mapped, kind, length // kind.itemsize, at) if length else np.zeros(0, kind)
