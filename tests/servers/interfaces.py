"""Servers of our own on loopback that answer as course platforms do, with their paging, their keys and their ways to say no.

with serving(wiki(45)) as address:
    ...
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

KEY = "the-key"


class Asked(NamedTuple):
    method: str
    path: str
    query: Mapping[str, str]
    body: str
    headers: Mapping[str, str]  # names in lower case


Answer = Callable[[Asked], tuple[int, Any]]  # -> status, JSON


def wiki(pages: int) -> Answer:
    """Category:A of so many pages holds Category:B of 7, which holds Category:A again. Extracts come ten at a time, whatever is asked."""
    members = {
        "Category:A": [*range(1, pages + 1), "Category:B"],
        "Category:B": [*range(1001, 1008), 1, "Category:A"],
    }
    about = {"general": {"generator": "MediaWiki 1.44", "sitename": "Test Wiki", "lang": "en"}}
    rights = {"rightsinfo": {"url": "https://creativecommons.org/licenses/by-sa/4.0/", "text": "CC BY-SA"}}

    def page(member: int | str, *, told: bool) -> dict[str, Any]:
        if isinstance(member, str):
            return {"pageid": 9000, "ns": 14, "title": member}
        return {"pageid": member, "ns": 0, "title": f"Page {member}"} | ({"extract": f"About {member}."} if told else {})

    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.query.get("meta") == "siteinfo":
            return 200, {"batchcomplete": True, "curtimestamp": "2026-03-01T00:00:00Z", "query": about | rights}
        listed = members.get(asked.query.get("gcmtitle", ""))
        if listed is None:
            return 200, {"error": {"code": "invalidcategory", "info": "The category name you entered is not valid."}}
        size, begin = int(asked.query["gcmlimit"]), int(asked.query.get("gcmcontinue", "0"))
        batch, told = listed[begin : begin + size], int(asked.query.get("excontinue", "0"))
        found = [page(member, told=told <= place < told + 10) for place, member in enumerate(batch)]
        if told + 10 < len(batch):
            back = {"excontinue": told + 10, "continue": "||info"} | ({"gcmcontinue": str(begin)} if begin else {})
            return 200, {"continue": back, "query": {"pages": found}}
        more = {"continue": {"gcmcontinue": str(begin + size), "continue": "gcmcontinue||"}} if begin + size < len(listed) else {}
        return 200, {"batchcomplete": True, "query": {"pages": found}, **more}

    return answer


def repository(count: int, interface: str) -> Answer:
    """An edu-sharing of so many materials, that knows the search by this name alone ("queries" or "queriesV2")."""

    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.method != "POST" or f"/search/v1/{interface}/" not in asked.path:
            return 404, {"error": "NotFound", "message": "no such service"}
        if ("criteria" if interface == "queries" else "criterias") not in json.loads(asked.body):
            return 400, {"error": "BadRequest", "message": "wrong body"}
        begin, size = int(asked.query["skipCount"]), int(asked.query["maxItems"])
        nodes = [{"ref": {"id": f"node-{n}"}, "title": f"Material {n}", "properties": {}} for n in range(begin, min(begin + size, count))]
        return 200, {"nodes": nodes, "pagination": {"total": count, "from": begin, "count": len(nodes)}}

    return answer


def moodle(count: int, *, functions: tuple[str, ...]) -> Answer:
    """A Moodle whose one token may use these functions."""

    def answer(asked: Asked) -> tuple[int, Any]:
        form = dict(parse_qsl(asked.body))
        if form.get("wstoken") != KEY:
            return 200, {"exception": "moodle_exception", "errorcode": "invalidtoken", "message": "Invalid token - token not found"}
        if form["wsfunction"] not in functions:
            return 200, {"exception": "webservice_access_exception", "errorcode": "accessexception", "message": "Access control exception"}
        courses = [{"id": n, "fullname": f"Course {n}"} for n in range(2, count + 2)]
        if "page" not in form:
            return 200, {"courses": courses, "warnings": []}
        begin = int(form["page"]) * int(form["perpage"])
        return 200, {"total": count, "courses": courses[begin : begin + int(form["perpage"])], "warnings": []}

    return answer


def videos(count: int) -> Answer:
    """YouTube's Data API with one channel of so many videos; the key is wanted in its header."""

    def answer(asked: Asked) -> tuple[int, Any]:
        if asked.headers.get("x-goog-api-key") != KEY or KEY in asked.path + str(asked.query):
            return 400, {"error": {"code": 400, "message": "API key not valid. Please pass a valid API key."}}
        if asked.path.endswith("/channels"):
            return 200, {"items": [{"contentDetails": {"relatedPlaylists": {"uploads": "UUabcdefghijklmnopqrstuv"}}}]}
        if asked.path.endswith("/videos"):
            names = asked.query["id"].split(",")
            return 200, {"items": [{"id": name, "snippet": {"title": name}, "contentDetails": {"duration": "PT5M"}} for name in names]}
        begin, size = int(asked.query.get("pageToken", "0")), int(asked.query["maxResults"])
        items = [{"contentDetails": {"videoId": f"video-{n:05}"}} for n in range(begin, min(begin + size, count))]
        return 200, {"items": items} | ({"nextPageToken": str(begin + size)} if begin + size < count else {})

    return answer


def books(count: int, *, broken: int) -> Answer:
    """OpenStax's list of so many books, ten at a time; the page of one of them is gone."""

    def answer(asked: Asked) -> tuple[int, Any]:
        name = asked.path.rstrip("/").rpartition("/")[2]
        if name.isdigit():
            known = int(name) != broken
            return (
                (200, {"id": int(name), "title": f"Book {name}", "meta": {}, "license_name": "CC BY"})
                if known
                else (404, {"message": "Not found."})
            )
        begin = int(asked.query["offset"])
        meta = {"type": "books.Book", "detail_url": "http://cms.internal.example/pages/1/"}
        items = [{"id": n, "title": f"Book {n}", "book_state": "live", "meta": meta} for n in range(begin, min(begin + 10, count))]
        return 200, {"meta": {"total_count": count}, "items": items}

    return answer


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[str, list[Asked]]]:
    """(address, what came) of a server that answers so."""
    received: list[Asked] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), body, {k.lower(): v for k, v in self.headers.items()})
            received.append(asked)
            status, value = answer(asked)
            sent = json.dumps(value).encode()
            head = f"HTTP/1.1 {status} Answer\r\nContent-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n"
            self.wfile.write(head.encode() + sent)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
