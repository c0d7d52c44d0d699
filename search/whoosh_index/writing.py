"""Putting and dropping: one commit is one new segment, deletions, perhaps a merge, and one new table of contents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from whoosh.index import TOC, clean_files

from search.document import Document
from search.index import IndexDamaged
from search.whoosh_index.arrays import Array, ArraysWriter
from search.whoosh_index.codec import ArraysCodec
from search.whoosh_index.folder import INDEX_NAME, REBUILD, SureStorage, contents, sync_folder
from search.whoosh_index.inverting import invert
from search.whoosh_index.merging import Part, merge
from search.whoosh_index.segments import EXTENSION, Segment
from search.whoosh_index.snapshot import open_segment

BATCH = 5_000  # documents of one segment; more are written as several
AT_ONCE = 8  # segments of a merge
SMALL = 2_000  # documents; eight of these become one
MAX_SEGMENTS = 14
MAX_DELETED = 1 / 3  # of a segment; then it is written anew


class Batch:
    """One commit on the folder of an index. The caller holds the lock."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._storage = folder, SureStorage(str(folder))
        toc = contents(folder)
        self._schema, self._generation, self._segments = toc.schema, toc.generation, list(toc.segments)
        self._opened: dict[str, Segment] = {}

    def delete(self, ids: Iterable[int]) -> None:
        """Mark the documents of these ids."""
        gone = np.fromiter(ids, np.int64)
        for segment in self._segments:
            for document in np.flatnonzero(np.isin(self._open(segment).ids, gone)).tolist():
                segment.delete_document(document)

    def add(self, documents: list[Document]) -> None:
        """Write documents, in segments of BATCH; their ids differ and are not in the index (any more)."""
        for begin in range(0, len(documents), BATCH):
            rows = documents[begin : begin + BATCH]
            segment = new_segment(self._folder)
            write_segment(self._folder / file_name(segment), rows)
            self.adopt(segment, len(rows))

    def adopt(self, segment: Any, size: int) -> None:
        """Take in a segment whose file is written."""
        segment.set_doc_count(size)
        self._segments.append(segment)

    def abandon(self) -> None:
        """Remove what this batch has written: it will not be committed. The index is as it was."""
        toc = contents(self._folder)
        clean_files(self._storage, INDEX_NAME, toc.generation, toc.segments)
        for unfinished in self._folder.glob("*.toc.*"):
            unfinished.unlink(missing_ok=True)

    def commit(self, *, merging: bool = True) -> None:
        """Tidy up and make it all visible."""
        self._segments = [segment for segment in self._segments if segment.doc_count()]
        while merging and (chosen := self._due()):
            self._merge(chosen)
        sync_folder(self._folder)
        self._generation += 1
        TOC(self._schema, self._segments, self._generation).write(self._storage, INDEX_NAME)
        clean_files(self._storage, INDEX_NAME, self._generation, self._segments)

    def _due(self) -> list[Any]:
        """The segments to merge next: half deleted ones, eight small ones, or the smallest when there are too many."""
        for segment in self._segments:
            if segment.deleted_count() > MAX_DELETED * segment.doc_count_all():
                return [segment]
        ordered = sorted(self._segments, key=lambda segment: int(segment.doc_count_all()))
        small = [segment for segment in ordered if segment.doc_count_all() < SMALL]
        if len(small) >= AT_ONCE:
            return small[:AT_ONCE]
        return ordered[:AT_ONCE] if len(ordered) > MAX_SEGMENTS else []

    def _merge(self, chosen: list[Any]) -> None:
        segment = new_segment(self._folder)
        size = merge_segments(self._folder / file_name(segment), [(self._open(old), self._live(old)) for old in chosen])
        self._segments = [kept for kept in self._segments if kept not in chosen]
        self.adopt(segment, size)

    def _live(self, segment: Any) -> Array:
        live = np.ones(segment.doc_count_all(), bool)
        live[list(segment.deleted_docs())] = False
        return live

    def _open(self, segment: Any) -> Segment:
        if segment.segid not in self._opened:
            try:
                self._opened[segment.segid] = open_segment(self._folder, segment)
            except FileNotFoundError as error:
                raise IndexDamaged(f"The search index in {self._folder} is damaged: a segment is missing. {REBUILD}") from error
        return self._opened[segment.segid]


def new_segment(folder: Path) -> Any:
    """A name for a segment, as the table of contents will list it."""
    return ArraysCodec().new_segment(SureStorage(str(folder)), INDEX_NAME)


def file_name(segment: Any) -> str:
    """Of the one file of a segment."""
    return str(segment.make_filename(EXTENSION))


def write_segment(path: Path, rows: list[Document]) -> None:
    """Invert documents into one file."""
    writer = ArraysWriter(path)
    for name, array in invert(rows).items():
        writer.add(name, array)
    writer.close()


def merge_segments(path: Path, parts: Sequence[Part]) -> int:
    """Write the living documents of several segments into one file; answers how many."""
    writer = ArraysWriter(path)
    size = merge(parts, writer)
    writer.close()
    return size
