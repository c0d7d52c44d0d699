"""A second process that writes segments while the first one does too: a full rebuild on two cores.

Both ends are here: `Assistant` is the parent's, `serve` the child's. A job goes down as one line of JSON, its answer comes back as another.
The child is a fresh interpreter, never a fork of a process with threads; it ends when its standard input does, so it goes with the parent.
"""

from __future__ import annotations

import json
import logging
import os
import pickle
import selectors
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType

from search.whoosh_index.segments import Segment
from search.whoosh_index.writing import merge_segments, write_segment

log = logging.getLogger(__name__)
PATIENCE = 120.0  # seconds that one job may take; then the child is taken to hang
PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from search.whoosh_index.assisting import serve; serve()"


@dataclass(frozen=True, slots=True)
class Job:
    """One segment to write: of documents that lie pickled in a file, or of other segments."""

    target: str
    documents: str = ""
    segments: tuple[str, ...] = ()
    lives: str = ""  # a file that says which documents of the segments live

    @property
    def spooled(self) -> Path:
        """The file that it is handed over with. It goes once the job is known to be done: until then somebody else may have to do it."""
        return Path(self.documents or self.lives)


def work(job: Job) -> None:
    """Do a job in this process."""
    given = pickle.loads(job.spooled.read_bytes())  # noqa: S301 - our own file, in our own folder
    if job.documents:
        write_segment(Path(job.target), given)
    else:
        opened = [Segment(Path(path)) for path in job.segments]
        merge_segments(Path(job.target), list(zip(opened, given, strict=True)))


class Assistant:
    """The child, as the parent sees it: free, busy, or gone. It has one job at a time, and none of its troubles hangs the parent."""

    def __init__(self) -> None:
        self._since = 0.0
        self._job: Job | None = None
        places = [path or os.getcwd() for path in sys.path]  # it looks for our modules where we did
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, *(f"-W{option}" for option in sys.warnoptions), "-c", PROGRAM, *places],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, bufsize=0,
            )  # fmt: skip
        except OSError as error:
            log.warning("the index is rebuilt without a second process: %s", error)

    def __enter__(self) -> Assistant:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    @property
    def is_free(self) -> bool:
        """May it be given a job?"""
        return self._process is not None and self._job is None

    @property
    def pid(self) -> int | None:
        """The child's process; None when it is gone."""
        return self._process.pid if self._process is not None else None

    def give(self, job: Job) -> bool:
        """Hand over a job; False when the child is busy or gone."""
        if self._process is None or self._job is not None:
            return False
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asdict(job)).encode() + b"\n")
        except OSError as error:
            self._lose(str(error))
            return False
        self._job, self._since = job, time.monotonic()
        return True

    def undone(self, *, wait: bool = False) -> Job | None:
        """A job that was handed over and will not be done: the caller does it. `wait`: until the present job is done or given up."""
        job = self._job
        if job is None or self._process is None:
            return None
        reason = self._answer(self._since + PATIENCE if wait else 0.0)
        if reason is None:
            return None
        self._job = None
        if reason:
            self._lose(reason)
            return job
        job.spooled.unlink()
        return None

    def _answer(self, until: float) -> str | None:
        """None: still at it; "": done; else why not. Bounded: a child that says nothing for too long is given up."""
        assert self._process is not None and self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, until - time.monotonic())):
                return "it does not answer" if time.monotonic() >= self._since + PATIENCE else None
        line = self._process.stdout.readline()
        if not line.endswith(b"\n"):
            return "it has ended"
        return str(json.loads(line)["reason"])

    def _lose(self, reason: str) -> None:
        log.warning("the second process of the rebuild is given up: %s", reason)
        self._end()

    def _end(self) -> None:
        if self._process is None:
            return
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._process = None


def serve() -> None:
    """The child: one job a line, until there are no more."""
    for line in sys.stdin:
        row = json.loads(line)
        reason = ""
        try:
            work(Job(**{**row, "segments": tuple(row["segments"])}))
        except Exception as error:  # the parent does this job itself, and says why when it cannot either
            reason = f"{type(error).__name__}: {error}"
        try:
            os.write(sys.stdout.fileno(), json.dumps({"reason": reason}).encode() + b"\n")
        except BrokenPipeError:
            return  # the parent was killed; the next rebuild sweeps what we have written
