"""Real HTTP with a hostile server on loopback; pauses move a clock of our own."""

from __future__ import annotations

import gzip
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from harvesters.errors import Cancelled, FetchError, RefusedAddress
from harvesters.fetch import Limits
from harvesters.protocol import Request

QUICK = Limits(connect=2.0, read=5.0, total=0.6, retries=0)


def test_an_answer_comes_whole_with_its_type_and_charset(server, hostile, fetcher):
    url = server.page(
        "/a?x=1", hostile.answer(body="课程".encode("gb18030"), headers={"Content-Type": 'Text/XML; charset="GB18030"', "ETag": '"7"'})
    )
    response = fetcher(Request(url=url, headers={"If-Thing": "yes"}))
    assert (response.url, response.status, response.body) == (url, 200, "课程".encode("gb18030"))
    assert (response.media_type, response.charset, response.headers["etag"]) == ("text/xml", "GB18030", '"7"')
    [received] = server.received
    assert received.headers["user-agent"] == "TestHub/1.0 (+https://example.org)"
    assert received.headers["host"] == server.place
    assert received.headers["if-thing"] == "yes"


def test_an_agent_and_headers_of_any_text_do_no_harm(server, hostile, make_fetcher):
    url = server.page("/a", hostile.answer())
    make_fetcher(server.place, agent="Hub/1 (课程 <a@b.c>)\r\nX: y")(Request(url=url))
    assert server.received[0].headers["user-agent"] == "Hub/1 (?? <a@b.c>)??X: y"
    with pytest.raises(FetchError, match="no header may hold"):
        make_fetcher(server.place)(Request(url=url, headers={"X-Key": "a\r\nY: b"}))


