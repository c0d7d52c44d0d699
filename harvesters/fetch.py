"""Polite and safe HTTP: public hosts only, each redirect checked again, bounds on time and size, pauses as the host asks for them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import TracebackType

from harvesters.addresses import Target, show
from harvesters.connections import Connect, Connection, Connections, Overdue, Resolve, connect, hang_up, interruptible, resolve
from harvesters.errors import Cancelled, FetchError
from harvesters.exchange import Answer, content_type, converse
from harvesters.hops import Hop, first_hop, next_hop
from harvesters.networks import parse_allowed
from harvesters.pacing import PROCESS, Pacing
from harvesters.protocol import Request, Response
from harvesters.robots import READ, Robots
from harvesters.troubles import Setback, status_trouble

log = logging.getLogger(__name__)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FOR_GOOD = frozenset({301, 308})
_SLICE = 0.25  # seconds of a pause between two questions whether to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds, bytes and counts."""

    connect: float = 8.0
    read: float = 30.0  # without a single byte
    total: float = 120.0  # for one answer, however steadily it drips
    size: int = 64 * 2**20  # of a body, on the wire and again decompressed
    redirects: int = 5
    retries: int = 2  # after a failure without a word when to come back
    backoff: float = 1.0  # before the first of them; doubles
    waits: int = 5  # after answers that say when to come back (Retry-After)
    longest_wait: float = 300.0  # all pauses before one answer together
    interval: float = 0.5  # between two requests to one public host


class Fetcher:
    """`fetcher(request)` -> Response; raises FetchError, RefusedAddress or Cancelled. Safe between threads.

    `allow` names what is asked besides public addresses (see `networks.parse_allowed`); a bad entry raises ValueError. `stopped` is asked
    several times a second, from whatever thread fetches. `agent` names the robot and a contact: "OpenCommerceHub/1.0 (+https://...)".
    `certificates` is a file of authorities to trust besides the system's.
    """

    def __init__(
        self,
        *,
        allow: Iterable[str] = (),
        agent: str,
        limits: Limits = Limits(),
        stopped: Callable[[], bool] = lambda: False,
        pause: Callable[[float], None] = time.sleep,
        pacing: Pacing = PROCESS,
        certificates: str | None = None,
        resolve: Resolve = resolve,
        connect: Connect = connect,
    ) -> None:
        agent = "".join(character if " " <= character <= "~" else "?" for character in agent)  # a header holds no other text
        self._allowed = parse_allowed(allow)
        self._agent, self._limits, self._asked_to_stop, self._pause, self._pacing = agent, limits, stopped, pause, pacing
        self._connections = Connections(
            self._allowed,
            connect_timeout=limits.connect,
            read_timeout=limits.read,
            certificates=certificates,
            resolve=resolve,
            connect=connect,
        )
        self._robots = Robots(agent, lambda request: self._persist(request, READ * 4))

    def __call__(self, request: Request) -> Response:
        return self._persist(request, self._limits.size)

    def close(self) -> None:
        """End idle connections, and whatever another thread still fetches."""
        self._connections.close()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _stopped(self) -> bool:
        return self._connections.closed or self._asked_to_stop()

    def _persist(self, request: Request, size: int) -> Response:
        """Ask, and ask again as long as it may help."""
        retries = waits = 0
        waited = 0.0
        while True:
            try:
                return self._follow(request, size)
            except Setback as setback:
                if setback.wait is None:
                    pause, retries = self._limits.backoff * 2**retries, retries + 1
                else:
                    pause, waits = setback.wait, waits + 1
                waited += pause
                if retries > self._limits.retries or waits > self._limits.waits:
                    raise
                if waited > self._limits.longest_wait:
                    raise _asked_too_long(setback, pause) from setback
                log.info("%s Asking again in %.1f seconds.", setback, pause)
                self._rest(pause)

    def _rest(self, seconds: float) -> None:
        while True:
            if self._stopped():
                raise Cancelled("The run was stopped.")
            if seconds <= 0:
                return
            self._pause(min(seconds, _SLICE))
            seconds -= _SLICE

    def _follow(self, request: Request, size: int) -> Response:
        """One request and the redirects that it meets, each checked like the first."""
        hop, moved_to, for_good = first_hop(request, self._agent), "", True
        for _ in range(self._limits.redirects + 1):
            if request.crawl or request.robots:
                self._robots.require(hop.target)
            self._take_turn(hop.target)
            answer = self._exchange(hop, size)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return replace(self._accept(request, hop, answer), moved_to=moved_to)
            hop, for_good = next_hop(hop, answer.status, location), for_good and answer.status in _FOR_GOOD
            moved_to = hop.target.url if for_good else moved_to
        raise FetchError(
            f"{show(request.url)} redirects more than {self._limits.redirects} times, at last to {show(hop.target.url)}.",
            advice="Open the address in a browser, and give the source the address where it ends.",
            status=answer.status,
        )

    def _accept(self, request: Request, hop: Hop, answer: Answer) -> Response:
        try:
            return _response(request, hop, answer)
        except Setback as setback:
            if setback.wait:  # all our threads leave this host alone
                self._pacing.hold(hop.target.host, hop.target.port, min(setback.wait, self._limits.longest_wait))
            raise

    def _take_turn(self, target: Target) -> None:
        own = self._allowed.names_host(target.host, target.port)
        interval = max(0.0 if own else self._limits.interval, self._robots.delay(target))
        self._rest(self._pacing.reserve(target.host, target.port, interval))

    def _exchange(self, hop: Hop, size: int) -> Answer:
        """On a kept connection first. The host may have closed it in the same moment: then once more, on a new one."""
        kept = self._connections.idle(hop.target)
        if kept is not None:
            try:
                return self._send(hop, kept, size)
            except Setback as setback:
                if setback.status is not None or not isinstance(setback.__cause__, ConnectionError):
                    raise
        return self._send(hop, self._connections.fresh(hop.target), size)

    def _send(self, hop: Hop, connection: Connection, size: int) -> Answer:
        try:
            answer = interruptible(
                lambda: converse(hop, connection, size),
                seconds=self._limits.total,
                stopped=self._stopped,
                abandon=lambda: hang_up(connection),
            )
        except Overdue as error:
            raise FetchError(
                f"{show(hop.target.url)} was given up: the whole answer took {error}.",
                advice="The source is too slow; try again at a quieter time.",
            ) from error
        self._connections.keep(hop.target, connection)
        return answer


def _response(request: Request, hop: Hop, answer: Answer) -> Response:
    media_type, charset = content_type(answer.headers.get("content-type", ""))
    response = Response(
        url=hop.target.url, body=answer.body, status=answer.status, media_type=media_type, charset=charset, headers=answer.headers
    )
    unchanged = answer.status == 304 and any(name.lower() in ("if-none-match", "if-modified-since") for name in request.headers)
    if not (200 <= answer.status < 300 or unchanged):
        trouble = status_trouble(show(hop.target.url), answer.status, answer.headers)
        trouble.response = response if answer.body else None
        raise trouble
    return response


def _asked_too_long(setback: Setback, pause: float) -> FetchError:
    return FetchError(
        f"{setback} It asks us to come back in {pause:.0f} seconds, longer than a run waits.",
        advice="Run this source again later.",
        status=setback.status,
        response=setback.response,
    )
