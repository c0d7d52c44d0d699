"""robots.txt (RFC 9309): what the owner of a site asks robots to leave alone, and how often they may come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from protego import Protego

from harvesters.addresses import Target, show
from harvesters.errors import FetchError, RefusedAddress
from harvesters.protocol import Request, Response

READ = 512 * 1024  # bytes of a robots.txt that count (RFC 9309, 2.5: at least 500 KiB)
_KEPT_SECONDS = 3600.0
_RETRY_SECONDS = 300.0  # a robots.txt that failed is asked again after this
_SITES = 1000  # remembered
_LONGEST_DELAY = 30.0  # seconds; a longer Crawl-delay would make a site of a thousand pages take a day


@dataclass(frozen=True, slots=True)
class _Rules:
    parsed: Protego | None  # None: everything is allowed
    failure: FetchError | None
    until: float


class Robots:
    """The rules of the sites that we visit, each asked once an hour. `ask` fetches one robots.txt."""

    def __init__(self, agent: str, ask: Callable[[Request], Response]) -> None:
        self._product = agent.partition("/")[0].strip().lower()
        self._ask = ask
        self._rules: dict[tuple[str, str, int], _Rules] = {}
        self._lock = threading.Lock()

    def require(self, target: Target) -> None:
        """Raises RefusedAddress when the site asks robots not to fetch this; FetchError while it cannot tell us."""
        if target.path.partition("?")[0] == "/robots.txt":
            return
        rules = self._of(target)
        if rules.failure is not None:
            raise FetchError(
                f"{show(target.url)} is not asked for now: {rules.failure}",
                advice="A site whose robots.txt fails is left alone until it answers again.",
                status=rules.failure.status,
            )
        if rules.parsed is not None and not rules.parsed.can_fetch(target.url, self._product):
            raise RefusedAddress(
                f"{show(target.url)} is not asked: robots.txt of {target.netloc} asks robots to leave it alone.",
                advice=f"Ask the owner of the site to allow the robot {self._product!r}, or to offer a feed or an interface.",
            )

    def delay(self, target: Target) -> float:
        """Seconds between two requests that this site asks for (Crawl-delay); 0 when it does not say."""
        with self._lock:
            rules = self._rules.get(target.origin)
        asked = rules.parsed.crawl_delay(self._product) if rules and rules.parsed else None
        return min(max(asked or 0.0, 0.0), _LONGEST_DELAY)

    def _of(self, target: Target) -> _Rules:
        with self._lock:
            known = self._rules.get(target.origin)
        if known is not None and known.until > time.monotonic():
            return known
        rules = self._read(target)
        with self._lock:
            if len(self._rules) >= _SITES:
                self._rules.clear()
            self._rules[target.origin] = rules
        return rules

    def _read(self, target: Target) -> _Rules:
        now = time.monotonic()
        try:
            response = self._ask(Request(url=f"{target.scheme}://{target.netloc}/robots.txt"))
        except RefusedAddress:
            return _Rules(None, None, now)  # the page itself will be refused, in its own words
        except FetchError as error:
            if error.status is not None and 300 <= error.status < 500 and error.status != 429:
                return _Rules(None, None, now + _KEPT_SECONDS)  # RFC 9309, 2.3.1.3: "unavailable" allows all
            if error.status is None:
                raise  # the host itself is gone, or not ours to ask: nothing to remember
            return _Rules(None, error, now + _RETRY_SECONDS)
        text = response.body[:READ].decode("utf-8-sig", errors="replace")
        return _Rules(Protego.parse(text), None, now + _KEPT_SECONDS)
