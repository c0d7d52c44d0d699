"""The whole catalogue in files, for who wants all of it: written beside, and there at once when it is whole."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hub.exports import jsonl, spreadsheet
from hub.exports.site import METADATA_LICENCE, Site
from hub.services.describing import Description

MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
UNFINISHED = ".unfinished"
NAME = re.compile(r"\d{8}T\d{6}Z")  # of a dump: when it was begun
FORM = "%Y%m%dT%H%M%SZ"
LEVEL = 5


class AlreadyDumping(Exception):
    """Another process is writing a dump just now."""


@dataclass(frozen=True, slots=True)
class Dump:
    """One that is whole: its name, and its manifest."""

    name: str
    manifest: dict[str, Any]

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """name -> bytes, sha256, records."""
        found: dict[str, dict[str, Any]] = self.manifest["files"]
        return found


class Member:
    """A compressed file that counts and sums what it writes."""

    def __init__(self, path: Path) -> None:
        self.path, self.records = path, 0
        self._file = path.open("wb")
        self._packed = io.TextIOWrapper(gzip.GzipFile("", "wb", LEVEL, self._file, mtime=0), "utf-8", newline="")

    def write(self, text: str, *, records: int = 1) -> None:
        """Add a text that holds so many records."""
        self._packed.write(text)
        self.records += records

    def close(self) -> dict[str, Any]:
        """Bring it to the disk; what the manifest says of it."""
        self._packed.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        with self.path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return {"bytes": self.path.stat().st_size, "sha256": digest, "records": self.records}

    def abandon(self) -> None:
        """It will not be needed; what cannot be written any more is forgotten, before anybody tries it later."""
        for file in (self._packed, self._file):
            with suppress(OSError, ValueError):
                file.close()


def write(
    folder: Path,
    ones: Iterable[Description],
    terms: Iterable[dict[str, Any]],
    site: Site,
    now: datetime,
    *,
    keep: int,
    on_resource: Callable[[], None] = lambda: None,
) -> Dump:
    """A dump of now, read one resource at a time; then all but the `keep` newest are removed. Raises AlreadyDumping, OSError.

    A process that dies leaves the last dump as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder):
        unfinished = folder / UNFINISHED
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        try:
            files = fill(unfinished, ones, terms, site, now, on_resource)
            manifest = {
                "name": site.name,
                "address": site.address,
                "created_at": now.isoformat(),
                "licence": METADATA_LICENCE,
                "files": files,
            }
            settle(unfinished / SUMS, "".join(f"{said['sha256']}  {name}\n" for name, said in files.items()))
            settle(unfinished / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
            settle(unfinished)
            while (folder / now.strftime(FORM)).exists():  # two within a second
                now += timedelta(seconds=1)
            unfinished.rename(folder / now.strftime(FORM))
            settle(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        for old in whole(folder)[keep:]:
            shutil.rmtree(folder / old.name, ignore_errors=True)
    return Dump(now.strftime(FORM), manifest)


def settle(path: Path, text: str | None = None) -> None:
    """Write a file, or nothing for a folder, and bring it to the disk: a machine that stops leaves no dump whose files are empty."""
    if text is not None:
        path.write_text(text, encoding="utf-8")
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One process at a time; the lock of one that died is free. Raises AlreadyDumping."""
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyDumping("Another process is writing a dump just now.") from error
        yield


def fill(
    folder: Path,
    ones: Iterable[Description],
    terms: Iterable[dict[str, Any]],
    site: Site,
    now: datetime,
    on_resource: Callable[[], None],
) -> dict[str, dict[str, Any]]:
    """All files; what the manifest says of each."""
    members = {name: Member(folder / name) for name in ("resources.jsonl.gz", "resources.csv.gz", "topics.jsonl.gz")}
    lines, table, vocabulary = members.values()
    try:
        table.write(spreadsheet.header(), records=0)
        for one in ones:
            lines.write(jsonl.write(one, site) + "\n")
            table.write(spreadsheet.write(one, site, now))
            on_resource()
        for term in terms:
            vocabulary.write(json.dumps(term, ensure_ascii=False) + "\n")
        return {name: member.close() for name, member in members.items()}
    finally:
        for member in members.values():
            member.abandon()


def whole(folder: Path) -> list[Dump]:
    """The dumps that are there, the newest first."""
    names = sorted((path.name for path in folder.glob("*") if NAME.fullmatch(path.name)), reverse=True)
    return [Dump(name, manifest) for name in names if (manifest := read(folder / name / MANIFEST)) is not None]


def read(path: Path) -> dict[str, Any] | None:
    """A manifest; None when it is just being removed."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found
