"""Follow a source page by page. The next page is asked for while the caller still works on this one."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace

from harvesters.checkpoint import fingerprint, from_json, going_on, place, split, to_json
from harvesters.circles import circle, itself
from harvesters.errors import ExpiredToken, FetchError, ProtocolError, RefusedAddress, SourceError
from harvesters.hops import lead_on
from harvesters.known import Known, Sight, conditional, is_same, names_version, sight
from harvesters.patience import DEFAULT, Patience, WalkLimits
from harvesters.protocol import Harvester, Page, Request, Response
from harvesters.record import Failure, Raw

__all__ = ["ListExpired", "Step", "WalkLimits", "from_json", "to_json", "walk"]

Fetch = Callable[[Request], Response]
Recall = Callable[[Request], Known | None]
_DEPTH = 50  # lists within lists that are remembered even when nothing of them remains, to know a list that contains itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page, and where to go on after it: store `remaining` with the page, and give it to `walk` to resume."""

    page: Page
    request: Request
    remaining: tuple[Request, ...]
    known: Known | None = None  # the page is as it was: nothing was read, `page.items` is empty
    sight: Sight | None = None  # by what the page can be known again; None when it was not asked for
    leads_to: tuple[Request, ...] = ()  # all that it led to, also what was asked before
    failed: bool = False  # the page could not be had or read as a whole: its one item is the Failure


class ListExpired(ExpiredToken):
    """The source forgot its place in a list. `request` asked for it; `remaining` are the requests besides this list."""

    def __init__(self, error: ExpiredToken, request: Request, remaining: tuple[Request, ...]) -> None:
        super().__init__(str(error), advice=error.advice)
        self.request = request
        self.remaining = remaining


def walk(
    harvester: Harvester,
    requests: tuple[Request, ...],
    options: Mapping[str, str],
    fetch: Fetch,
    *,
    limits: WalkLimits = DEFAULT,
    recall: Recall | None = None,
) -> Generator[Step, None, None]:
    """Ask `requests` and all that their pages lead to: what a page leads to comes before the rest of the list that led to the page, so that
    only one list of a large site is open at a time. Nothing is asked twice.

    One page of a site (`crawl`), or one of several lists, that fails becomes a page with one Failure.
    `recall` says what is remembered of a page, in any thread: one that is still the same is not read again, and leads on as it did.
    Raises FetchError, SourceError, ListExpired, Cancelled.
    The next request is under way when a step is yielded; after `close()` its answer is dropped, and closing the fetcher ends it at once.
    """
    return _Walk(harvester, options, fetch, limits, recall).steps(requests)


