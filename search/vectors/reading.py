"""Seeing what a writer in another process has written."""

from __future__ import annotations

import logging
import os
import threading
from pathlib import Path

from search.vectors.layout import Table, Unusable
from search.vectors.snapshot import Snapshot

log = logging.getLogger(__name__)


class Reader:
    """The rows of a file as they are when it is asked. A file that is missing, damaged or of another model has none."""

    def __init__(self, path: Path, *, name: str, dimension: int) -> None:
        self._path, self._name, self._dimension = path, name, dimension
        self._table: Table | None = None
        self._seen: tuple[int, ...] = ()  # the file that could not be used
        self._current = Snapshot(None)
        self._looking = threading.Lock()

    @property
    def snapshot(self) -> Snapshot:
        """As it was when somebody looked last."""
        return self._current

    def refresh(self) -> Snapshot:
        """Look whether something has changed, which costs a call of `stat`; the same snapshot when nothing has."""
        if self._looking.acquire(blocking=False):  # while one looks, the others go on with what there is
            try:
                self._look()
            finally:
                self._looking.release()
        return self._current

    def _look(self) -> None:
        stat = _stat(self._path)
        table = self._table
        if table and stat[:3] == table.place:
            if table.changes != self._current.changes:
                self._current = Snapshot(table)
        elif stat != self._seen:
            self._seen, self._table = stat, self._opened()
            self._current = Snapshot(self._table)

    def _opened(self) -> Table | None:
        try:
            return Table(self._path, self._name, self._dimension)
        except FileNotFoundError:
            return None
        except (Unusable, OSError, ValueError) as error:  # ValueError: it was cut short between measuring and mapping
            log.warning("no search by meaning with %s: %s", self._path.name, error)
            return None


def _stat(path: Path) -> tuple[int, ...]:
    try:
        stat = os.stat(path)
    except OSError:
        return ()
    return (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
