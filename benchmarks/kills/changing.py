"""Sources on loopback that change while they are harvested: two repositories with the same works, and a list of courses."""

from __future__ import annotations

import json
import random
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from benchmarks.hub_process import oai_source

LIST_PAGE = 20  # courses of one answer
Rows = dict[str, tuple[str, str]]  # identifier -> title, live | deleted


class Changing(Protocol):
    """A source as this benchmark has it."""

    name: str
    kind: str
    url: str

    def change(self, chance: random.Random) -> None:
        """Do what sources do between two harvests, and during one."""

    def calm(self) -> None:
        """No more trouble: what was to come is forgotten."""

    def records(self) -> Rows:
        """What a harvest should have now."""


@dataclass
class Repository:
    """`tests/servers/oai_source.py` in a process of its own."""

    name: str
    url: str
    count: int
    kind: str = "oai-pmh"

    def change(self, chance: random.Random) -> None:
        """Records change, go and come; a token expires, the server is busy."""
        first = chance.randrange(self.count)
        what = chance.choice(["touch", "touch", "delete", "add", "expire", "busy"])
        if what in ("touch", "delete"):
            self._ask(f"/control?{what}={first}-{min(self.count - 1, first + chance.randrange(1, 30 if what == 'touch' else 4))}")
        else:
            self._ask(f"/control?{what}={chance.randrange(1, 9) if what == 'add' else 1}")

    def calm(self) -> None:
        """Tokens that were to expire do not: so many at once would rightly end a run."""
        self._ask("/control?calm=1")

    def records(self) -> Rows:
        """As /records.tsv says."""
        lines = [line.split("\t") for line in self._ask("/records.tsv").splitlines()]
        return {identifier: (title, state) for identifier, title, state in lines}

    def _ask(self, path: str) -> str:
        with urllib.request.urlopen(self.url.removesuffix("/oai") + path) as answer:
            return str(answer.read().decode())


@dataclass
class Courses:
    """A list without datestamps and deletions: only a complete pass finds out what has gone."""

    name: str
    url: str = ""
    kind: str = "moochub"
    titles: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def change(self, chance: random.Random) -> None:
        """One course gets another title, one comes, sometimes one goes."""
        with self.lock:
            names = list(self.titles)
            self.titles[chance.choice(names)] = f"Course {chance.randrange(10**9)} on customs"
            self.titles[f"c{len(self.titles) + len(self.gone):05d}"] = f"New course {chance.randrange(10**9)} on parcels"
            if chance.random() < 0.3 and (name := chance.choice(names)) in self.titles:
                del self.titles[name]
                self.gone.add(name)

    def calm(self) -> None:
        """It never makes trouble."""

    def records(self) -> Rows:
        """What is listed is live. What has gone is deleted, if a harvest ever saw it: see `comparing`."""
        return {name: (title, "live") for name, title in self.titles.items()}

    def page(self, first: int) -> bytes:
        """The courses from this one on."""
        with self.lock:
            part = sorted(self.titles.items())[first : first + LIST_PAGE]
            more = first + LIST_PAGE < len(self.titles)
        items = [{"id": n, "type": "courses", "attributes": {"name": t, "url": f"http://list.example.org/{n}"}} for n, t in part]
        return json.dumps({"links": {"next": f"{self.url}?first={first + LIST_PAGE}"} if more else {}, "data": items}).encode()


@contextmanager
def served_list(courses: Courses) -> Iterator[Courses]:
    """The list behind an address of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = courses.page(int(self.path.partition("first=")[2] or 0))
            self.wfile.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
            )

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Who asked was killed: that is what this is about."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    courses.url = f"http://127.0.0.1:{server.server_port}/list"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield courses
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def sources(records: int, page: int) -> Iterator[list[Changing]]:
    """All of them."""
    with ExitStack() as stack:
        repositories = [Repository(name, stack.enter_context(oai_source(records, page)), records) for name in ("one", "two")]
        courses = Courses("list", titles={f"c{n:05d}": f"Course {n} on parcels" for n in range(records // 10)})
        yield [*repositories, stack.enter_context(served_list(courses))]
