"""One address asked politely: does it lead somewhere? HEAD first, then GET; a missing page that answers 200 is found by its looks."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from harvesters.clean import missing_page, url
from harvesters.clean.missing_page import Look
from harvesters.errors import FetchError, RefusedAddress
from harvesters.protocol import Request, Response

Fetch = Callable[[Request], Response]
CLOSED = frozenset({401, 402, 403, 407, 451})  # there, but not for everybody, or not for robots
GONE = frozenset({404, 410})
BUSY = frozenset({408, 425, 429, 503})
HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True)
class Finding:
    """How an address answered.

    `verdict`: ok · missing (it says that there is nothing) · nowhere (no such host) · silent (no answer, or a server error) · busy (come
    back later) · refused (we may not ask it).
    """

    verdict: str
    status: int | None = None
    reason: str | None = None
    leads_to: str | None = None  # where it has moved for good

    @property
    def answered(self) -> bool:
        """Did the other side say anything at all? Else the fault may be ours."""
        return self.verdict in ("ok", "missing", "busy") or self.status is not None

    @property
    def signature(self) -> str:
        """What makes it the same finding as another one."""
        return f"{self.verdict} {self.status or ''}".strip()


@dataclass(slots=True)
class Prober:
    """Asks addresses; remembers for a round how each host answers addresses that cannot exist."""

    fetch: Fetch
    _strange: dict[str, tuple[Look | None, Look | None]] = field(default_factory=dict)  # folder of a site -> made-up page, home page

    def probe(self, address: str, *, title: str = "") -> Finding:
        """Ask one address. `title` is what the page should be about. Raises Cancelled alone."""
        try:
            head = self.fetch(Request(url=address, method="HEAD", crawl=True))
        except RefusedAddress as error:
            return Finding("refused", error.status, str(error))
        except FetchError as error:
            if error.status is None:
                return unanswered(error)
            return self._get(address, title)  # many servers answer HEAD wrongly: 405, 403, 501, 400, and 404 too
        if not is_html(head):
            return passed(head, address) if not to_home(address, head.url) else elsewhere(head)
        return self._get(address, title)

    def _get(self, address: str, title: str) -> Finding:
        try:
            page = self.fetch(Request(url=address, crawl=True))
        except RefusedAddress as error:
            return Finding("refused", error.status, str(error))
        except FetchError as error:
            return failed(error)
        if to_home(address, page.url):
            return elsewhere(page)
        return self._judge(page, address, title) if is_html(page) and page.body else passed(page, address)

    def _judge(self, page: Response, address: str, title: str) -> Finding:
        """A page came: is it the one that was asked for?"""
        seen = missing_page.look(page.body, page.media_type, page.charset)
        if title and title.strip().lower() in seen.title.lower():
            return passed(page, address)
        if said := missing_page.says_missing(seen):
            return Finding("missing", page.status, f"The page answers {page.status}, but says “{said[:100]}”.")
        if not seen.shell and self._is_everywhere(page.url, seen):
            return Finding(
                "missing", page.status, f"The page answers {page.status}, but with the same words as an address that cannot exist."
            )
        return passed(page, address)

    def _is_everywhere(self, address: str, seen: Look) -> bool:
        """Does this site answer an address that cannot exist with the same words, which are not those of its home page?"""
        parts = urlsplit(address)
        folder = f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}"
        if folder not in self._strange:
            made_up = f"{folder}/{hashlib.blake2b(folder.encode(), digest_size=8).hexdigest()}"
            self._strange[folder] = self._seen(made_up), self._seen(f"{parts.scheme}://{parts.netloc}/")
        strange, home = self._strange[folder]
        return strange is not None and strange.text == seen.text and (home is None or home.text != seen.text)

    def _seen(self, address: str) -> Look | None:
        """How a page looks; None when there is none."""
        try:
            page = self.fetch(Request(url=address, crawl=True))
        except FetchError:
            return None
        return missing_page.look(page.body, page.media_type, page.charset) if is_html(page) else None


def passed(page: Response, address: str) -> Finding:
    """It leads somewhere."""
    moved = page.moved_to if page.moved_to and url.canonical(page.moved_to) != url.canonical(address) else None
    return Finding("ok", page.status, None, moved)


def elsewhere(page: Response) -> Finding:
    """It leads to the front door."""
    return Finding("missing", page.status, f"It redirects to the home page of {urlsplit(page.url).netloc}.")


def failed(error: FetchError) -> Finding:
    """What an error means for the address. What is too large for us is there."""
    status = error.status
    if status is None:
        return unanswered(error)
    if status in GONE:
        return Finding("missing", status, str(error))
    if status in CLOSED:
        return Finding("ok", status, f"It is there, but not open to everybody, or not to robots ({status}).")
    if status in BUSY:
        return Finding("busy", status, str(error))
    if 200 <= status < 300:
        return Finding("ok", status)
    return Finding("silent" if status >= 500 or 300 <= status < 400 else "missing", status, str(error))


def unanswered(error: FetchError) -> Finding:
    """No answer came. Only a name that nobody knows counts against the address itself."""
    unknown = isinstance(error.__cause__, socket.gaierror) and error.__cause__.errno != socket.EAI_AGAIN
    return Finding("nowhere" if unknown else "silent", None, str(error))


def is_html(page: Response) -> bool:
    """Made for people."""
    return page.media_type in HTML or not page.media_type


def to_home(asked: str, came: str) -> bool:
    """Does a page inside a site lead to a site's front door?"""
    before, after = urlsplit(asked), urlsplit(came)
    inside = before.path.strip("/") not in ("", "index.html", "index.php") or bool(before.query)
    return inside and after.path.strip("/") in ("", "index.html", "index.php") and not after.query and asked != came
