"""A line that moves on a terminal while documents are worked on: how many, and how long it will still take."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from hub.cli.context import say

SHOW = 0.2  # seconds between two looks of the line


class Documents:
    """`with Documents("checked", total) as line: … line.show(done)`. Silent where the standard error is no terminal."""

    def __init__(self, what: str, total: int, *, quiet: bool = False) -> None:
        self._what, self._total = what, total
        self._live = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._began = self._shown = time.monotonic()

    def __enter__(self) -> Documents:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live:
            say("\r\033[K", nl=False, err=True)

    def show(self, done: int) -> None:
        """So many are done."""
        moment = time.monotonic()
        if self._live and moment - self._shown >= SHOW:
            self._shown = moment
            say(f"\r\033[K{line(self._what, done, self._total, moment - self._began)}", nl=False, err=True)


def line(what: str, done: int, total: int, seconds: float) -> str:
    """`12,500 of 100,000 documents checked (12 %), 7 s left`"""
    whole = max(total, done)
    left = f", {(whole - done) * seconds / done:.0f} s left" if done and whole > done else ""
    return f"{done:,} of {whole:,} documents {what} ({100 * done // whole if whole else 100} %){left}"
