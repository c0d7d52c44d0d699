"""The Whoosh index behind `search.index.Index`: joins reading, writing, rebuilding."""

from __future__ import annotations

import errno
import json
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import numpy as np

from search.document import Completion, Condition, Document, Entry, Hits, Origin
from search.explanation import Explanation
from search.index import IndexDamaged, IndexFault
from search.meaning.encoder import Encoder, MeaningFault
from search.query import MAX_LIMIT, Query
from search.vectors.layout import VectorsFault
from search.whoosh_index.completing import complete
from search.whoosh_index.folder import WriterLock, create, current, point, state, sweep
from search.whoosh_index.nearness import Meanings
from search.whoosh_index.rebuilding import fill, sound
from search.whoosh_index.reporting import condition, verify
from search.whoosh_index.resembling import similar
from search.whoosh_index.searching import explain, find
from search.whoosh_index.segments import Segment
from search.whoosh_index.snapshot import Snapshot, take
from search.whoosh_index.writing import Batch

log = logging.getLogger(__name__)
LOOK_EVERY = 0.5  # seconds between two looks at the generation
RELEASE_EVERY = 0.5  # seconds after which mapped pages are given back; those in use come again in milliseconds
LOCK_WAIT = 30.0
LEARN_AGAIN = 60.0  # seconds after which meanings are tried again that could not be made
DOUBTED = "doubted"  # a file that readers leave behind
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
GUARD = 0.1  # how far off a rebuilt index may be


