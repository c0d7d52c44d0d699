"""One address of a real site on loopback, on good days and on bad ones."""

from __future__ import annotations

import socket

import pytest

from harvesters.fetch import Fetcher, Limits
from harvesters.pacing import Pacing
from hub.services.probing import Prober

LONG = "A practical course on customs codes, payment methods and delivery abroad, with cases."
QUICK = Limits(connect=2.0, read=1.0, total=1.0, retries=0, waits=0, size=100_000, interval=0)


@pytest.fixture
def fetch(web):
    with Fetcher(allow=[web.place], agent="TestHub/1.0", limits=QUICK, pacing=Pacing()) as made:
        yield made


@pytest.fixture
def probe(fetch):
    return Prober(fetch).probe


@pytest.fixture
def page(site_parts):
    return site_parts.page


def course(page, title="Cross-border trade", text=LONG, **more):
    return page(f"<title>{title}</title><h1>{title}</h1><p>{text}</p>", **more)


def test_a_page_that_is_there(web, probe, page):
    web.pages["/a/course"] = course(page)
    found = probe(web.url("/a/course"))
    assert (found.verdict, found.status, found.leads_to) == ("ok", 200, None)
    assert web.asked[:3] == [("GET", "/robots.txt"), ("HEAD", "/a/course"), ("GET", "/a/course")]


def test_a_file_is_not_taken_home(web, probe, page):
    web.pages["/book.pdf"] = page("x" * 1000, media_type="application/pdf")
    assert probe(web.url("/book.pdf")).verdict == "ok"
    assert ("GET", "/book.pdf") not in web.asked


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_head_that_is_answered_wrongly_is_asked_again(web, probe, page, status):
    web.pages["/a/course"] = course(page, head=status)
    assert probe(web.url("/a/course")).verdict == "ok"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (404, "missing"),
        (410, "missing"),
        (401, "ok"),
        (403, "ok"),
        (429, "busy"),
        (503, "busy"),
        (500, "silent"),
        (502, "silent"),
        (400, "missing"),
    ],
)
def test_statuses(web, probe, page, status, verdict):
    web.pages["/a"] = page("x", status=status)
    found = probe(web.url("/a"))
    assert (found.verdict, found.status, found.answered) == (verdict, status, True)


def test_redirects_are_followed_and_those_for_good_remembered(web, probe, page, site_parts):
    web.pages |= {
        "/old": site_parts.moved("/older", 301), "/older": site_parts.moved("/new", 308), "/new": course(page),
        "/now": site_parts.moved("/new", 302), "/mixed": site_parts.moved("/now", 301),
    }  # fmt: skip
    assert probe(web.url("/old")).leads_to == web.url("/new")
    assert (probe(web.url("/now")).verdict, probe(web.url("/now")).leads_to) == ("ok", None)
    assert probe(web.url("/mixed")).leads_to == web.url("/now")


def test_a_circle_of_redirects_is_no_working_link(web, probe, site_parts):
    web.pages |= {"/a": site_parts.moved("/b"), "/b": site_parts.moved("/a")}
    assert probe(web.url("/a")).verdict == "silent"


@pytest.mark.parametrize("how", ["hang", "reset"])
def test_no_answer(web, probe, site_parts, how):
    web.pages["/a"] = site_parts.Answer(how=how)
    found = probe(web.url("/a"))
    assert (found.verdict, found.status, found.answered) == ("silent", None, False)


def test_a_port_where_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{free.getsockname()[1]}"
    with Fetcher(allow=[place], agent="TestHub/1.0", limits=QUICK) as fetch:
        assert Prober(fetch).probe(f"http://{place}/a").verdict == "silent"


@pytest.mark.parametrize(("errno", "verdict"), [(socket.EAI_NONAME, "nowhere"), (socket.EAI_AGAIN, "silent")])
def test_a_host_that_nobody_knows(errno, verdict):
    def resolve(host, port):
        raise socket.gaierror(errno, "no")

    with Fetcher(agent="TestHub/1.0", limits=QUICK, resolve=resolve) as fetch:
        assert Prober(fetch).probe("https://gone.test/a").verdict == verdict


def test_addresses_inside_are_refused(probe):
    assert probe("http://10.0.0.1/a").verdict == "refused"
    assert probe("http://169.254.169.254/latest/meta-data").verdict == "refused"
    assert probe("ftp://x.test/a").verdict == "refused"


def test_what_redirects_inside_is_refused(web, probe, site_parts):
    web.pages["/a"] = site_parts.moved("http://10.0.0.1/secret")
    assert probe(web.url("/a")).verdict == "refused"


def test_robots_txt_is_obeyed(web, probe, page):
    web.pages["/robots.txt"] = page("User-agent: *\nDisallow: /private", media_type="text/plain")
    web.pages["/private/a"] = course(page)
    assert probe(web.url("/private/a")).verdict == "refused"
    assert web.asked == [("GET", "/robots.txt")]


def test_a_large_page_is_there(web, probe, page):
    web.pages["/a"] = course(page, text=LONG * 5_000)
    assert probe(web.url("/a")).verdict == "ok"


class TestMissingPagesThatAnswer200:
    def test_by_its_words(self, web, probe, page):
        web.pages["/course/7"] = page("<title>Course not found | Academy</title><h1>Sorry</h1>")
        found = probe(web.url("/course/7"))
        assert (found.verdict, found.status) == ("missing", 200)
        assert "Course not found" in found.reason

    def test_a_course_of_that_name_is_there(self, web, probe, page):
        web.pages["/course/7"] = course(page, title="Page not found")
        assert probe(web.url("/course/7"), title="Page not found").verdict == "ok"

    def test_by_a_redirect_to_the_front_door(self, web, probe, page, site_parts):
        web.pages |= {"/course/7": site_parts.moved("/", 302), "/": course(page, title="Academy")}
        assert probe(web.url("/course/7")).verdict == "missing"
        assert probe(web.url("/")).verdict == "ok"

    def test_by_the_same_words_as_an_address_that_cannot_exist(self, web, probe, page):
        web.otherwise = page(f"<title>Academy</title><p>Have a look at our other courses instead! {LONG}</p>")
        web.pages |= {"/": course(page, title="Academy"), "/course/8": course(page)}
        assert probe(web.url("/course/7")).verdict == "missing"
        assert probe(web.url("/course/8")).verdict == "ok"

    def test_a_site_that_a_script_fills_is_not_judged(self, web, probe, page):
        web.otherwise = page("<title>Academy</title><div id=app></div><script>start()</script>")
        assert probe(web.url("/course/7")).verdict == "ok"

    def test_a_site_that_is_the_same_everywhere_is_not_judged(self, web, probe, page):
        web.otherwise = page(f"<title>Academy</title><p>Please switch on JavaScript to see anything at all. {LONG}</p>")
        assert probe(web.url("/course/7")).verdict == "ok"

    def test_a_host_is_asked_for_what_cannot_exist_once(self, web, probe, page):
        web.pages |= {f"/course/{number}": course(page, title=f"Course {number}") for number in range(3)}
        for number in range(3):
            probe(web.url(f"/course/{number}"))
        known = {"/robots.txt", "/", *web.pages}
        assert len([path for _, path in web.asked if path not in known]) == 1
