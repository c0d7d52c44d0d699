"""A course list (MOOChub) on loopback, for benchmarks: `python -m benchmarks.list_server --records 20000 --page 100 [--etags]`.

Prints its address on the first line and serves until it is ended. With `--etags` it answers 304 to whoever has the page; without, the
same bytes are all that tells.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

WORDS = (
    "live",
    "commerce",
    "payments",
    "logistics",
    "trust",
    "platforms",
    "prices",
    "returns",
    "直播",
    "支付",
    "物流",
    "营销",
    "数据",
    "店铺",
)


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--etags", action="store_true")
    chosen = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(chosen.records, chosen.page, etags=chosen.etags))
    print(f"http://127.0.0.1:{server.server_port}/list", flush=True)
    server.serve_forever()


def handler(records: int, page: int, *, etags: bool) -> type[BaseHTTPRequestHandler]:
    """Answers for one list."""

    known: dict[int, str] = {}  # first record of a page -> its ETag: whoever asks again does not wait for the page to be made

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            first = int(parse_qs(urlsplit(self.path).query).get("from", ["0"])[0])
            same = etags and first in known and self.headers.get("If-None-Match") == known[first]
            body = b"" if same else listed(f"http://{self.headers['Host']}/list", first, min(first + page, records), records)
            if not same:
                known[first] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            self.send_response(304 if same else 200)
            if etags:
                self.send_header("ETag", known[first])
            self.send_header("Content-Type", "application/vnd.api+json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Quiet."""

    return Answers


def listed(address: str, first: int, last: int, records: int) -> bytes:
    """One page of the list."""
    following = {"next": f"{address}?from={last}"} if last < records else {}
    return json.dumps({"links": following, "data": [course(n) for n in range(first, last)]}).encode()


def course(n: int) -> dict[str, object]:
    """One course, always the same for a number."""
    text = " ".join(WORDS[(n * 7 + k * (n % 5 + 1)) % len(WORDS)] for k in range(80))
    attributes = {
        "name": f"Selling online {n}: {WORDS[n % 14]} and {WORDS[n % 11]}", "url": f"http://courses.example.org/{n}", "description": text,
        "inLanguage": ["en" if n % 3 else "zh"], "license": [{"identifier": "CC-BY-4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}],
        "creator": [{"name": f"Teacher {n % 40}", "type": "Person"}], "keywords": ["e-commerce"],
        "courseInstance": {"startDate": "2027-01-10T08:00:00Z", "price": "0"},
    }  # fmt: skip
    return {"id": f"course-{n}", "type": "courses", "attributes": attributes}


if __name__ == "__main__":
    main()
