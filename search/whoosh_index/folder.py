"""Where an index lies: a pointer file names the folder in use, so that a rebuilt index takes its place in one step.

FOLDER/current      the pointer: format and name of the folder in use
FOLDER/index-XXXX/  a Whoosh index
FOLDER/lock         held by the one process that writes
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import IO, Any

from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile
from whoosh.index import TOC

from search.index import IndexDamaged, IndexFault
from search.whoosh_index.fields import FORMAT, schema

INDEX_NAME = "HUB"
POINTER = "current"
PREFIX = "index-"
REBUILD = "Rebuild it from the database."


@dataclass(frozen=True, slots=True)
class State:
    """What one generation consists of; it differs whenever anything was written."""

    folder: str = ""
    generation: int = -1


class SureStorage(FileStorage):
    """A file that takes its final name is on the disk before; a file that is read is not left open."""

    def open_file(self, name: str, **kwargs: Any) -> Any:
        return BufferFile(memoryview((Path(self.folder) / name).read_bytes()), name=name)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:
        with (Path(self.folder) / oldname).open("rb") as file:
            os.fsync(file.fileno())
        os.replace(Path(self.folder) / oldname, Path(self.folder) / newname)
        sync_folder(Path(self.folder))


def sync_folder(folder: Path) -> None:
    """Make the names in a folder sure."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def current(root: Path) -> Path | None:
    """The folder in use; None when there is no index yet. Raises IndexFault when it is of another version or unreadable."""
    try:
        text = (root / POINTER).read_text("utf-8")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexFault(f"The search index in {root} cannot be read: {error}.") from error
    except ValueError as error:
        raise IndexDamaged(f"The search index in {root} is damaged: its pointer is not readable. {REBUILD}") from error
    try:
        pointer = json.loads(text)
        made, name = pointer["format"], pointer["folder"]
    except (ValueError, LookupError, TypeError) as error:
        raise IndexDamaged(f"The search index in {root} is damaged: its pointer is not readable. {REBUILD}") from error
    if made != FORMAT:
        raise IndexDamaged(f"The search index in {root} is of format {made}, this version reads {FORMAT}. {REBUILD}")
    folder = root / str(name)
    if folder.parent != root or not folder.is_dir():
        raise IndexDamaged(f"The search index in {root} is damaged: {name} is missing. {REBUILD}")
    return folder


def state(root: Path) -> State:
    """Cheap: one small file and one list of names."""
    folder = current(root)
    return State() if folder is None else State(folder.name, generation(folder))


def generation(folder: Path) -> int:
    """The newest generation in a folder; -1 when there is none."""
    return int(TOC._latest_generation(SureStorage(str(folder)), INDEX_NAME))


def contents(folder: Path) -> Any:
    """The newest table of contents. Raises IndexFault."""
    for _ in range(10):
        try:
            return _checked(TOC.read(SureStorage(str(folder)), INDEX_NAME, schema=schema()))
        except FileNotFoundError:
            time.sleep(0.02)  # a newer one took its place between listing and opening
        except Exception as error:  # a damaged pickle may raise anything at all
            raise IndexDamaged(f"The search index in {folder} is damaged ({type(error).__name__}: {error}). {REBUILD}") from error
    raise IndexDamaged(f"The search index in {folder} cannot be read: its table of contents is missing. {REBUILD}")


def _checked(toc: Any) -> Any:
    """A table of contents with the parts that it must have. Raises ValueError."""
    for segment in toc.segments:
        if not (isinstance(segment, W3Segment) and isinstance(segment.segid, str) and isinstance(segment.codec(), W3Codec)):
            raise ValueError("a segment of another kind")
        if any(not 0 <= document < segment.doc_count_all() for document in segment.deleted_docs()):
            raise ValueError("a deleted document that does not exist")
    return toc


def create(root: Path) -> Path:
    """A new, empty index folder, not yet in use."""
    folder = root / f"{PREFIX}{token_hex(6)}"
    folder.mkdir(parents=True)
    TOC.create(SureStorage(str(folder)), schema(), INDEX_NAME)
    return folder


def point(root: Path, folder: Path) -> None:
    """Make `folder` the one in use."""
    waiting = root / f"{POINTER}.new"
    with waiting.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"format": FORMAT, "folder": folder.name}))
        file.flush()
        os.fsync(file.fileno())
    os.replace(waiting, root / POINTER)
    sync_folder(root)


def sweep(root: Path, keep: Path) -> None:
    """Remove every other index folder: the one before, and what killed rebuilds left. Readers keep the files they have mapped."""
    for folder in root.glob(f"{PREFIX}*"):
        if folder != keep:
            shutil.rmtree(folder, ignore_errors=True)


class WriterLock:
    """Held by the one thread of the one process that writes; nests within that thread. It goes with the process, however that ends."""

    def __init__(self, root: Path, *, wait: float) -> None:
        self._root, self._wait = root, wait
        self._threads, self._depth = threading.RLock(), 0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Raises IndexFault when others hold it for longer than the wait."""
        until = time.monotonic() + self._wait
        if not self._threads.acquire(timeout=self._wait):
            raise self._busy()
        try:
            with contextlib.nullcontext() if self._depth else self._file(until):
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
        finally:
            self._threads.release()

    @contextlib.contextmanager
    def _file(self, until: float) -> Iterator[None]:
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            file = (self._root / "lock").open("a")
        except OSError as error:
            raise IndexFault(f"The folder of the search index cannot be written: {error}") from error
        with file:
            while not _locked(file):
                if time.monotonic() >= until:
                    raise self._busy()
                time.sleep(0.02)
            yield

    def _busy(self) -> IndexFault:
        return IndexFault(f"The search index in {self._root} has been held by another writer for more than {self._wait:.0f} seconds.")


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
