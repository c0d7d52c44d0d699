"""When a walk has gone wrong: a list that goes in circles, a site that is gone, a source without end."""

from __future__ import annotations

from dataclasses import dataclass

from harvesters.addresses import show
from harvesters.errors import FetchError, HarvestError, RefusedAddress, SourceError
from harvesters.protocol import Page, Request
from harvesters.record import Item

_TELL = "Tell the owner of the source; what came before is kept."


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkLimits:
    requests: int = 1_000_000  # in one walk
    empty_pages: int = 100  # of a list, in a row
    stale_pages: int = 20  # of a list, in a row, with records of which none is new
    failed_pages: int = 20  # of a site, in a row
    silent_pages: int = 3  # of a site, in a row, without any answer: the host is gone
    listed: int = 200  # requests of one list that a checkpoint names one by one


DEFAULT = WalkLimits()


class Patience:
    """Counts, and raises when enough is enough."""

    def __init__(self, limits: WalkLimits) -> None:
        self._limits = limits
        self._known: set[int] = set()  # hashes of the identifiers of the present list
        self._asked = self._empty = self._stale = self._failed = self._silent = 0

    def asking(self, request: Request) -> None:
        self._asked += 1
        if self._asked > self._limits.requests:
            raise SourceError(
                f"The source leads to more than {self._limits.requests} pages, the last one {show(request.url)}.",
                advice="Give the source an address that leads to fewer pages.",
            )

    def page_brings_news(self, request: Request, page: Page, *, goes_on: bool, known: bool = False) -> bool:
        """Whether this page of a list has an identifier that the list did not have before. `goes_on`: it continues the page before it.
        One that is `known` was not read: it is taken to.

        Two lists may hold the same records (overlapping sets), so that each list is judged by itself.
        """
        self._failed = self._silent = 0
        if known:
            self._empty = self._stale = 0
        if request.crawl or known:
            return True
        if not goes_on:
            self._known.clear()
            self._empty = self._stale = 0
        before = len(self._known)
        self._known.update(_mark(item) for item in page.items)
        new = len(self._known) > before
        self._empty = 0 if page.items else self._empty + 1
        self._stale = 0 if new else self._stale + bool(page.items)
        if page.follow:
            self._judge(request)
        return new

    def _judge(self, request: Request) -> None:
        if self._empty >= self._limits.empty_pages:
            raise SourceError(f"The list goes on, but its last {self._empty} pages are empty, up to {show(request.url)}.", advice=_TELL)
        if self._stale >= self._limits.stale_pages:
            raise SourceError(
                f"The list goes in circles: its last {self._stale} pages hold only records that came before, up to {show(request.url)}.",
                advice=_TELL,
            )

    def page_failed(self, error: HarvestError) -> None:
        """One page of a site failed. One is nothing; many in a row mean that the site is gone."""
        gone = isinstance(error, FetchError) and not isinstance(error, RefusedAddress) and error.status is None
        self._failed += 1
        self._silent = self._silent + 1 if gone else 0
        if self._silent >= self._limits.silent_pages or self._failed >= self._limits.failed_pages:
            raise FetchError(f"{self._failed} pages in a row failed. The last one: {error}", advice=error.advice) from error


def _mark(item: Item) -> int:
    return hash(item.identifier if item.identifier is not None else item.raw)