class WhooshIndex:
    """One index in one folder. Safe among threads; any number of processes may read while one writes."""

    def __init__(self, root: Path, *, lock_wait: float = LOCK_WAIT, encoder: Encoder | None = None) -> None:
        self._root, self._lock = root, WriterLock(root, wait=lock_wait)
        self._snapshot: Snapshot | None = None
        self._segments: dict[str, Segment] = {}
        self._looked = float("-inf")
        self._released = time.monotonic()
        self._commits = self._seen = 0  # of this process: made, and known to be in the snapshot
        self._opening = threading.Lock()
        self._learn_after = float("-inf")
        self._meanings = None if encoder is None else Meanings(root, encoder)

    def apply(self, puts: Iterable[Document], drops: Iterable[int]) -> None:
        """Put and drop in one commit; of several puts of one id the last counts, and a put counts more than a drop."""
        kept = sound(puts)
        gone = {id for id in drops if 0 < id < 2**31} | kept.keys()
        if not gone:
            return
        with self._lock.held():
            with _room(self._root):
                batch = Batch(self._folder_to_write())
            try:
                with _room(self._root):
                    batch.delete(gone)
                    batch.add(sorted(kept.values(), key=lambda document: document.id))
                    batch.commit()
            except IndexFault:
                batch.abandon()
                raise
        self._commits += 1

    def _folder_to_write(self) -> Path:
        folder = current(self._root)
        if folder is None:
            folder = create(self._root)
            point(self._root, folder)
        return folder

    def find(self, query: Query) -> Hits:
        """One page of matches; facets over all of them, each under all filters but its own."""
        with self._sound():
            return find(self.snapshot(), query, self._meanings)

    def explain(self, query: Query, id: int) -> Explanation | None:
        """Why the document stands where it does for this query; None when the id is not there."""
        with self._sound():
            return explain(self.snapshot(), query, id, self._meanings)

    def complete(self, typed: str, *, limit: int = 8) -> tuple[Completion, ...]:
        """Keywords, providers, institutions and titles with a word that begins as typed."""
        with self._sound():
            return complete(self.snapshot(), typed, min(limit, MAX_LIMIT))

    def similar(self, id: int, *, limit: int = 6) -> tuple[int, ...]:
        """Ids of the documents that share the most telling words, or are near in meaning."""
        with self._sound():
            return similar(self.snapshot(), id, min(limit, MAX_LIMIT), self._meanings)

    def entries(self) -> Iterator[Entry]:
        """Every document, in order of id, as of now."""
        snapshot = self.snapshot()
        versions = snapshot.column("versions", np.dtype(np.int64))
        for document in snapshot.all[np.argsort(snapshot.ids[snapshot.all], kind="stable")].tolist():
            segment, own = snapshot.place(document)
            origins = tuple(Origin(source=source, identifier=name, title=title) for source, name, title in json.loads(segment.card(own))[2])
            yield Entry(id=int(snapshot.ids[document]), version=int(versions[document]), origins=origins)

    def count(self) -> int:
        """How many documents."""
        return self.snapshot().count

    def rebuild(self, documents: Iterable[Document], *, expected: int) -> int:
        """Write a new index beside this one, then swap. Raises IndexFault, and keeps the old, when the count is off by over 10 %."""
        with self._lock.held():
            try:
                with _room(self._root):
                    folder = create(self._root)
                    written = fill(folder, documents)
                    _expect(written, expected)
                    point(self._root, folder)
            except BaseException:
                sweep(self._root, keep=_kept(self._root))
                raise
            sweep(self._root, keep=folder)
        self._commits += 1
        return written

    def verify(self, *, on_part: Callable[[float], None] = lambda part: None) -> None:
        """Read every byte of the index in use and compare checksums. Raises IndexDamaged."""
        with self._lock.held():  # no file may be merged away meanwhile
            verify(self._root, on_part)
            (self._root / DOUBTED).unlink(missing_ok=True)

    def doubted(self) -> bool:
        """Has a reader met what cannot be, since the last time that all was found whole?"""
        return (self._root / DOUBTED).exists()

    @contextmanager
    def _sound(self) -> Iterator[None]:
        """What a sound index never makes is taken for damage: the reader says so, and leaves word for the one who keeps the index."""
        try:
            yield
        except (IndexError, ValueError, OverflowError) as error:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
            log.exception("the search index in %s seems to be damaged", self._root)
            with suppress(OSError):
                (self._root / DOUBTED).touch()
            raise IndexDamaged(f"The search index in {self._root} cannot be read ({type(error).__name__}). It is looked after.") from error

    def condition(self) -> Condition:
        """What the index in use consists of. Raises IndexFault."""
        return condition(self._root, self.snapshot(), self._meanings)

    def learn(self, *, limit: int = 64) -> int:
        """Make the meanings of at most so many documents that have none yet; answers how many. Raises IndexFault.

        A model or a file that fails must not hold back the words: it is logged, and tried again after a minute.
        """
        if self._meanings is None or time.monotonic() < self._learn_after:
            return 0
        try:
            return self._meanings.learn(self.snapshot(), self._lock, limit)
        except (MeaningFault, VectorsFault) as error:
            log.warning("no meanings are made for now: %s", error)
            self._learn_after = time.monotonic() + LEARN_AGAIN
            return 0

    def writing(self) -> AbstractContextManager[None]:
        """Hold the index for writing over several calls. Raises IndexFault when others hold it too long."""
        return self._lock.held()

    def close(self) -> None:
        """Let go of all files; another call opens them again."""
        with self._opening:
            self._snapshot, self._segments, self._looked = None, {}, float("-inf")

    def snapshot(self) -> Snapshot:
        """The newest generation; a newer one is looked for at most every half second. Queries keep the one they began with."""
        found = self._snapshot
        if found is None or self._seen != self._commits:  # what this process wrote it sees at once
            with self._opening:
                return self._newest()
        if time.monotonic() - self._looked < LOOK_EVERY or not self._opening.acquire(blocking=False):
            return found  # fresh enough, or another thread is at it
        try:
            return self._newest()
        finally:
            self._opening.release()

    def _newest(self) -> Snapshot:
        for _ in range(10):
            looked, commits = time.monotonic(), self._commits
            now = state(self._root)
            if self._snapshot is None or self._snapshot.state != now:
                folder = current(self._root)
                if folder is None and self._snapshot is not None and self._snapshot.count:
                    raise IndexDamaged(f"The search index in {self._root} is gone. Rebuild it from the database.")
                try:
                    self._snapshot, self._segments = take(folder, self._segments)
                except FileNotFoundError:
                    time.sleep(0.02)  # merged away or rebuilt while it was opened
                    continue
            self._looked, self._seen = looked, commits
            self._release(looked)
            return self._snapshot
        raise IndexDamaged(f"The search index in {self._root} is damaged: files are missing. Rebuild it from the database.")

    def _release(self, moment: float) -> None:
        """Else a process that has read here and there for an hour holds the whole index."""
        if moment - self._released >= RELEASE_EVERY:
            self._released = moment
            for segment in self._segments.values():
                segment.release()


@contextmanager
def _room(root: Path) -> Iterator[None]:
    """A disk that takes nothing more is a fault of the index's place, not of ours."""
    try:
        yield
    except OSError as error:
        reason = "the disk is full" if error.errno in FULL else error.strerror or str(error)
        raise IndexFault(f"The search index in {root} cannot be written: {reason}. It stays as it was.") from error


def _expect(written: int, expected: int) -> None:
    if abs(written - expected) > GUARD * expected:
        raise IndexFault(f"The new index would hold {written} documents where {expected} were expected; the old one stays in use.")


def _kept(root: Path) -> Path:
    try:
        return current(root) or root
    except IndexFault:
        return root