def test_an_address_of_ipv6(hostile, make_fetcher):
    try:
        running = hostile.HostileServer("::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with running as server:
        url = server.page("/a", hostile.answer())
        assert make_fetcher(server.place)(Request(url=url)).url == url
        assert server.received[0].headers["host"] == server.place
        with pytest.raises(RefusedAddress):
            make_fetcher()(Request(url=url))


def test_post_sends_its_body(server, hostile, fetcher):
    url = server.page("/post", hostile.answer())
    fetcher(Request(url=url, method="POST", body="verb=Identify&x=ä", headers={"Content-Type": "application/x-www-form-urlencoded"}))
    assert (server.received[0].method, server.received[0].body.decode()) == ("POST", "verb=Identify&x=ä")


def test_the_path_goes_out_as_it_came(server, hostile, fetcher):
    path = "/oai?resumptionToken=a%2Fb%25c+d/e!f|g"
    server.page(path.replace("|", "%7C"), hostile.answer())
    fetcher(Request(url=server.url(path)))
    fetcher(Request(url=server.page("/%E8%AF%BE", hostile.answer()).replace("%E8%AF%BE", "课") + "#part"))
    assert server.paths() == [path.replace("|", "%7C"), "/%E8%AF%BE"]


def test_a_connection_is_kept_and_a_lost_one_replaced(server, hostile, fetcher):
    url = server.page("/a", hostile.answer(), hostile.answer(), hostile.close(), hostile.answer(body=b"again"))
    assert [fetcher(Request(url=url)).body for _ in range(3)] == [b"ok", b"ok", b"again"]
    assert server.connections == 2


@pytest.mark.parametrize("coding", ["gzip", "zlib", "deflate"])
def test_compressed_bodies(server, hostile, fetcher, coding):
    assert fetcher(Request(url=server.page("/a", hostile.compressed(b"text " * 1000, coding)))).body == b"text " * 1000


def test_a_wrong_label_of_compression_is_overlooked(server, hostile, fetcher):
    plain = server.page("/plain", hostile.answer(body=b"plain", headers={"Content-Encoding": "gzip"}))
    strange = server.page("/strange", hostile.answer(body=b"plain", headers={"Content-Encoding": "UTF-8"}))
    twice = server.page("/twice.gz", hostile.answer(body=gzip.compress(gzip.compress(b"x")), headers={"Content-Encoding": "gzip"}))
    assert [fetcher(Request(url=url)).body for url in (plain, strange)] == [b"plain", b"plain"]
    assert gzip.decompress(fetcher(Request(url=twice)).body) == b"x"


def test_chunked_and_old_style_bodies(server, hostile, fetcher):
    assert fetcher(Request(url=server.page("/chunked", hostile.chunked(b"one ", b"two")))).body == b"one two"
    assert fetcher(Request(url=server.page("/old", hostile.until_closed(b"until closed")))).body == b"until closed"
    assert fetcher(Request(url=server.page("/empty", hostile.answer(204, b"")))).body == b""


FAULTS = [
    (lambda h: h.cut(), "cut in the middle"),
    (lambda h: h.cut_chunked(), "cut in the middle"),
    (lambda h: h.close(), "closed the connection without an answer"),
    (lambda h: h.reset(), "closed the connection without an answer"),
    (lambda h: h.raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "did not answer in HTTP"),
    (lambda h: h.raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"), "did not answer in HTTP"),
    (lambda h: h.answer(body=gzip.compress(b"x" * 9999)[:-12], headers={"Content-Encoding": "gzip"}), "cut: its compressed end is missing"),
    (lambda h: h.answer(body=gzip.compress(b"x" * 9999)[:20] + b"junk" * 30, headers={"Content-Encoding": "gzip"}), "damaged"),
    (lambda h: h.answer(body=b"x", headers={"Content-Encoding": "br"}), "compressed with br"),
    (lambda h: h.bomb(), "decompression bomb"),
    (lambda h: h.raw(h.head(200, {"Content-Length": "200000000"})), "too large: it is 191 MB, and we take at most 64 MB"),
    (lambda h: h.endless(), "too large: it does not end"),
    (lambda h: h.answer(404), "answered 404 (Not Found)"),
    (lambda h: h.answer(410), "answered 410 (Gone)"),
    (lambda h: h.answer(302, b""), "It does not say where to go"),
    (lambda h: h.answer(500), "answered 500 (Internal Server Error)"),
    (lambda h: h.redirect("/fault"), "redirects more than 5 times"),
    (lambda h: h.redirect("ftp://example.org/x"), "only http and https are"),
    (lambda h: h.redirect("http://[bad"), "redirects to what is not an address"),
]


@pytest.mark.parametrize(("fault", "words"), FAULTS)
def test_each_fault_has_a_sentence_and_advice(server, hostile, fetcher, fault, words):
    url = server.page("/fault", fault(hostile))
    with pytest.raises(FetchError) as caught:
        fetcher(Request(url=url))
    assert words in str(caught.value)
    assert server.place in str(caught.value)
    assert caught.value.advice


def test_nothing_listens(make_fetcher):
    with pytest.raises(FetchError, match="refuses the connection") as caught:
        make_fetcher("127.0.0.1:1")(Request(url="http://127.0.0.1:1/"))
    assert caught.value.status is None


def test_an_unencrypted_server_asked_over_tls(server, hostile, make_fetcher):
    with pytest.raises(FetchError, match=r"over TLS|encrypted"):
        make_fetcher(server.place, limits=Limits(retries=0))(Request(url=server.url("/").replace("http:", "https:")))


@pytest.mark.parametrize("fault", ["hang", "drip"])
def test_the_total_time_is_bounded(server, hostile, make_fetcher, fault):
    turn = hostile.hang(b"HTTP/1.1 200 OK\r\n") if fault == "hang" else hostile.drip()
    with pytest.raises(FetchError, match=r"took more than 0\.6 seconds"):
        make_fetcher(server.place, limits=QUICK)(Request(url=server.page("/slow", turn)))
    assert len(server.received) == 1


def test_a_silent_server_is_asked_again_then_given_up(server, hostile, make_fetcher):
    url = server.page("/slow", hostile.hang())
    with pytest.raises(FetchError, match="nothing came for too long"):
        make_fetcher(server.place, limits=Limits(read=0.2, retries=1))(Request(url=url))
    assert len(server.received) == 2


@pytest.mark.parametrize("fault", ["hang", "drip", "endless", "lookup"])
def test_a_run_can_be_stopped_in_a_hung_fetch(server, hostile, make_fetcher, fault):
    over, asked = threading.Event(), threading.Event()

    def hung_lookup(host, port):
        asked.set()
        over.wait(30)
        return ()

    turns = {
        "hang": hostile.hang(b"HTTP/1.1 200 OK\r\n\r\nsome"),
        "drip": hostile.drip(),
        "endless": hostile.endless(),
        "lookup": hostile.close(),
    }
    server.page("/slow", turns[fault])
    settings = {"resolve": hung_lookup} if fault == "lookup" else {}
    stopped = asked.is_set if fault == "lookup" else lambda: bool(server.received)
    limits = Limits(size=10**12, total=60)
    fetcher = make_fetcher(server.place, stopped=stopped, limits=limits, **settings)
    with pytest.raises(Cancelled):
        fetcher(Request(url="http://hung.example/" if fault == "lookup" else server.url("/slow")))
    over.set()


def test_a_run_can_be_stopped_in_a_pause(server, hostile, make_fetcher, fake_time):
    url = server.page("/busy", hostile.answer(503, headers={"Retry-After": "100"}))
    with pytest.raises(Cancelled):
        make_fetcher(server.place, stopped=lambda: fake_time.paused >= 3)(Request(url=url))
    assert fake_time.paused <= 3.5


def test_closing_the_fetcher_ends_what_another_thread_fetches(server, hostile, make_fetcher):
    fetcher, caught = make_fetcher(server.place), []
    url = server.page("/slow", hostile.hang())

    def fetch():
        try:
            fetcher(Request(url=url))
        except Cancelled as error:
            caught.append(error)

    thread = threading.Thread(target=fetch)
    thread.start()
    while not server.received:
        thread.join(0.01)
    fetcher.close()
    thread.join(20)
    assert len(caught) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_transient_failures_are_asked_again_with_growing_pauses(server, hostile, fetcher, fake_time, status):
    url = server.page("/a", hostile.answer(status), hostile.answer(status), hostile.answer(body=b"at last"))
    assert fetcher(Request(url=url)).body == b"at last"
    assert fake_time.paused == 3.0


def test_a_cut_body_is_asked_again(server, hostile, fetcher):
    assert fetcher(Request(url=server.page("/a", hostile.cut(), hostile.reset(), hostile.answer(body=b"whole")))).body == b"whole"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 501])
