"""The only module that opens sockets. A host is resolved once, every address is checked, and the connection goes to that very address;
nothing that hangs (name lookup, connect, handshake, body) can hold the caller."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeVar

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection

from harvesters.addresses import Target, show
from harvesters.errors import Cancelled, FetchError, RefusedAddress
from harvesters.networks import Allowed, embedded, why_refused

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int, float], socket.socket]
T = TypeVar("T")

POLL = 0.2  # seconds between two questions whether to stop
_IDLE = 8  # connections kept open


def resolve(host: str, port: int) -> Sequence[str]:
    """All addresses of a host, in the system's order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(place[4][0]) for place in found))


def connect(address: str, port: int, timeout: float) -> socket.socket:
    return socket.create_connection((address, port), timeout)


def checked_addresses(target: Target, allowed: Allowed, resolve: Resolve) -> tuple[str, ...]:
    """The addresses to connect to. Raises RefusedAddress when one of them, even one of many, is not ours to ask."""
    try:
        found: Sequence[str] = (str(ip_address(target.host)),)
    except ValueError:
        found = resolve(target.host, target.port)
    for text in found:
        address = ip_address(text.partition("%")[0])
        if not allowed.permits(target.host, target.port, address):
            raise _refusal(target, address)
    if not found:
        raise socket.gaierror(socket.EAI_NONAME, "no address")
    return tuple(found)


def _refusal(target: Target, address: IPv4Address | IPv6Address) -> RefusedAddress:
    inner = embedded(address)
    why = f"{why_refused(address)}{f' ({inner})' if inner else ''}"
    subject = f"{address} is {why}" if str(address) == target.host else f"{target.host} leads to {address}, {why}"
    host = f"[{target.host}]" if ":" in target.host else target.host
    return RefusedAddress(
        f"{show(target.url)} is not asked: {subject}, and only public addresses are asked.",
        advice=f"If this source is in your own network, start the hub with HUB_HARVEST_ALLOW={host}:{target.port}.",
    )


class _Plain(HTTPConnection):
    dial: Callable[[], socket.socket]
    given_up = False

    def _new_conn(self) -> socket.socket:
        return self.dial()


class _Tls(HTTPSConnection):
    dial: Callable[[], socket.socket]
    given_up = False

    def _new_conn(self) -> socket.socket:
        return self.dial()


Connection = _Plain | _Tls


class Connections:
    """Opens checked connections and keeps idle ones for the next request to the same origin. Safe between threads."""

    def __init__(
        self,
        allowed: Allowed,
        *,
        connect_timeout: float,
        read_timeout: float,
        certificates: str | None = None,
        resolve: Resolve = resolve,
        connect: Connect = connect,
    ) -> None:
        self._allowed, self._resolve, self._connect = allowed, resolve, connect
        self._connect_timeout, self._read_timeout = connect_timeout, read_timeout
        self._certificates = certificates
        self._tls: ssl.SSLContext | None = None
        self._idle: list[tuple[tuple[str, str, int], Connection]] = []
        self._lock = threading.Lock()
        self.closed = False

    def idle(self, target: Target) -> Connection | None:
        """A connection to this origin that is still open."""
        while True:
            with self._lock:
                place = next((n for n, (origin, _) in enumerate(self._idle) if origin == target.origin), None)
                connection = None if place is None else self._idle.pop(place)[1]
            if connection is None or connection.is_connected:
                return connection
            connection.close()

    def fresh(self, target: Target) -> Connection:
        """A new connection, not yet opened: it resolves, checks and connects when it is first used."""
        connection: Connection
        if target.scheme == "https":
            connection = _Tls(target.host, target.port, timeout=self._read_timeout, ssl_context=self._context())
        else:
            connection = _Plain(target.host, target.port, timeout=self._read_timeout)
        connection.dial = lambda: self._dial(target, connection)
        return connection

    def keep(self, target: Target, connection: Connection) -> None:
        """Take back a connection whose answer has been read to its end."""
        if connection.sock is None:
            return
        with self._lock:
            self._idle.append((target.origin, connection))
            spare = list(self._idle) if self.closed else self._idle[:-_IDLE]
            self._idle = self._idle[len(spare) :]
        for _, old in spare:
            old.close()

    def close(self) -> None:
        with self._lock:
            self.closed, idle, self._idle = True, self._idle, []
        for _, connection in idle:
            connection.close()

    def _context(self) -> ssl.SSLContext:
        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
                self._tls.load_verify_locations(certifi.where())  # slim systems have no certificates of their own
                if self._certificates:
                    self._tls.load_verify_locations(self._certificates)
            return self._tls

    def _dial(self, target: Target, connection: Connection) -> socket.socket:
        failure: OSError | None = None
        for address in checked_addresses(target, self._allowed, self._resolve):
            if connection.given_up or self.closed:
                raise NotConnected(None)
            try:
                opened = self._connect(address, target.port, self._connect_timeout)
            except OSError as error:
                failure = error
                continue
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return opened
        raise NotConnected(failure) from failure


class NotConnected(OSError):
    """No address of the host took the connection; `cause` is what the last one said."""

    def __init__(self, cause: OSError | None) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Overdue(FetchError):
    """The whole exchange took longer than it may."""


def hang_up(connection: Connection) -> None:
    """Wake whoever reads from this connection in another thread (closing alone would leave it asleep), and keep it from connecting."""
    connection.given_up = True
    opened = connection.sock
    if opened is None:
        return
    with contextlib.suppress(OSError):  # it was closed in the meantime
        socket.socket.shutdown(opened, socket.SHUT_RDWR)  # also for TLS: the layer below, no farewell


def interruptible(work: Callable[[], T], *, seconds: float, stopped: Callable[[], bool], abandon: Callable[[], None]) -> T:
    """Run `work` in a thread of its own and wait for it, but never longer than `seconds`, nor after `stopped()`.

    The thread is a daemon: a name lookup cannot be interrupted, so it is left behind, and must not hold the end of the process.
    """
    done = threading.Event()
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            result.append(work())
        except BaseException as error:  # handed to the waiting thread, whatever it is
            failure.append(error)
        finally:
            done.set()

    ends = time.monotonic() + seconds
    threading.Thread(target=run, name="fetch", daemon=True).start()
    try:
        while not done.wait(max(0.0, min(POLL, ends - time.monotonic()))):
            if stopped():
                raise Cancelled("The run was stopped.")
            if time.monotonic() >= ends:
                raise Overdue(f"more than {seconds:g} seconds")
    except BaseException:
        abandon()
        raise
    if failure:
        raise failure[0]
    return result[0]
