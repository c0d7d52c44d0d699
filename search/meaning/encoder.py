"""The seam that every language model fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]


class MeaningFault(Exception):
    """There is no encoder, or it failed; the message says why and what to do. Search by words works without it."""


class Encoder(Protocol):
    """Makes vectors whose product tells how near two texts are in meaning. Any text is taken: it is cleaned and cut. Safe in threads."""

    @property
    def name(self) -> str:
        """Model and version: vectors of another name cannot be compared with these."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    def passages(self, texts: Sequence[str]) -> Array:
        """What can be found: one float32 row of length 1 for each text. Raises MeaningFault."""

    def query(self, text: str) -> Array:
        """What somebody typed: a float32 vector of length 1. Raises MeaningFault."""