def test_refusals_are_not_asked_again(server, hostile, fetcher, status):
    with pytest.raises(FetchError) as caught:
        fetcher(Request(url=server.page("/a", hostile.answer(status))))
    assert caught.value.status == status
    assert len(server.received) == 1


def test_the_words_of_an_error_come_with_it_when_they_came_whole(server, hostile, fetcher):
    def words(turn):
        with pytest.raises(FetchError) as caught:
            fetcher(Request(url=server.page("/a", turn)))
        assert caught.value.status == 404
        return caught.value.response and caught.value.response.body

    assert words(hostile.answer(404, b"<error/>")) == b"<error/>"
    assert words(hostile.answer(404, gzip.compress(b"<error/>"), headers={"Content-Encoding": "gzip"})) == b"<error/>"
    for useless in (b"", b"x" * 300_000):
        assert words(hostile.answer(404, useless)) is None
    assert words(hostile.answer(404, gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})) is None
    assert words(hostile.answer(404, b"cut", headers={"Content-Length": "1000", "Connection": "close"}, stays=False)) is None


@pytest.mark.parametrize("form", ["seconds", "date", "date by a clock that is wrong"])
def test_retry_after_is_obeyed_in_both_forms(server, hostile, fetcher, fake_time, form):
    clock = datetime.now(UTC).replace(microsecond=0) + timedelta(days=-400 if "wrong" in form else 0)
    when = "20" if form == "seconds" else format_datetime(clock + timedelta(seconds=20), usegmt=True)
    busy = hostile.answer(503, headers={"Retry-After": when, "Date": format_datetime(clock, usegmt=True)})
    assert fetcher(Request(url=server.page("/a", busy, hostile.answer()))).body == b"ok"
    assert fake_time.paused == 20.0


