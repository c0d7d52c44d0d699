"""How an index does: what it consists of, and whether its files are what was written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from search.document import Condition
from search.index import IndexDamaged
from search.vectors.layout import VectorsFault
from search.whoosh_index.arrays import Damaged, verify_arrays
from search.whoosh_index.fields import FORMAT
from search.whoosh_index.folder import PREFIX, REBUILD, contents, current
from search.whoosh_index.nearness import Meanings
from search.whoosh_index.snapshot import Snapshot
from search.whoosh_index.writing import file_name


def condition(root: Path, snapshot: Snapshot, meanings: Meanings | None) -> Condition:
    """Of this generation; bytes are those of the whole folder, a rebuild that is under way included."""
    return Condition(
        format=FORMAT,
        generation=snapshot.state.generation,
        documents=snapshot.count,
        deleted=snapshot.size - snapshot.count,
        segments=len(snapshot.segments),
        bytes=_bytes(root),
        model=None if meanings is None else meanings.model,
        meanings=0 if meanings is None else _learned(meanings),
    )


def _learned(meanings: Meanings) -> int:
    try:
        return meanings.count()
    except VectorsFault:
        return 0  # they are made again


def _bytes(root: Path) -> int:
    total = 0
    for path in root.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except FileNotFoundError:
            continue  # merged away while we counted
    return total


def verify(root: Path, on_part: Callable[[float], None]) -> None:
    """Compare the checksums of all files of the index in use. Raises IndexFault. The caller sees to it that nobody writes."""
    folder = current(root)
    if folder is None:
        if any(root.glob(f"{PREFIX}*/*.toc")):
            raise IndexDamaged(f"The search index in {root} is damaged: its pointer is missing. {REBUILD}")
        return
    segments = contents(folder).segments
    done, total = 0, sum(int(segment.doc_count_all()) for segment in segments)
    for segment in segments:
        path = folder / file_name(segment)
        try:
            verify_arrays(path)
        except FileNotFoundError as error:
            raise IndexDamaged(f"The search index in {folder} is damaged: {path.name} is missing. {REBUILD}") from error
        except Damaged as error:
            raise IndexDamaged(f"The search index in {folder} is damaged: {error}. {REBUILD}") from error
        done += int(segment.doc_count_all())
        on_part(done / total)
