"""Writing a whole index from its documents: chunks go to whichever of two processes is free, then become few large segments."""

from __future__ import annotations

import logging
import pickle
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np

from search.document import Document
from search.whoosh_index.arrays import Array
from search.whoosh_index.assisting import Assistant, Job, work
from search.whoosh_index.inverting import fault
from search.whoosh_index.writing import BATCH, Batch, file_name, new_segment, write_segment

log = logging.getLogger(__name__)
LARGE = 150_000  # documents of a segment that a rebuild leaves
ALONE = 2  # chunks that this process writes by itself
SPOOLED = ".job"  # a file that hands something to the second process


def sound(documents: Iterable[Document]) -> dict[int, Document]:
    """The documents that can be indexed, by id; of several with one id the last. What is wrong with the others is logged."""
    kept: dict[int, Document] = {}
    for document in documents:
        reason = fault(document)
        if reason is None:
            kept[document.id] = document
        else:
            log.error("document %s is not indexed: %s", document.id, reason)
    return kept


def fill(folder: Path, documents: Iterable[Document]) -> int:
    """Write documents into a new index folder and commit; answers how many. Of several with one id the last counts.

    A second process starts with the third chunk: a small catalogue does not pay for it. Raises OSError when the disk is full.
    """
    filling = _Filling(folder)
    assistant = None
    with ExitStack() as stack:
        for number, rows in enumerate(_chunks(documents)):
            if number == ALONE:
                assistant = stack.enter_context(Assistant())
            filling.write(rows, assistant)
        filling.merge(assistant)
    return filling.commit()


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    rows: list[Document] = []
    for document in documents:
        rows.append(document)
        if len(rows) == BATCH:
            yield rows
            rows = []
    if rows:
        yield rows


class _Filling:
    """The segments of the new index, in the order of their documents."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._segments: list[Any] = []
        self._ids: list[Array] = []  # of the documents of each segment
        self._seen: set[int] = set()
        self._repeated = False

    def write(self, documents: list[Document], assistant: Assistant | None) -> None:
        """One chunk: by the assistant when it is free, else here."""
        rows = list(sound(documents).values())
        if not rows:
            return
        self._repeated = self._repeated or any(row.id in self._seen for row in rows)
        self._seen.update(row.id for row in rows)
        target = self._folder / file_name(self._new(np.array([row.id for row in rows], np.int64)))
        if assistant is not None:
            self.settle(assistant)
            if assistant.is_free and assistant.give(Job(str(target), documents=self._spool(rows))):
                return
        write_segment(target, rows)

    def settle(self, assistant: Assistant, *, wait: bool = False) -> None:
        """Do here what the assistant was given and will not do."""
        job = assistant.undone(wait=wait)
        if job is not None:
            _do(job)

    def merge(self, assistant: Assistant | None) -> None:
        """Few large segments instead of many small ones: each of them costs every query a little."""
        if assistant is not None:
            self.settle(assistant, wait=True)
        self._forget_repeated()
        groups, self._segments = _groups(self._segments), []
        for group in groups:
            if len(group) == 1:
                self._segments += group
                continue
            lives = [_live(segment) for segment in group]
            merged = new_segment(self._folder)
            merged.set_doc_count(sum(int(live.sum()) for live in lives))
            paths = tuple(str(self._folder / file_name(segment)) for segment in group)
            job = Job(str(self._folder / file_name(merged)), segments=paths, lives=self._spool(lives))
            if assistant is not None and assistant.give(job):
                self.settle(assistant, wait=True)
            else:
                _do(job)
            for path in paths:
                Path(path).unlink()
            self._segments.append(merged)

    def commit(self) -> int:
        """Make it an index."""
        self._forget_repeated()
        for left in self._folder.glob(f"*{SPOOLED}"):
            left.unlink()
        batch = Batch(self._folder)
        for segment in self._segments:
            batch.adopt(segment, int(segment.doc_count_all()))
        batch.commit()
        return len(self._seen)

    def _new(self, ids: Array) -> Any:
        segment = new_segment(self._folder)
        segment.set_doc_count(len(ids))
        self._segments.append(segment)
        self._ids.append(ids)
        return segment

    def _spool(self, value: object) -> str:
        """Into a file, not a pipe: the assistant takes its time to read it, and the parent goes on."""
        path = self._folder / f"{token_hex(6)}{SPOOLED}"
        path.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
        return str(path)

    def _forget_repeated(self) -> None:
        """Mark all but the last document of each id."""
        if not self._repeated:
            return
        self._repeated = False
        later: set[int] = set()
        for segment, ids in zip(reversed(self._segments), reversed(self._ids), strict=True):
            for number in np.flatnonzero(np.isin(ids, list(later))).tolist():
                segment.delete_document(number)
            later.update(ids.tolist())


def _do(job: Job) -> None:
    work(job)
    job.spooled.unlink()


def _groups(segments: list[Any]) -> list[list[Any]]:
    """Neighbours that together have at most LARGE documents."""
    groups: list[list[Any]] = []
    size = 0
    for segment in segments:
        size += segment.doc_count_all()
        if not groups or size > LARGE:
            groups.append([])
            size = segment.doc_count_all()
        groups[-1].append(segment)
    return groups


def _live(segment: Any) -> Array:
    live = np.ones(segment.doc_count_all(), bool)
    live[list(segment.deleted_docs())] = False
    return live