def test_retry_after_is_bounded_in_time_and_number(server, hostile, make_fetcher):
    url = server.page("/long", hostile.answer(503, headers={"Retry-After": "86400"}))
    with pytest.raises(FetchError, match="come back in 86400 seconds") as caught:
        make_fetcher(server.place)(Request(url=url))
    assert caught.value.status == 503
    url = server.page("/often", hostile.answer(429, headers={"Retry-After": "1"}))
    with pytest.raises(FetchError, match="429"):
        make_fetcher(server.place)(Request(url=url))
    assert server.paths().count("/often") == 6


@pytest.mark.parametrize("text", ["soon", "-5", "", "Mon, 99 Foo 2026 99:99:99 GMT", "1.5"])
def test_a_retry_after_that_says_nothing_is_like_none(server, hostile, fetcher, fake_time, text):
    url = server.page("/a", hostile.answer(503, headers={"Retry-After": text}), hostile.answer())
    assert fetcher(Request(url=url)).body == b"ok"
    assert fake_time.paused == 1.0


def test_an_unchanged_answer_is_given_when_it_was_asked_for(server, hostile, fetcher):
    url = server.page("/a", hostile.answer(304, b""))
    assert fetcher(Request(url=url, headers={"If-None-Match": '"1"'})).status == 304
    with pytest.raises(FetchError, match="304"):
        fetcher(Request(url=url))


@pytest.mark.parametrize(
    ("status", "method", "then", "keeps_body"),
    [
        (301, "GET", "GET", False),
        (302, "POST", "GET", False),
        (303, "POST", "GET", False),
        (307, "POST", "POST", True),
        (308, "POST", "POST", True),
    ],
)
def test_redirects_change_the_method_as_the_standard_says(server, hostile, fetcher, status, method, then, keeps_body):
    server.page("/to", hostile.answer(body=b"there"))
    url = server.page("/from", hostile.redirect("to", status))
    response = fetcher(Request(url=url, method=method, body="b" if method == "POST" else None, headers={"Content-Type": "x/y"}))
    assert (response.url, response.body) == (server.url("/to"), b"there")
    assert (server.received[1].method, server.received[1].body) == (then, b"b" if keeps_body else b"")
    assert ("content-type" in server.received[1].headers) is (keeps_body)


def test_credentials_stay_at_their_host(server, hostile, make_fetcher):
    with hostile.HostileServer() as other:
        other.page("/there", hostile.answer())
        server.page("/same", hostile.redirect(other.url("/there")))
        server.page("/login", hostile.redirect("/same"))
        url = server.url("/login").replace("http://", "http://us%65r:pass%20word@")
        fetcher = make_fetcher(server.place, other.place)
        response = fetcher(Request(url=url, headers={"Cookie": "a=b", "X-Api-Key": "k", "X-Of-Theirs": "k", "Accept": "text/x"}))
        assert [r.headers.get("authorization") for r in server.received] == ["Basic dXNlcjpwYXNzIHdvcmQ="] * 2
        [received] = other.received
        assert not received.headers.keys() & {"authorization", "cookie", "x-api-key", "x-of-theirs"}
        assert received.headers["accept"] == "text/x"
        assert response.url == other.url("/there")


def test_a_form_which_may_hold_a_key_goes_to_no_other_site(server, hostile, make_fetcher):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with hostile.HostileServer() as other:
        fetch = make_fetcher(server.place, other.place)
        here = server.page("/here", hostile.redirect(server.page("/there", hostile.answer()), 307))
        assert fetch(Request(url=here, method="POST", headers=form, body="wstoken=x")).status == 200
        away = server.page("/away", hostile.redirect(other.page("/b", hostile.answer()), 307))
        with pytest.raises(RefusedAddress, match="another site, and the form that this request sends may hold a key"):
            fetch(Request(url=away, method="POST", headers=form, body="wstoken=x"))
        assert other.received == []


def test_messages_hold_no_secrets(server, hostile, fetcher):
    url = server.page("/x?access_token=s3cret&api_key=s3cret&page=2", hostile.answer(404)).replace("http://", "http://me:s3cret@")
    with pytest.raises(FetchError) as caught:
        fetcher(Request(url=url))
    assert "s3cret" not in f"{caught.value} {caught.value.advice}"
    assert "page=2" in str(caught.value)


