"""Rows as they are kept, by how they differ from the mean: bytes for the product with a query, one bit a number to estimate it quickly.

A language model's vectors have much in common; what is left without the mean is small, so that bytes are fine enough. The estimate is that
of RaBitQ (Gao and Long, SIGMOD 2024) without its rotation: with r = v - mean and s = the signs of r,
v · q = mean · q + r · mean + r · (q - mean), where the last is about |r|² / |r|₁ times s · (q - mean). r · mean and |r|² / |r|₁ stand in
the row; q - mean is rounded to eight levels, which are the sum of three vectors of signs, so that s · (q - mean) counts bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from search.vectors.layout import CHUNK, Array

PLANES = 3
LEVELS = 2**PLANES - 1


@dataclass(frozen=True, slots=True)
class Sketches:
    """One row for each vector."""

    signs: Array
    factors: Array
    offsets: Array


def sketch(vectors: Array, mean: Array) -> Sketches:
    """What the estimate needs of each vector."""
    rest = vectors - mean
    length = np.abs(rest).sum(axis=1)
    factors = np.divide((rest * rest).sum(axis=1), length, out=np.zeros_like(length), where=length > 0)
    return Sketches(_packed(rest > 0), factors, rest @ mean)


def quantise(vectors: Array, mean: Array) -> tuple[Array, Array]:
    """Differences as bytes, and for each row what one of a byte is worth."""
    rest = vectors - mean
    scales = np.maximum(np.abs(rest).max(axis=1), np.float32(1e-30)) / np.float32(127)
    return np.rint(rest / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def restored(values: Array, scales: Array, mean: Array) -> Array:
    """The vectors again, nearly."""
    made: Array = values * scales[:, None] + mean
    return made


def products(values: Array, scales: Array, mean: Array, vector: Array) -> Array:
    """Of each row with the vector."""
    made: Array = (values.astype(np.float32) @ vector) * scales + np.float32(mean @ vector)
    return made


def estimate(chunks: Array, mean: Array, vector: Array) -> Array:
    """About the product of every row with the vector, whether the row is there or not."""
    rest = vector - mean
    step = max(float(np.abs(rest).max()), 1e-30) / LEVELS
    levels = np.clip(np.rint((rest / step + LEVELS) / 2), 0, LEVELS).astype(np.uint8)
    planes = [_packed((levels >> plane & 1)[None] > 0)[0][:, None] for plane in range(PLANES)]
    made = np.empty((len(chunks), CHUNK), np.float32)
    for at in range(len(chunks)):
        _estimate_chunk(chunks[at], planes, len(mean), step, made[at])
    made += np.float32(mean @ vector)
    return made.reshape(-1)


def _estimate_chunk(chunk: Array, planes: list[Array], dimension: int, step: float, out: Array) -> None:
    signs = chunk["signs"]
    unlike = np.zeros(CHUNK, np.uint16)
    for plane, bits in enumerate(planes):
        unlike += np.add.reduce(np.bitwise_count(signs ^ bits), axis=0, dtype=np.uint16) << np.uint16(plane)
    np.multiply(unlike, np.float32(-2 * step), out=out)
    out += np.float32(LEVELS * dimension * step)
    out *= chunk["factors"]
    out += chunk["offsets"]


def _packed(signs: Array) -> Array:
    """A bit for each truth, in words of 64."""
    wide = np.zeros((len(signs), -(-signs.shape[1] // 64) * 64), bool)
    wide[:, : signs.shape[1]] = signs
    return np.packbits(wide, axis=1, bitorder="little").view("<u8")