@dataclass(slots=True)
class _List:
    """Requests of one page, in order, that are still to ask."""

    rest: deque[Request]
    parent: Request | None = None
    last: str = ""  # `place` of the one asked last
    several: bool = False  # they do not depend on each other: when one fails, the others are still worth asking


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A request under way in the background. `response` is filled in when it came, so that a page that cannot be read is kept."""

    request: Request
    after: str | None
    one_of_several: bool
    answer: Future[Page]
    response: list[Response]
    found: _Found


@dataclass(slots=True)
class _Found:
    """What the thread that asks learns of the page besides its items."""

    known: Known | None = None  # it is as it was
    sight: Sight | None = None


class _Walk:
    def __init__(self, harvester: Harvester, options: Mapping[str, str], fetch: Fetch, limits: WalkLimits, recall: Recall | None) -> None:
        self._recall = recall
        self._harvester, self._options, self._fetch, self._limits = harvester, options, fetch, limits
        self._lists: list[_List] = []
        self._asked: set[int] = set()  # hashes, not texts: a site may have a million pages
        self._patience = Patience(limits)
        self._leads_to: tuple[Request, ...] = ()  # of the page received last
        self._broken: Page | None = None  # the last page that failed as a whole
        self._expected = ""  # fingerprint of the request that continues the page before

    def steps(self, requests: tuple[Request, ...]) -> Generator[Step, None, None]:
        self._lists.append(_List(deque(requests)))
        ahead = self._ask_next()
        while ahead is not None:
            page = self._receive(ahead)
            request, remaining, found = ahead.request, self._remaining(), ahead.found
            ahead = self._ask_next()
            if page is not None:
                yield Step(
                    page=page,
                    request=request,
                    remaining=remaining,
                    known=found.known,
                    sight=found.sight,
                    leads_to=self._leads_to,
                    failed=page is self._broken,
                )

    def _ask_next(self) -> _Ahead | None:
        """Begin to ask the next request, if there is one."""
        while self._lists:
            top = self._lists[-1]
            if not top.rest:
                self._lists.pop()
                continue
            request, after = split(top.rest.popleft())
            top.last = place(request)
            if self._is_new(request):
                self._patience.asking(request)
                return self._ask(request, after, one_of_several=top.several)
        return None

    def _is_new(self, request: Request) -> bool:
        mark = hash(fingerprint(request))
        if mark in self._asked:
            return False
        self._asked.add(mark)
        return True

    def _ask(self, request: Request, after: str | None, *, one_of_several: bool) -> _Ahead:
        ahead = _Ahead(request, after, one_of_several, Future(), [], _Found())

        def run() -> None:
            try:
                ahead.answer.set_result(self._page(request, ahead.response, ahead.found))
            except BaseException as error:  # handed to the thread that waits for the page, whatever it is
                ahead.answer.set_exception(error)

        threading.Thread(target=run, name="walk", daemon=True).start()
        return ahead

    def _page(self, request: Request, came: list[Response], found: _Found) -> Page:
        """The page, read anew unless it is known to be as it was."""
        known = self._recall(request) if self._recall else None
        if known is not None and names_version(request, known):
            found.known = known
            return Page(follow=known.follow)
        error = self._ask_for(conditional(request, known) if known else request, came)
        if self._recall and error is None:
            found.sight = sight(came[0])
            if known is not None and is_same(came[0], found.sight, known):
                found.known = known
                return Page(follow=known.follow)
        try:
            return self._harvester.parse(request, came[0], self._options)
        except SourceError as unread:
            if error is None or isinstance(unread, ProtocolError):
                raise
            raise error from unread

    def _ask_for(self, request: Request, came: list[Response]) -> FetchError | None:
        """Ask. Some protocols say no with an error status, which is given back: the source's own words tell more than the number."""
        try:
            came.append(self._fetch(request))
        except FetchError as error:
            if not (self._harvester.answers_errors and isinstance(error.response, Response)):
                raise
            came.append(error.response)
            return error
        return None

    def _receive(self, ahead: _Ahead) -> Page | None:
        """Wait for the page and note what it leads to; None when there is nothing to hand on."""
        request = ahead.request
        try:
            page = ahead.answer.result()
        except ExpiredToken as error:
            raise ListExpired(error, request, self._remaining()) from error
        except (FetchError, SourceError) as error:
            return self._failed(ahead, error)
        known = ahead.found.known is not None
        follow = page.follow if known else lead_on(request, ahead.response[0].url, page.follow)
        self._leads_to = follow
        if ahead.after is not None:  # the list's own items came before the walk was interrupted
            self._open(request, _rest_of(follow, ahead.after), ahead.after)
            return None
        goes_on = self._expected == fingerprint(request)
        news = self._patience.page_brings_news(request, page, goes_on=goes_on, known=known)
        wanted, circles = (self._new(follow), ()) if known else self._sift(request, page, follow, news=news)
        self._expected = fingerprint(wanted[0]) if len(wanted) == 1 else ""
        self._open(request, wanted)
        return replace(page, items=page.items + circles, follow=wanted)

    def _open(self, parent: Request | None, requests: tuple[Request, ...], last: str = "") -> None:
        while len(self._lists) > _DEPTH and not self._lists[-1].rest:
            self._lists.pop()
        if requests:
            several = parent is not None and (len(requests) > 1 or last != "")
            self._lists.append(_List(deque(requests), parent, last, several))

    def _new(self, follow: tuple[Request, ...]) -> tuple[Request, ...]:
        return tuple(other for other in follow if hash(fingerprint(other)) not in self._asked)

    def _sift(
        self, request: Request, page: Page, follow: tuple[Request, ...], *, news: bool
    ) -> tuple[tuple[Request, ...], tuple[Failure, ...]]:
        """What is still to ask of all that the page leads to; and a Failure for each list that contains itself.

        A list that goes on at a place where it was before (the same resumption token twice) is asked again as long as that brings
        something new: some servers keep the place themselves. When it does not, the list would never end.
        """
        wanted: list[Request] = []
        circles: list[Failure] = []
        for other in follow:
            if hash(fingerprint(other)) not in self._asked:
                wanted.append(other)
            elif len(follow) == 1 and page.items and not request.crawl:
                if not news:
                    raise circle(request, other)
                self._asked.discard(hash(fingerprint(other)))
                wanted.append(other)
            elif not (request.crawl and page.items) and self._contains(request, other):
                if len(follow) == 1 and not any(open_list.rest for open_list in self._lists):
                    raise circle(request, other)
                circles.append(itself(request, other))
        return tuple(wanted), tuple(circles)

    def _contains(self, request: Request, other: Request) -> bool:
        """`other` is this request, or one of those that led to it."""
        above = [request, *(open_list.parent for open_list in self._lists if open_list.parent is not None)]
        return fingerprint(other) in map(fingerprint, above)

    def _failed(self, ahead: _Ahead, error: FetchError | SourceError) -> Page | None:
        request = ahead.request
        # A robots.txt that says no is an answer: the site is there, and the rest of it may be asked.
        answered = isinstance(error, (SourceError, RefusedAddress)) or error.status is not None
        if request.optional and answered and (request.otherwise or not request.crawl):
            self._open(None, request.otherwise)
            return None
        alone = len(self._asked) == 1 and not any(open_list.rest for open_list in self._lists)
        if alone or not (request.crawl or (ahead.one_of_several and answered)):
            raise error
        self._patience.page_failed(error)
        response = ahead.response[0] if ahead.response else None
        raw = Raw(response.body, response.media_type, response.url) if response else Raw(b"", "", request.url)
        identifier = request.url if request.crawl else None  # a list that failed is the failure of nobody knows which records
        self._broken = Page(items=(Failure(identifier=identifier, reason=str(error), raw=raw, advice=error.advice),))
        return self._broken

    def _remaining(self) -> tuple[Request, ...]:
        """Innermost list first. A long list is named by the page that holds it and the place reached, so that this stays short."""
        found: list[Request] = []
        for open_list in reversed(self._lists):
            if open_list.parent is not None and len(open_list.rest) > self._limits.listed:
                found.append(going_on(open_list.parent, open_list.last))
            else:
                found.extend(open_list.rest)
        return tuple(found)


def _rest_of(follow: tuple[Request, ...], after: str) -> tuple[Request, ...]:
    """All that stands after this place; all of them when the list has changed so that it is no longer there."""
    reached = next((n for n, request in enumerate(follow) if place(request) == after), -1)
    return follow[reached + 1 :]
