"""The vectors of queries: made in the background while words are searched, and kept for who asks the same again."""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from queue import Full, Queue

from search.meaning.encoder import Array, Encoder, MeaningFault
from search.meaning.texts import QUERY, plain

log = logging.getLogger(__name__)

KEPT = 2000  # vectors: 3 MB
WAITING = 8  # about 100 ms of work


class Asked:
    """One query's vector, sooner or later."""

    def __init__(self, vector: Array | None = None) -> None:
        self._vector = vector
        self._done = threading.Event()

    def wait(self, seconds: float) -> Array | None:
        """The vector when it is there within so many seconds, else None."""
        if self._vector is None and seconds > 0:
            self._done.wait(seconds)
        return self._vector

    def answer(self, vector: Array | None) -> None:
        """Set by who made it; None when there will be none."""
        self._vector = vector
        self._done.set()


class Asking:
    """One worker thread a process, begun with the first query. Forks are safe: a child begins its own."""

    def __init__(self, encoder: Encoder, *, kept: int = KEPT, waiting: int = WAITING) -> None:
        self._encoder, self._kept, self._waiting = encoder, kept, waiting
        self._desks: dict[int, Desk] = {}

    def ask(self, text: str) -> Asked:
        """Have the vector of a query made, unless it is kept. When too many wait, or there is nothing to read, it never comes."""
        desk = self._desks.get(os.getpid()) or self._desks.setdefault(os.getpid(), Desk(self._encoder, self._kept, self._waiting))
        return desk.ask(plain(text, QUERY))


class Recent:
    """The vectors that were asked for last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._vectors: OrderedDict[str, Array] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, text: str) -> Array | None:
        """The vector, which counts as just asked for."""
        with self._lock:
            if text in self._vectors:
                self._vectors.move_to_end(text)
            return self._vectors.get(text)

    def put(self, text: str, vector: Array) -> None:
        """Keep it; the one that nobody asked for the longest goes."""
        with self._lock:
            self._vectors[text] = vector
            self._vectors.move_to_end(text)
            while len(self._vectors) > self._most:
                self._vectors.popitem(last=False)


class Desk:
    """What one process asks."""

    def __init__(self, encoder: Encoder, kept: int, waiting: int) -> None:
        self._encoder = encoder
        self._recent = Recent(kept)
        self._queue: Queue[str] = Queue(waiting)
        self._open: dict[str, Asked] = {}  # those that wait: who asks the same waits for the same
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None

    def ask(self, text: str) -> Asked:
        """See Asking.ask."""
        if (vector := self._recent.get(text)) is not None:
            return Asked(vector)
        with self._lock:
            asked = self._open.get(text)
            return asked or self._take(text)

    def _take(self, text: str) -> Asked:
        asked = Asked()
        try:
            if not text:
                raise Full
            self._queue.put_nowait(text)
        except Full:
            asked.answer(None)
            return asked
        self._open[text] = asked
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="meaning", daemon=True)
            self._worker.start()
        return asked

    def _work(self) -> None:
        while True:
            text = self._queue.get()
            vector = self._made(text)
            if vector is not None:
                vector.setflags(write=False)  # it is handed to many
                self._recent.put(text, vector)
            with self._lock:
                asked = self._open.pop(text)
            asked.answer(vector)

    def _made(self, text: str) -> Array | None:
        try:
            return self._encoder.query(text)
        except MeaningFault as fault:
            log.warning("a query was searched by words alone: %s", fault)
            return None
        except Exception:
            log.exception("a query was searched by words alone")  # the thread must go on: nobody would answer the others
            return None
