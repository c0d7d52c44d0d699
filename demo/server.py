"""The demo sources over HTTP, as real sources behave: `python -m demo.server --port 8765`.

Prints its address on a line of its own when it is ready; stops at SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from demo.make_sources import ORIGIN, SOURCES
from demo.repository import Repository

CHANGED = "Fri, 20 Nov 2026 08:00:00 GMT"  # fixed: the time of a checkout says nothing about the content
REPOSITORY_PATH, OPENEDX_PATH = "/repository/oai", "/openedx/api/courses/v1/courses/"
MOOCHUB_PATH, FEED_PATH, LIST_PATH = "/moochub/bridges/moochub/courses", "/feed/courses.xml", "/list/courses.csv"
MOOCHUB_TYPE = "application/vnd.api+json; moochub-version=3"
MOOCHUB_PAGE = 10
FORM_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    media_type: str
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    lasting: bool = True  # the same question gets the same bytes: it may have an ETag


NOT_FOUND = Answer(b"Not found.\n", "text/plain; charset=utf-8", HTTPStatus.NOT_FOUND, lasting=False)
NOT_A_PAGE = Answer(b'{"detail": "Invalid page."}', "application/json", HTTPStatus.NOT_FOUND, lasting=False)


class DemoServer(ThreadingHTTPServer):
    """Holds the files, with this server's own address in them."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.origin = f"http://127.0.0.1:{self.server_address[1]}"
        self.repository = Repository(self.file("repository/records.xml"))
        self.openedx: list[Any] = json.loads(self.file("openedx/courses.json"))["results"]
        self.moochub: list[Any] = json.loads(self.file("moochub/courses.json"))["data"]
        self.files = dict(self.static())

    def file(self, path: str) -> bytes:
        return (SOURCES / path).read_bytes().replace(ORIGIN.encode(), self.origin.encode())

    def static(self) -> Iterator[tuple[str, Answer]]:
        yield "/robots.txt", Answer(self.file("site/robots.txt"), "text/plain; charset=utf-8")
        yield FEED_PATH, Answer(self.file("feed/feed.xml"), "application/rss+xml; charset=utf-8")
        yield LIST_PATH, Answer(self.file("list/courses.csv"), "text/csv; charset=gb18030")
        for path in sorted((SOURCES / "site").glob("*.xml")):
            yield f"/site/{path.name}", Answer(self.file(f"site/{path.name}"), "application/xml")
        for path in sorted((SOURCES / "site" / "catalogue").glob("*.html")):
            yield f"/site/catalogue/{path.name}", Answer(self.file(f"site/catalogue/{path.name}"), "text/html; charset=utf-8")

    def answer(self, path: str, query: dict[str, list[str]]) -> Answer:
        if path == REPOSITORY_PATH:
            return Answer(self.repository.answer(query, self.origin + path), "text/xml; charset=utf-8", lasting=False)
        if path == OPENEDX_PATH:
            return self.openedx_page(query)
        if path == MOOCHUB_PATH:
            return self.moochub_page(query)
        return self.files.get(path, NOT_FOUND)

    def openedx_page(self, query: dict[str, list[str]]) -> Answer:
        """As `lms/djangoapps/course_api` answers: page_size 10 unless asked, at most 100; 404 after the last page."""
        page, size = number(query, "page", 1), min(number(query, "page_size", 10), 100)
        results = [course for course in self.openedx if query.get("org", [course["org"]]) == [course["org"]]]
        last = pages(results, size)
        if not 1 <= page <= last or size < 1:
            return NOT_A_PAGE
        kept = {name: values[0] for name, values in query.items() if name != "page"}

        def link(to: int) -> str | None:
            return f"{self.origin}{OPENEDX_PATH}?{urlencode({**kept, 'page': to})}" if 1 <= to <= last else None

        pagination = {"next": link(page + 1), "previous": link(page - 1), "count": len(results), "num_pages": last}
        shown = results[(page - 1) * size : page * size]
        return Answer(as_json({"results": shown, "pagination": pagination}), "application/json")

    def moochub_page(self, query: dict[str, list[str]]) -> Answer:
        page, last = number(query, "page", 1), pages(self.moochub, MOOCHUB_PAGE)
        if not 1 <= page <= last:
            return NOT_A_PAGE
        address = f"{self.origin}{MOOCHUB_PATH}?page="
        links = {"self": f"{address}{page}", "first": f"{address}1", "last": f"{address}{last}"}
        if page < last:
            links["next"] = f"{address}{page + 1}"
        if page > 1:
            links["prev"] = f"{address}{page - 1}"
        return Answer(as_json({"links": links, "data": self.moochub[(page - 1) * MOOCHUB_PAGE : page * MOOCHUB_PAGE]}), MOOCHUB_TYPE)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "OpenCommerceHubDemo"
    disable_nagle_algorithm = True
    server: DemoServer

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        self.send(self.server.answer(address.path, parse_qs(address.query, keep_blank_values=True)))

    do_HEAD = do_GET

    def do_POST(self) -> None:
        """OAI-PMH requests may come as a form (section 3.1.1.2); nothing else here is posted to."""
        declared = self.headers.get("Content-Length", "")
        length = int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 9 else FORM_LIMIT + 1
        if length > FORM_LIMIT or urlsplit(self.path).path != REPOSITORY_PATH:
            self.close_connection = True  # the body stays unread
            self.send(NOT_FOUND)
            return
        form = self.rfile.read(length).decode("utf-8", "replace")
        self.send(self.server.answer(REPOSITORY_PATH, parse_qs(form, keep_blank_values=True)))

    def send(self, answer: Answer) -> None:
        etag = f'"{hashlib.sha256(answer.body).hexdigest()[:24]}"'
        if answer.lasting and self.unchanged(etag):
            self.head(HTTPStatus.NOT_MODIFIED, {"ETag": etag, "Last-Modified": CHANGED})
            return
        zipped = "gzip" in self.headers.get("Accept-Encoding", "") and len(answer.body) > 1000
        body = gzip.compress(answer.body, 5, mtime=0) if zipped else answer.body
        fields = {"Content-Type": answer.media_type, "Content-Length": str(len(body)), "Vary": "Accept-Encoding", **answer.headers}
        if zipped:
            fields["Content-Encoding"] = "gzip"
        if answer.lasting:
            fields |= {"ETag": etag, "Last-Modified": CHANGED}
        self.head(answer.status, fields)
        if self.command != "HEAD":
            self.wfile.write(body)

    def unchanged(self, etag: str) -> bool:
        """If-None-Match wins over If-Modified-Since (RFC 9110, section 13.2.2)."""
        if "If-None-Match" in self.headers:
            return etag in self.headers["If-None-Match"]
        return self.headers.get("If-Modified-Since") == CHANGED

    def head(self, status: HTTPStatus, fields: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: `make run` shows the hub's own lines."""


def number(query: Mapping[str, list[str]], name: str, default: int) -> int:
    """The argument as a number; 0, which no page has, when it is not one."""
    value = query.get(name, [str(default)])[0]
    return int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0


def pages(results: list[Any], size: int) -> int:
    return max(1, -(-len(results) // size)) if size else 0


def as_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def serve(port: int) -> DemoServer:
    """A server on 127.0.0.1 (port 0: any free port) that listens; the caller runs `serve_forever` and closes it."""
    return DemoServer(port)


@contextmanager
def running(port: int = 0) -> Iterator[str]:
    """The demo sources while the block runs; gives the server's address."""
    server = serve(port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.origin
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def stop(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.server", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0 takes any free port")
    server = serve(parser.parse_args().port)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    sys.stdout.write(f"{server.origin}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
