"""Where the time of a search page goes: `python -m benchmarks.page_parts --keep FOLDER [--profile]`.

Asks one process, without a network, for the pages of `benchmarks.pages`' mixture, in a catalogue that `benchmarks.pages --keep FOLDER`
made. Parts are timed where they are called, so that they add up; `--profile` lists the functions instead, which slows Python's own
share. Milliseconds of CPU a page, so that other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from benchmarks.addresses import MIXED, pages
from benchmarks.hub_process import Hub

WARM = 40  # pages asked before
PARTS = (
    "search",
    "SQL in the driver",
    "rows to objects",
    "marked titles",
    "snippets",
    "facets to choices",
    "template",
    "compression",
    "the rest",
)


class Parts:
    """Seconds of CPU by part; what one part calls of another is the other's."""

    def __init__(self) -> None:
        self.spent = dict.fromkeys(PARTS, 0.0)
        self._open: list[list[Any]] = [["the rest", 0.0]]
        self._at = time.process_time()

    def enter(self, part: str) -> None:
        """What follows is this part's."""
        self._charge()
        self._open.append([part, 0.0])

    def leave(self) -> None:
        """Back to what called it."""
        self._charge()
        self._open.pop()

    def _charge(self) -> None:
        now = time.process_time()
        self.spent[self._open[-1][0]] += now - self._at
        self._at = now

    def around(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def timed(*given: Any, **named: Any) -> Any:
            self.enter(part)
            try:
                return work(*given, **named)
            finally:
                self.leave()

        return timed


def main() -> int:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", required=True, help="of a catalogue that is there")
    parser.add_argument("--profile", action="store_true", help="the functions that take most")
    chosen = parser.parse_args()
    hub = Hub(chosen.keep)
    paths = pages(hub)[MIXED]
    client = site(hub)
    ask(client, paths[:WARM])
    if chosen.profile:
        with cProfile.Profile() as profile:
            ask(client, paths)
        pstats.Stats(profile).sort_stats("tottime").print_stats(45)
        return 0
    plain = ask(client, paths)
    parts = watched()
    ask(client, paths)
    each = 1000 / len(paths)
    print(f"{len(paths)} search pages, {plain * each:.1f} ms of CPU each; watched {sum(parts.spent.values()) * each:.1f}:")
    for part, seconds in parts.spent.items():
        print(f"  {part:20} {seconds * each:6.2f} ms")
    return 0


def site(hub: Hub) -> FlaskClient:
    """The application in this process."""
    os.environ.update(hub.environment)
    from config import from_env
    from hub.app import create_app

    return create_app(from_env()).test_client()


def ask(client: FlaskClient, paths: Sequence[str]) -> float:
    """Seconds of CPU of all of these pages."""
    began = time.process_time()
    for path in paths:
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, path
    return time.process_time() - began


def watched() -> Parts:
    """Time the parts of this process from now on."""
    from jinja2 import Template
    from sqlalchemy import Engine

    from hub.services import finding, summarising
    from hub.web import compression
    from search import snippets
    from search.whoosh_index.engine import WhooshIndex

    parts = Parts()
    for owner, name, part in (
        (WhooshIndex, "find", "search"),
        (summarising, "in_order", "rows to objects"),
        (finding, "groups", "facets to choices"),
        (snippets, "mark", "marked titles"),
        (snippets, "snippet", "snippets"),
        (Template, "render", "template"),
        (compression.gzip, "compress", "compression"),
    ):
        setattr(owner, name, parts.around(part, getattr(owner, name)))
    event.listen(Engine, "before_cursor_execute", lambda *_: parts.enter("SQL in the driver"))
    event.listen(Engine, "after_cursor_execute", lambda *_: parts.leave())
    return parts


if __name__ == "__main__":
    sys.exit(main())
