"""The file: a header, then chunks of rows. A field of a chunk lies in one piece, so that a search reads what it needs.

A row is there when its hash is not 0. The hash is written last, after all else of the row is on the disk, and taken away first. The file
never shrinks: who has it mapped goes on reading; what would shrink is written anew beside it and takes its name.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

MAGIC = b"OCHMEAN1"  # the last sign is the format's version
CHUNK = 4096  # rows
PAGE = 4096  # bytes
CHANGES = struct.Struct("<Q")  # grows with every change, outside of the checksum
FIXED = struct.Struct("<II128s")  # dimension, how many vectors the mean is of, name
CHANGES_AT, FIXED_AT, MEAN_AT = 8, 16, 256


class Unusable(Exception):
    """Not a file of this format, model and dimension; the message says what it is."""


class VectorsFault(Exception):
    """The meanings cannot be written; the message says why and what to do. What was there before is still there."""


@dataclass(frozen=True, slots=True)
class Header:
    """What is true of all rows. The mean is that of the first vectors: rows are kept as what differs from it."""

    name: str
    mean: Array
    sampled: int = 0

    @property
    def size(self) -> int:
        """Bytes, whole pages."""
        return -(-(MEAN_AT + 4 * len(self.mean) + 4) // PAGE) * PAGE

    def packed(self, changes: int) -> bytes:
        """As it stands in the file."""
        fixed = FIXED.pack(len(self.mean), self.sampled, self.name.encode()[:128])
        mean = self.mean.astype("<f4").tobytes()
        head = (MAGIC + CHANGES.pack(changes) + fixed).ljust(MEAN_AT, b"\0") + mean
        return (head + struct.pack("<I", zlib.crc32(fixed + mean))).ljust(self.size, b"\0")


def header_of(start: bytes, name: str, dimension: int) -> Header:
    """The header that a file begins with. Raises Unusable."""
    expected = Header(name, np.zeros(dimension, np.float32))
    if len(start) < expected.size:
        raise Unusable("it is cut short")
    if start[:8] != MAGIC:
        raise Unusable("it has another format")
    found, sampled, label = FIXED.unpack_from(start, FIXED_AT)
    if found != dimension or label.rstrip(b"\0") != name.encode()[:128]:
        raise Unusable(f"it is of the model {label.rstrip(bytes(1)).decode('utf-8', 'replace')!r}, dimension {found}")
    mean = start[MEAN_AT : MEAN_AT + 4 * dimension]
    if zlib.crc32(start[FIXED_AT : FIXED_AT + FIXED.size] + mean) != int.from_bytes(start[MEAN_AT + len(mean) :][:4], "little"):
        raise Unusable("its header is damaged")
    return Header(name, np.frombuffer(mean, "<f4"), sampled)


def chunk_type(dimension: int) -> np.dtype[Any]:
    """A chunk of rows. Hashes come last: a file that is cut short loses them before anything that they vouch for."""
    return np.dtype(
        [
            ("signs", "<u8", (-(-dimension // 64), CHUNK)),  # is a number of the row above the mean's?
            ("factors", "<f4", (CHUNK,)),  # what sketching.py needs to estimate a product from the signs
            ("offsets", "<f4", (CHUNK,)),
            ("values", "i1", (CHUNK, dimension)),
            ("scales", "<f4", (CHUNK,)),  # mean + value * scale is the number
            ("ids", "<i8", (CHUNK,)),
            ("hashes", "<u8", (CHUNK,)),  # of the text that the row is the meaning of
        ]
    )


class Table:
    """The mapped file, read only. It stays as it was named even when another takes its name."""

    def __init__(self, path: Path, name: str, dimension: int) -> None:
        """Raises Unusable, OSError."""
        with path.open("rb") as file:
            stat = os.fstat(file.fileno())
            self.header = header_of(os.pread(file.fileno(), Header(name, np.zeros(dimension)).size, 0), name, dimension)
            kind = chunk_type(dimension)
            many, rest = divmod(stat.st_size - self.header.size, kind.itemsize)
            self._mapped = mmap.mmap(file.fileno(), self.header.size + many * kind.itemsize, access=mmap.ACCESS_READ)
        self.ragged = rest > 0  # the last chunk is not whole
        self.place = (stat.st_dev, stat.st_ino, stat.st_size)
        self.chunks: Array = np.frombuffer(self._mapped, kind, many, self.header.size) if many else np.zeros(0, kind)

    @property
    def changes(self) -> int:
        """How often the file was changed, now."""
        return int.from_bytes(self._mapped[CHANGES_AT : CHANGES_AT + CHANGES.size], "little")

    def column(self, field: str) -> Array:
        """A copy of one field of all rows."""
        return self.chunks[field].reshape(-1).copy()

    def rows(self, field: str, rows: Array) -> Array:
        """A copy of one field of these rows."""
        taken: Array = self.chunks[field][rows // CHUNK, rows % CHUNK]
        return taken
