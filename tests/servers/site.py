"""A web site of our own on loopback, page by page: also HEAD, redirects, silence, and connections that break.

with Site() as site:
    site.pages["/a"] = page("<h1>A</h1>")
    site.pages["/gone"] = page(status=410)
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass(frozen=True, slots=True)
class Answer:
    """What a path answers; `head`: another status for HEAD; `how`: hang or reset instead of any answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    head: int | None = None
    how: str = ""


def page(html: str = "", *, status: int = 200, head: int | None = None, media_type: str = "text/html; charset=utf-8") -> Answer:
    """A page of HTML."""
    return Answer(status, html.encode(), {"Content-Type": media_type}, head)


def moved(to: str, status: int = 301) -> Answer:
    """A redirect."""
    return Answer(status, b"", {"Location": to})


class Site:
    """`pages`: path -> Answer; what is not there is answered by `otherwise`. `asked`: (method, path) of each request."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.otherwise = page("<title>404 Not Found</title>", status=404)
        self.asked: list[tuple[str, str]] = []
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.place = f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.place}{path}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append((self.command, self.path))
                found = site.pages.get(self.path, site.otherwise)
                if found.how == "hang":
                    site._over.wait(30)
                if found.how == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if found.how:
                    self.close_connection = True
                    self.connection.close()
                    return
                bare = self.command == "HEAD"
                self.send_response(found.head if bare and found.head is not None else found.status)
                for name, value in found.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(found.body)))
                self.end_headers()
                if not bare:
                    self.wfile.write(found.body)

            do_HEAD = do_GET

            def finish(self) -> None:
                with contextlib.suppress(OSError, ValueError):  # the line has been cut on purpose
                    super().finish()

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler

    def __enter__(self) -> Site:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