def test_a_redirect_to_a_refused_place_is_not_followed(server, hostile, make_fetcher):
    with hostile.HostileServer() as forbidden:
        forbidden.page("/secret", hostile.answer(body=b"secret"))
        with pytest.raises(RefusedAddress, match="a loopback address"):
            make_fetcher(server.place)(Request(url=server.page("/a", hostile.redirect(forbidden.url("/secret")))))
        assert forbidden.connections == 0


def test_proxies_of_the_environment_are_not_used(server, hostile, fetcher, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert fetcher(Request(url=server.page("/a", hostile.answer()))).body == b"ok"


def test_one_host_is_asked_at_its_pace_by_all_threads(server, hostile, make_fetcher, fake_time):
    """A host by name is public to the fetcher: its name leads here by a resolver of ours."""
    url = server.page("/a", hostile.answer()).replace("127.0.0.1", "courses.example")
    fetcher = make_fetcher("127.0.0.0/8", resolve=lambda host, port: ("127.0.0.1",), limits=Limits(interval=0.5))
    for _ in range(3):
        fetcher(Request(url=url))
    assert fake_time.paused == 1.0
    assert server.received[0].headers["host"] == f"courses.example:{server.port}"


ROBOTS = b"User-agent: *\nDisallow: /private\nCrawl-delay: 3\n\nUser-agent: other\nDisallow: /\n"


def test_robots_txt_is_obeyed_for_pages_made_for_people(server, hostile, fetcher, fake_time):
    server.page("/robots.txt", hostile.answer(body=ROBOTS))
    for path in ("/a", "/b", "/private/c"):
        server.page(path, hostile.answer())
    for path in ("/a", "/b"):
        assert fetcher(Request(url=server.url(path), crawl=True)).body == b"ok"
    with pytest.raises(RefusedAddress, match=r"robots\.txt"):
        fetcher(Request(url=server.url("/private/c"), crawl=True))
    with pytest.raises(RefusedAddress, match=r"robots\.txt"):
        fetcher(Request(url=server.url("/private/b"), robots=True))
    assert fetcher(Request(url=server.url("/private/c"))).body == b"ok"  # an interface is for robots
    assert server.paths().count("/robots.txt") == 1
    assert fake_time.paused >= 3.0


def test_a_page_at_a_refused_address_is_refused_in_its_own_words(make_fetcher):
    def connect(address, port, timeout):
        raise AssertionError(f"{address} must not be asked")

    with pytest.raises(RefusedAddress, match=r"^http://10\.0\.0\.1/page is not asked: 10\.0\.0\.1 is a private address"):
        make_fetcher(connect=connect)(Request(url="http://10.0.0.1/page", crawl=True))


def test_a_redirect_does_not_lead_around_robots_txt(server, hostile, fetcher):
    server.page("/robots.txt", hostile.answer(body=ROBOTS))
    url = server.page("/a", hostile.redirect("/private/x"))
    with pytest.raises(RefusedAddress, match=r"robots\.txt"):
        fetcher(Request(url=url, crawl=True))
    assert "/private/x" not in server.paths()


@pytest.mark.parametrize(("turn", "allowed"), [("404", True), ("401", True), ("500", False), ("binary", True), ("long", True)])
def test_a_robots_txt_that_is_missing_or_broken(server, hostile, fetcher, turn, allowed):
    bodies = {"binary": bytes(range(256)) * 10, "long": b"# padding\n" * 100_000}
    answer = hostile.answer(body=bodies[turn]) if turn in bodies else hostile.answer(int(turn))
    server.page("/robots.txt", answer)
    url = server.page("/a", hostile.answer())
    if allowed:
        assert fetcher(Request(url=url, crawl=True)).body == b"ok"
        return
    for _ in range(2):
        with pytest.raises(FetchError, match=r"not asked for now: .*robots.txt answered 500"):
            fetcher(Request(url=url, crawl=True))
    assert server.paths().count("/robots.txt") == 3  # with its retries, but only once
    assert "/a" not in server.paths()
