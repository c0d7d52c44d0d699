"""Lists that lead back to themselves, in words."""

from __future__ import annotations

from harvesters.addresses import show
from harvesters.checkpoint import fingerprint
from harvesters.errors import SourceError
from harvesters.protocol import Request
from harvesters.record import Failure, Raw


def circle(request: Request, other: Request) -> SourceError:
    """The list has no end: it goes back to where it was, and brings nothing new."""
    return SourceError(
        f"The list goes in circles: {show(request.url)} leads back to {show(other.url)} and brings nothing new.",
        advice="Tell the owner of the source; what came before is kept.",
    )


def itself(request: Request, other: Request) -> Failure:
    """One of several lists contains itself: told, and not asked again."""
    same = fingerprint(request) == fingerprint(other)
    reason = f"{show(request.url)} contains itself." if same else f"{show(request.url)} contains {show(other.url)}, which contains it."
    return Failure(
        identifier=None, reason=f"{reason} It was not asked again.", raw=Raw(b"", "", request.url), advice="Tell the owner of the source."
    )
