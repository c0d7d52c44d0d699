"""What was worked out once, within bounds."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Made = TypeVar("Made")
CACHE_BYTES = 8 << 20


class Cache:
    """What was made, by key; the oldest goes when the bytes are too many. Safe among threads."""

    def __init__(self, most: int = CACHE_BYTES) -> None:
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock, self._size, self._most = threading.Lock(), 0, most

    def has(self, key: Hashable) -> bool:
        """Is it there just now?"""
        return key in self._held

    def get(self, key: Hashable, make: Callable[[], Made], size: Callable[[Made], int]) -> Made:
        """Two threads may make the same thing at once; no thread waits for another."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                found: Made = self._held[key][0]
                return found
        made, bytes_ = (value := make()), size(value) + 200
        with self._lock:
            if key not in self._held:
                self._held[key] = (made, bytes_)
                self._size += bytes_
            while self._size > self._most and len(self._held) > 1:
                self._size -= self._held.popitem(last=False)[1][1]
        return made
