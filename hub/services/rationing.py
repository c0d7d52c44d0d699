"""How often a program may ask (draft-ietf-httpapi-ratelimit-headers)."""

from __future__ import annotations

import logging
import math
import threading
import time
from dataclasses import dataclass
from functools import cached_property

from limits import parse
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

log = logging.getLogger(__name__)
DEFAULT = "300/minute"
SWEPT = 60.0  # seconds after which counters of windows that are over are dropped


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an allowance: `most` in a window, `remaining` now, a new window in `reset` seconds."""

    allowed: bool
    most: int
    remaining: int
    reset: int
    window: int  # seconds of one

    def __str__(self) -> str:
        """What somebody hears who asked too often."""
        return f"More than {self.most} requests: wait {self.reset} seconds."

    def headers(self) -> dict[str, str]:
        """As an answer tells it: in the three headers that most clients read, and in the two of the draft's later versions."""
        told = {"RateLimit-Limit": str(self.most), "RateLimit-Remaining": str(self.remaining), "RateLimit-Reset": str(self.reset)}
        told |= {
            "RateLimit-Policy": f'"default";q={self.most};w={self.window}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset}',
        }
        return told if self.allowed else {**told, "Retry-After": str(max(self.reset, 1))}


class Memory(Storage):
    """Counters of this process. (The package's own starts a thread with each request.)"""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}  # key -> count, when its window ends
        self._swept = time.time()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing fails here."""
        return MemoryError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in the window that is open or in a new one."""
        with self._lock:
            now = time.time()
            if now - self._swept > SWEPT:
                self._counts, self._swept = {name: kept for name, kept in self._counts.items() if kept[1] > now}, now
            count, ends = self._counts.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
            self._counts[key] = (count + amount, ends)
            return count + amount

    def get(self, key: str) -> int:
        """The count of the open window."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._counts.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """It is there."""
        return True

    def reset(self) -> int:
        """Forget all."""
        with self._lock:
            number = len(self._counts)
            self._counts.clear()
        return number

    def clear(self, key: str) -> None:
        """Forget one."""
        with self._lock:
            self._counts.pop(key, None)


class Allowance:
    """Counts, in the memory of this process or, where the queue is on Redis, there for all processes together."""

    def __init__(self, rate: str, queue: str = "") -> None:
        self._rate, self._queue = parse(rate or DEFAULT), queue

    @cached_property
    def _limiter(self) -> FixedWindowRateLimiter:
        """Opened when the first one asks: commands need none."""
        shared = self._queue.startswith(("redis://", "rediss://"))
        storage: Storage = RedisStorage(self._queue, wrap_exceptions=True) if shared else Memory()
        return FixedWindowRateLimiter(storage)

    def take(self, who: str) -> Left:
        """Count one request of this one. A counter that cannot be reached lets everybody through."""
        try:
            allowed = self._limiter.hit(self._rate, who)
            stats = self._limiter.get_window_stats(self._rate, who)
        except (StorageError, OSError, RuntimeError) as error:
            log.warning("requests cannot be counted: %s", type(error).__name__)
            return Left(True, self._rate.amount, self._rate.amount, self._rate.get_expiry(), self._rate.get_expiry())
        reset = max(0, math.ceil(stats.reset_time - time.time()))
        return Left(allowed, self._rate.amount, stats.remaining, reset, self._rate.get_expiry())
