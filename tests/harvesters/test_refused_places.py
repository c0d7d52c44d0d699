"""Every probe of an inside address, by every way in: directly, by redirect, `next` link, sitemap, robots.txt, or a name that moves.

No packet leaves: the one function that opens connections is the test's own. It connects to the hostile server, and writes down the rest.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable

import pytest

from harvesters import registry, walk
from harvesters.errors import HarvestError, RefusedAddress
from harvesters.protocol import Request

HTML, XML, JSON = ({"Content-Type": kind} for kind in ("text/html", "text/xml", "application/json"))
PROBES = (
    "http://10.0.0.1/",
    "http://192.168.1.1:8080/admin",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://2852039166/latest/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://127.1:22/",
    "http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/",
    "http://[::1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[2002:a9fe:a9fe::]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://good.example@169.254.169.254/",
    "http://good.example:80@10.0.0.1/",
    "https://10.0.0.1#@good.example/",
    "http://inside.example/",  # a name that leads inside
    "http://both.example/",  # a name that leads outside and inside
    "http://LOCALHOST/",
    "gopher://10.0.0.1:6379/_FLUSHALL",
    "file:///etc/passwd",
)
NAMES = {"inside.example": ("10.1.2.3",), "both.example": ("93.184.215.14", "fd00::1"), "localhost": ("127.0.0.1", "::1")}


class Line:
    """Connects to the one server that may be asked; whatever else is dialled is written down and goes nowhere."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.dialled: list[tuple[str, int]] = []

    def resolve(self, host: str, port: int) -> tuple[str, ...]:
        return NAMES[host]

    def connect(self, address: str, port: int, timeout: float) -> socket.socket:
        if (address, port) != ("127.0.0.1", self.port):
            self.dialled.append((address, port))
            raise ConnectionRefusedError("nothing is sent in this test")
        return socket.create_connection((address, port), timeout)


@pytest.fixture
def line(server) -> Line:
    return Line(server.port)


@pytest.fixture
def fetcher(make_fetcher, server, line):
    return make_fetcher(server.place, resolve=line.resolve, connect=line.connect)


def course(name: str) -> dict[str, object]:
    return {"id": name, "type": "courses", "attributes": {"name": name, "url": f"http://l.example/{name}"}}


def listed(place: str) -> bytes:
    return json.dumps({"links": {"next": place}, "data": [course("a")]}).encode()


def sitemap(place: str, kind: str) -> bytes:
    root = {"url": "urlset", "sitemap": "sitemapindex"}[kind]
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><{kind}><loc>{place}</loc></{kind}></{root}>'.encode()


def feed(place: str) -> bytes:
    entry = "<entry><id>a</id><title>A</title></entry>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><link rel="next" href="{place}"/>{entry}</feed>'.encode()


def openedx(place: str) -> bytes:
    run = {"course_id": "course-v1:a+b+c", "id": "course-v1:a+b+c", "name": "A", "org": "a", "number": "b"}
    return json.dumps({"pagination": {"next": place, "num_pages": 9}, "results": [run]}).encode()


WAYS: dict[str, tuple[str, Callable[[str], bytes], dict[str, str]]] = {
    "next of a list": ("moochub", listed, JSON),
    "next of a feed": ("rss", feed, {"Content-Type": "application/atom+xml"}),
    "next of an Open edX site": ("openedx", openedx, JSON),
    "entry of a sitemap": ("jsonld", lambda place: sitemap(place, "url"), XML),
    "sitemap of an index": ("jsonld", lambda place: sitemap(place, "sitemap"), XML),
}


@pytest.mark.parametrize("probe", PROBES)
def test_directly_and_by_redirect(server, hostile, fetcher, line, probe):
    with pytest.raises(HarvestError):
        fetcher(Request(url=probe))
    assert line.dialled == [] and server.paths() == []
    with pytest.raises(HarvestError):
        fetcher(Request(url=server.page("/a", hostile.redirect(probe.encode("ascii", "xmlcharrefreplace").decode()))))
    assert line.dialled == [] and server.paths() == ["/a"]


@pytest.mark.parametrize("way", WAYS)
def test_by_what_a_source_says_comes_next(server, hostile, fetcher, line, way):
    kind, body, media_type = WAYS[way]
    harvester = registry.kind(kind)
    for number, probe in enumerate(PROBES):
        address = server.page(f"/list{number}", hostile.answer(body=body(probe), headers=media_type))
        server.page(f"/list{number}/api/courses/v1/courses/?page_size=100", hostile.answer(body=body(probe), headers=media_type))
        found: list[object] = []
        try:
            for step in walk.walk(harvester, harvester.start(address, {}, None), {}, fetcher):
                found += step.page.items
        except HarvestError as error:
            found.append(error)
        assert line.dialled == [], f"{way}: {probe} was asked"
        assert found or kind == "jsonld", f"{way}: {probe}: nothing was said"  # a sitemap's entry that is no web address is passed over


def test_by_a_robots_txt_that_leads_elsewhere(server, hostile, fetcher, line):
    server.page("/page", hostile.answer(body=b"<p>x", headers=HTML))
    for probe in PROBES:
        server.page("/robots.txt", hostile.redirect(probe.encode("ascii", "xmlcharrefreplace").decode()))
        with contextlib.suppress(HarvestError):  # left alone, or allowed as without a robots.txt: what counts is who was asked
            fetcher(Request(url=server.url("/page"), robots=True))
        assert line.dialled == [], probe


def test_a_repository_that_names_another_base_is_asked_where_it_was(server, hostile, fetcher, line):
    head = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z</responseDate>'
    said = f"{head}<request>http://10.0.0.1/oai</request><Identify><baseURL>http://10.0.0.1/oai</baseURL><repositoryName>R</repositoryName></Identify></OAI-PMH>"
    token = f"{head}<request>http://10.0.0.1/oai</request><ListRecords><resumptionToken>http://10.0.0.1/x</resumptionToken></ListRecords></OAI-PMH>"
    server.page("/oai?verb=Identify", hostile.answer(body=said.encode(), headers=XML))
    server.page("/oai?verb=ListRecords&metadataPrefix=oai_dc", hostile.answer(body=token.encode(), headers=XML))
    harvester = registry.kind("oai-pmh")
    with pytest.raises(HarvestError):
        list(walk.walk(harvester, harvester.start(server.url("/oai"), {}, None), {}, fetcher))
    assert line.dialled == [] and all(path.startswith("/oai?") for path in server.paths())


def test_a_name_that_moves_inside_between_two_connections_is_refused(server, hostile, make_fetcher, line):
    answers = [("127.0.0.1",), ("10.0.0.1",)]
    fetcher = make_fetcher("127.0.0.1/32", resolve=lambda host, port: answers.pop(0), connect=line.connect)
    server.page("/a", hostile.answer(stays=False))
    place = f"http://moving.example:{server.port}/a"
    fetcher(Request(url=place))
    with pytest.raises(RefusedAddress, match="a private address"):
        fetcher(Request(url=place))
    assert line.dialled == [] and answers == [], "it is looked up once for each connection, and what was checked is asked"


def test_what_may_be_asked_is_asked(server, hostile, fetcher, line):
    assert fetcher(Request(url=server.page("/a", hostile.answer(body=b"yes")))).body == b"yes"
    with pytest.raises(HarvestError):
        fetcher(Request(url="http://93.184.215.14/"))
    assert line.dialled == [("93.184.215.14", 80)] * len(line.dialled) != [], "the probes above are refused by rule, not by the line"
