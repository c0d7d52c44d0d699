"""A server of our own on loopback that does what real servers do on bad days: each page has a switch for its faults.

    with HostileServer() as server:
        server.page("/list", answer(503, headers={"Retry-After": "1"}), answer(body=b"<ok/>"))

Each request to a page takes its next turn; the last one stays. What came is in `server.received`.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import socketserver
import struct
import threading
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Received:
    method: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


class _Talk:
    """One request, and the line on which to answer it."""

    def __init__(self, line: socket.socket, over: threading.Event, request: Received) -> None:
        self.line, self.over, self.request = line, over, request

    def send(self, data: bytes) -> None:
        self.line.sendall(data)


Turn = Callable[[_Talk], bool]  # whether the connection stays open


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Text", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def answer(status: int = 200, body: bytes = b"ok", headers: Mapping[str, str] | None = None, *, stays: bool = True) -> Turn:
    """A whole answer; `stays`: whether the connection does."""

    def turn(talk: _Talk) -> bool:
        sent = {"Content-Type": "text/plain", "Content-Length": str(len(body)), **(headers or {})}
        talk.send(head(status, sent) + body)
        return stays

    return turn


def redirect(to: str, status: int = 302) -> Turn:
    return answer(status, b"", {"Location": to})


def raw(data: bytes) -> Turn:
    """These bytes, then the end of the connection."""

    def turn(talk: _Talk) -> bool:
        talk.send(data)
        return False

    return turn


def cut(body: bytes = b"only a part", announced: int = 1000) -> Turn:
    return raw(head(200, {"Content-Length": str(announced)}) + body)


def cut_chunked(body: bytes = b"only a part") -> Turn:
    return raw(head(200, {"Transfer-Encoding": "chunked"}) + b"%x\r\n%b\r\n" % (len(body), body))


def chunked(*parts: bytes) -> Turn:
    data = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return raw(head(200, {"Transfer-Encoding": "chunked"}) + data + b"0\r\n\r\n")


def until_closed(body: bytes) -> Turn:
    """The old way: no length, the end of the connection is the end of the body."""
    return raw(head(200, {"Connection": "close"}) + body)


def close() -> Turn:
    return raw(b"")


def reset() -> Turn:
    """Ends the connection with a TCP reset."""

    def turn(talk: _Talk) -> bool:
        talk.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return turn


def hang(before: bytes = b"") -> Turn:
    """Sends this much, then nothing any more."""

    def turn(talk: _Talk) -> bool:
        talk.send(before)
        talk.over.wait(60)
        return False

    return turn


def drip(every: float = 0.05) -> Turn:
    """One byte after the other, for ever: no read ever waits long."""

    def turn(talk: _Talk) -> bool:
        talk.send(head(200, {"Content-Type": "text/plain"}))
        while not talk.over.wait(every):
            talk.send(b".")
        return False

    return turn


def endless() -> Turn:
    def turn(talk: _Talk) -> bool:
        talk.send(head(200, {"Content-Type": "text/plain"}))
        while not talk.over.is_set():
            talk.send(b"x" * 65536)
        return False

    return turn


def bomb(size: int = 50_000_000) -> Turn:
    body = gzip.compress(bytes(size), 9)
    return answer(body=body, headers={"Content-Encoding": "gzip"})


def compressed(body: bytes, coding: str = "gzip") -> Turn:
    if coding == "gzip":
        packed = gzip.compress(body)
    else:
        packer = zlib.compressobj(wbits=zlib.MAX_WBITS if coding == "zlib" else -zlib.MAX_WBITS)
        packed = packer.compress(body) + packer.flush()
    return answer(body=packed, headers={"Content-Encoding": "gzip" if coding == "gzip" else "deflate"})


class HostileServer:
    def __init__(self, host: str = "127.0.0.1") -> None:
        self.received: list[Received] = []
        self.connections = 0
        self._pages: dict[str, list[Turn]] = {}
        self._over = threading.Event()
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._server = _server(self, host, family)
        self.port = int(self._server.server_address[1])
        self.place = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def page(self, path: str, *turns: Turn) -> str:
        """Set what this path does, turn by turn; returns its address."""
        self._pages[path] = list(turns)
        return self.url(path)

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def paths(self) -> list[str]:
        return [received.path for received in self.received]

    def take(self, request: Received) -> Turn:
        with self._lock:
            self.received.append(request)
            turns = self._pages.get(request.path) or [answer(404, b"there is no such page")]
            return turns.pop(0) if len(turns) > 1 else turns[0]

    def serve(self, line: socket.socket) -> None:
        with self._lock:
            self.connections += 1
        reader = line.makefile("rb")
        with contextlib.suppress(OSError), reader:
            if reader.peek(1)[:1] == b"\x16":  # a client that speaks TLS: answered as web servers answer it
                line.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                return
            while not self._over.is_set():
                request = _read(reader)
                if request is None or not self.take(request)(_Talk(line, self._over, request)):
                    return

    def __enter__(self) -> HostileServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()


def _server(owner: HostileServer, host: str, family: socket.AddressFamily) -> socketserver.ThreadingTCPServer:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            owner.serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        address_family = family
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
            assert isinstance(request, socket.socket)
            request.close()  # no polite shutdown first: that would turn a reset into an end

    return Server((host, 0), Handler)


def _read(reader: socket.SocketIO | object) -> Received | None:
    first = reader.readline().decode("latin-1").split()  # type: ignore[attr-defined]
    if len(first) != 3:
        return None
    headers: dict[str, str] = {}
    while (line := reader.readline().decode("latin-1").strip()) != "":  # type: ignore[attr-defined]
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    body = reader.read(int(headers.get("content-length", 0)))  # type: ignore[attr-defined]
    return Received(first[0], first[1], headers, body)
