"""The public keys of learning platforms: fetched from where each of them says, kept for a while, asked again when one is unknown."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harvesters.errors import HarvestError
from harvesters.fetch import Fetcher
from harvesters.protocol import Request
from hub.services import vouching

FRESH = 3600.0  # seconds that a key set is believed
PAUSE = 30.0  # seconds in which one platform is not asked again, whatever arrives
KEPT = 500  # key sets
ROOM = 4  # requests at the same moment: when platforms hang, the site still has threads for everybody else
Open = Callable[[], Fetcher]


class Unreachable(Exception):
    """The platform's keys cannot be had now; the message says why, for the log."""


@dataclass(slots=True)
class Kept:
    """What a platform has answered, or why it has not, and when (monotonic)."""

    at: float
    keys: tuple[Any, ...]
    fault: str = ""


class Keyring:
    """Key sets by address. Safe between threads; `open_fetcher` decides which hosts may be asked, and how long and how much."""

    def __init__(self, open_fetcher: Open) -> None:
        self._open, self._lock, self._room = open_fetcher, threading.Lock(), threading.BoundedSemaphore(ROOM)
        self._kept: dict[str, Kept] = {}

    def keys(self, url: str, *, anew: bool = False) -> tuple[Any, ...]:
        """The keys at this address; `anew`: not those that are kept, unless they are quite young. Raises Unreachable."""
        with self._lock:
            kept = self._kept.get(url)
        age = time.monotonic() - kept.at if kept else FRESH
        if kept and age < (PAUSE if anew or kept.fault else FRESH):
            return told(kept)
        if not self._room.acquire(blocking=False):
            raise Unreachable("Other platforms are being asked.")
        try:
            kept = self._fetched(url)
        finally:
            self._room.release()
        with self._lock:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[url] = kept
        return told(kept)

    def _fetched(self, url: str) -> Kept:
        """The key set, asked now."""
        try:
            with self._open() as fetcher:
                found = json.loads(fetcher(Request(url=url, headers={"Accept": "application/json"})).body)
        except HarvestError as error:
            return Kept(time.monotonic(), (), str(error)[:500])
        except (ValueError, RecursionError):
            return Kept(time.monotonic(), (), "The answer is not JSON.")
        return Kept(time.monotonic(), tuple(vouching.keys(found)) if isinstance(found, dict) else ())


def told(kept: Kept) -> tuple[Any, ...]:
    """The keys. Raises Unreachable when there was no answer."""
    if kept.fault:
        raise Unreachable(kept.fault)
    return kept.keys
