"""A second process that keeps the index up with the catalogue, for as long as this one works."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType


class Keeper:
    """`hub index sync --follow` as a child: it drains the outbox until its standard input closes, so it ends with us, however we end."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hub.cli.main", "index", "sync", "--follow"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is ours to answer
        )

    def __enter__(self) -> Keeper:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.finish()

    @property
    def is_alive(self) -> bool:
        """Does it still work?"""
        return self._process.poll() is None

    def finish(self) -> int:
        """Let it drain what is left and end; answers its exit status."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        return self._process.wait()
