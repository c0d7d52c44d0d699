"""How often we ask one host: shared by all threads of a process, so that ten sources at one host are as polite as one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_KEPT = 10_000  # hosts remembered


class Pacing:
    """Gives each request to a host its turn. Hosts are told apart by name and port."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free: dict[tuple[str, int], float] = {}  # when the host may be asked again

    def reserve(self, host: str, port: int, interval: float) -> float:
        """Take the next turn; returns how many seconds to wait until it comes."""
        with self._lock:
            now = self._clock()
            turn = max(now, self._free.get((host, port), now))
            self._keep((host, port), turn + interval, now)
            return turn - now

    def hold(self, host: str, port: int, seconds: float) -> None:
        """The host asked to be left alone for this long (Retry-After)."""
        with self._lock:
            now = self._clock()
            self._keep((host, port), max(self._free.get((host, port), now), now + seconds), now)

    def _keep(self, key: tuple[str, int], free: float, now: float) -> None:
        if len(self._free) >= _KEPT:
            self._free = {known: moment for known, moment in self._free.items() if moment > now}
        self._free[key] = free


PROCESS = Pacing()  # all fetchers of this process take turns, whoever made them
