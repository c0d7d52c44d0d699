"""A large, well-behaved OAI-PMH repository on loopback, for benchmarks and for tests that kill processes.

    python tests/servers/oai_source.py --records 100000 --page 100

prints its address on the first line and serves until it is ended. Records are put together from parts made beforehand, so that it costs
little beside the harvester, and memory does not grow with their number. Between two passes it can change:

    GET /control?touch=0-99      these records get a new title and datestamp
    GET /control?delete=5-9      these are deleted (and announced as such, persistently)
    GET /control?add=50          so many new ones
    GET /control?expire=1        the next resumption token that comes back is no longer known
    GET /control?busy=2          the next two requests are answered 503 with Retry-After
    GET /control?calm=1          neither of these two any more
    GET /records.tsv             identifier, title, live|deleted: what a harvest should have
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import sys
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

SLOW = 2.0  # seconds that a slow answer takes
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
TOPICS = (
    "Live Commerce",
    "Payment Systems",
    "Supply Chains",
    "Cross-Border Trade",
    "Online Marketing",
    "Shop Design",
    "跨境电商",
    "直播带货",
    "电商物流",
)
FORMS = ("Introduction to", "Foundations of", "Advanced", "Case Studies in", "Workshop:", "Research in", "入门", "案例", "实务")
WORDS = (
    "customers",
    "orders",
    "platforms",
    "logistics",
    "prices",
    "trust",
    "campaigns",
    "returns",
    "平台",
    "物流",
    "支付",
    "营销",
    "数据",
    "店铺",
)
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{now}</responseDate>'
    '<request verb="{verb}">{base}</request>'
)
RECORD = (
    "<record><header><identifier>{identifier}</identifier><datestamp>{stamp}</datestamp></header><metadata>"
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:title>{title}</dc:title>{rest}<dc:identifier>http://courses.example.org/{number}</dc:identifier></oai_dc:dc></metadata></record>"
)
SPOILERS = ("\x01", "\udcff", "&#2;", "<dc:open>", "</dc:open>")  # in a title: no XML, no UTF-8, no XML either, never closed, never opened
TROUBLES = ("busy", "slow", "reset", "cut")  # what happens to a request, in turn
GONE = '<record><header status="deleted"><identifier>{identifier}</identifier><datestamp>{stamp}</datestamp></header></record>'


def _rest(n: int) -> str:
    text = " ".join(WORDS[(n * 7 + k * (n % 5 + 1)) % len(WORDS)] for k in range(60))
    return (
        f"<dc:creator>Teacher {n % 40}</dc:creator><dc:publisher>University {n % 25}</dc:publisher><dc:subject>{TOPICS[n % len(TOPICS)]}"
        f"</dc:subject><dc:description>{text}</dc:description><dc:date>20{10 + n % 15}</dc:date><dc:type>Course</dc:type>"
        f"<dc:language>{'zh' if n % 9 > 5 else 'en'}</dc:language><dc:rights>https://creativecommons.org/licenses/by/4.0/</dc:rights>"
    )


RESTS = tuple(_rest(n) for n in range(500))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Problem(Exception):
    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Repository:
    """The records: all from `BEGIN` on, one a second, until somebody changes them."""

    def __init__(self, records: int, page: int, deleted_every: int = 0, broken_every: int = 0, trouble_every: int = 0) -> None:
        self.count, self.page, self.deleted_every = records, page, deleted_every
        self.broken_every, self.trouble_every, self.troubled = broken_every, trouble_every, 0
        self.original = records
        self.changed: dict[int, tuple[datetime, int]] = {}  # number -> when, how often
        self.deleted: set[int] = set()
        self.expire = self.busy = self.asked = 0
        self.lock = threading.Lock()

    def identifier(self, n: int) -> str:
        return f"oai:courses.example.org:{n:07d}"

    def title(self, n: int) -> str:
        times = self.changed.get(n, (BEGIN, 0))[1]
        return f"{FORMS[n // len(TOPICS) % len(FORMS)]} {TOPICS[n % len(TOPICS)]} {n}" + (f", edition {times + 1}" if times else "")

    def is_deleted(self, n: int) -> bool:
        return n in self.deleted or bool(self.deleted_every and n % self.deleted_every == self.deleted_every - 1)

    def is_broken(self, n: int) -> bool:
        return bool(self.broken_every and n % self.broken_every == self.broken_every - 1)

    def trouble(self) -> str:
        """What happens to this request; nothing, mostly. A request that is repeated after a trouble is answered."""
        self.troubled += 1
        if not self.trouble_every or self.troubled % self.trouble_every:
            return ""
        return TROUBLES[self.troubled // self.trouble_every % len(TROUBLES)]

    def stamp(self, n: int) -> datetime:
        return self.changed[n][0] if n in self.changed else BEGIN + timedelta(seconds=n)

    def change(self, numbers: Sequence[int]) -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        for n in numbers:
            self.changed[n] = (now, self.changed.get(n, (now, 0))[1] + 1)

    def selection(self, since: datetime | None, until: datetime | None) -> Sequence[int]:
        """Numbers of the records in a range of datestamps, in a fixed order."""
        if since is None and until is None:
            return range(self.count)
        first = 0 if since is None else max(0, int((since - BEGIN).total_seconds()))
        last = self.original - 1 if until is None else min(self.original - 1, int((until - BEGIN).total_seconds()))
        fitting = [n for n, (when, _) in self.changed.items() if (since is None or when >= since) and (until is None or when <= until)]
        untouched = range(first, last + 1)
        if not self.changed:
            return untouched
        touched = sorted(self.changed)
        inside = touched[bisect_left(touched, first) : bisect_right(touched, last)]
        return sorted(set(untouched).difference(inside).union(fitting)) if inside else [*untouched, *sorted(fitting)]

    def xml(self, n: int) -> str:
        stamp = _text(self.stamp(n))
        if self.is_deleted(n):
            return GONE.format(identifier=self.identifier(n), stamp=stamp)
        title = escape(self.title(n)) + (SPOILERS[n // self.broken_every % len(SPOILERS)] if self.is_broken(n) else "")
        return RECORD.format(identifier=self.identifier(n), stamp=stamp, title=title, rest=RESTS[n % len(RESTS)], number=n)


def _moment(text: str, end: bool) -> datetime:
    try:
        if len(text) == 10:
            return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) + (timedelta(seconds=86399) if end else timedelta())
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Problem("badArgument", f"{text} is not a date") from error


def list_records(repository: Repository, arguments: dict[str, str]) -> str:
    cursor = 0
    repository.asked += 1
    if "resumptionToken" in arguments:
        try:
            place, since_text, until_text, total_text = arguments["resumptionToken"].split("|")
            cursor = int(place)
        except ValueError as error:
            raise Problem("badResumptionToken", "this token is not one of ours") from error
        if repository.expire:
            repository.expire -= 1
            raise Problem("badResumptionToken", "this token has expired")
    else:
        since_text, until_text, total_text = arguments.get("from", ""), arguments.get("until", ""), ""
        if arguments.get("metadataPrefix") != "oai_dc":
            raise Problem("cannotDisseminateFormat" if "metadataPrefix" in arguments else "badArgument", "metadataPrefix must be oai_dc")
    since = _moment(since_text, False) if since_text else None
    selection = repository.selection(since, _moment(until_text, True) if until_text else None)
    if not selection:
        raise Problem("noRecordsMatch", "nothing in this range")
    part = selection[cursor : cursor + repository.page]
    after = cursor + len(part)
    total = total_text or str(len(selection))
    token = f"{after}|{since_text}|{until_text}|{total}" if after < len(selection) else ""
    last = f'<resumptionToken completeListSize="{total}" cursor="{cursor}">{token}</resumptionToken>' if token or cursor else ""
    return f"<ListRecords>{''.join(map(repository.xml, part))}{last}</ListRecords>"


def identify(base: str) -> str:
    return (
        f"<Identify><repositoryName>Courses</repositoryName><baseURL>{base}</baseURL><protocolVersion>2.0</protocolVersion>"
        f"<adminEmail>admin@example.org</adminEmail><earliestDatestamp>{_text(BEGIN)}</earliestDatestamp>"
        "<deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>"
    )


FORMATS = (
    "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix><schema>http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
    "</schema><metadataNamespace>http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat></ListMetadataFormats>"
)


def oai(repository: Repository, arguments: dict[str, str], base: str) -> bytes:
    verb = arguments.get("verb", "")
    try:
        if verb == "Identify":
            inner = identify(base)
        elif verb == "ListMetadataFormats":
            inner = FORMATS
        elif verb == "ListRecords":
            inner = list_records(repository, arguments)
        elif verb == "ListSets":
            raise Problem("noSetHierarchy", "there are no sets")
        elif verb == "GetRecord":
            number = arguments.get("identifier", "").rpartition(":")[2]
            if not number.isdigit() or int(number) >= repository.count:
                raise Problem("idDoesNotExist", "there is no such record")
            inner = f"<GetRecord>{repository.xml(int(number))}</GetRecord>"
        else:
            raise Problem("badVerb", "this verb is not known")
    except Problem as problem:
        inner = f'<error code="{problem.code}">{escape(str(problem))}</error>'
    return f"{HEAD.format(now=_text(datetime.now(UTC)), verb=escape(verb), base=base)}{inner}</OAI-PMH>".encode("utf-8", "surrogateescape")


def control(repository: Repository, arguments: dict[str, str]) -> bytes:
    with repository.lock:
        for verb in ("touch", "delete"):
            if verb in arguments:
                first, _, last = arguments[verb].partition("-")
                numbers = range(int(first), int(last or first) + 1)
                repository.change(numbers)
                if verb == "delete":
                    repository.deleted.update(numbers)
        added = int(arguments.get("add", 0))
        repository.change(range(repository.count, repository.count + added))
        repository.count += added
        if "calm" in arguments:
            repository.expire = repository.busy = 0
        repository.expire += int(arguments.get("expire", 0))
        repository.busy += int(arguments.get("busy", 0))
    return json.dumps({"records": repository.count, "deleted": sum(map(repository.is_deleted, range(repository.count)))}).encode()


def dump(repository: Repository) -> bytes:
    lines = (
        f"{repository.identifier(n)}\t\tdeleted" if repository.is_deleted(n) else f"{repository.identifier(n)}\t{repository.title(n)}\tlive"
        for n in range(repository.count)
    )
    return "".join(f"{line}\n" for line in lines).encode()


def make_server(repository: Repository, port: int = 0, delay: float = 0.0) -> ThreadingHTTPServer:
    over = threading.Event()  # never set: only to wait on

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self.answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def answer(self, query: str) -> None:
            arguments = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
            path = urlsplit(self.path).path
            status, kind, announced = 200, "text/xml; charset=utf-8", 0
            if path == "/control":
                body, kind = control(repository, arguments), "application/json"
            elif path == "/records.tsv":
                body, kind = dump(repository), "text/tab-separated-values; charset=utf-8"
            elif path != "/oai":
                status, body = 404, b""
            elif repository.busy:
                repository.busy, status, body = repository.busy - 1, 503, b""
            else:
                trouble = repository.trouble()
                over.wait(SLOW if trouble == "slow" else delay)
                if trouble == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    self.connection.close()
                    return
                body = oai(repository, arguments, f"http://{self.headers.get('Host')}/oai")
                if trouble == "busy":
                    status, body = 503, b""
                elif trouble == "cut":
                    announced, self.close_connection = len(body), True
                    body = body[: len(body) // 2]
            announced = announced or len(body)
            retry = "Retry-After: 1\r\n" if status == 503 else ""
            head = f"HTTP/1.1 {status} Answer\r\nContent-Type: {kind}\r\n{retry}Content-Length: {announced}\r\n\r\n"
            self.wfile.write(head.encode() + body)  # in one piece: two would wait for each other's receipt

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the first line of its output is the address."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    return Server(("127.0.0.1", port), Handler)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--page", type=int, default=100)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--deleted-every", type=int, default=0, metavar="N", help="every Nth record is a deleted one")
    parser.add_argument("--broken-every", type=int, default=0, metavar="N", help="every Nth record cannot be read")
    parser.add_argument("--trouble-every", type=int, default=0, metavar="N", help="every Nth request is refused, late, reset or cut")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each page")
    chosen = parser.parse_args()
    repository = Repository(chosen.records, chosen.page, chosen.deleted_every, chosen.broken_every, chosen.trouble_every)
    server = make_server(repository, chosen.port, chosen.delay)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}/oai\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
