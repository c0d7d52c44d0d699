"""Walks over sources made of a table: address -> (identifiers, what it leads to) or an error. The prefetch runs in its real thread."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters.checkpoint import AFTER, fingerprint, place
from harvesters.errors import Cancelled, ExpiredToken, FetchError, ProtocolError, RefusedAddress, SourceError
from harvesters.fetch import Limits
from harvesters.protocol import Harvester, Page, Request, Response
from harvesters.record import Failure, Raw, Record
from harvesters.walk import ListExpired, WalkLimits, from_json, to_json, walk

RAW = Raw(b"x", "text/plain", "http://h.example/")


class Source:
    """`pages[address]` is a Page, an error, or a function without arguments that gives one."""

    def __init__(self, **pages):
        self.pages, self.asked = {}, []
        self.add(**pages)

    def add(self, **pages):
        self.pages |= {url(name): page for name, page in pages.items()}

    def fetch(self, request):
        self.asked.append(request.url.rpartition("/")[2])
        page = self.pages.get(request.url, FetchError("it answered 404", status=404, advice="look"))
        if isinstance(page, FetchError | Cancelled):
            raise page
        return Response(url=request.url, body=b"the body", media_type="text/plain")

    def parse(self, request, response, options):
        page = self.pages[request.url]
        page = page() if callable(page) else page
        if isinstance(page, Exception):
            raise page
        return page

    def walk(self, *requests, **limits):
        harvester = Harvester(kind="t", title="T", start=None, parse=self.parse, read=None)
        return walk(harvester, requests, {}, self.fetch, limits=WalkLimits(**limits))

    def names(self, *requests, **limits):
        """Identifiers in order; a failure as its reason in brackets."""
        return [name(item) for step in self.walk(*requests, **limits) for item in step.page.items]


def name(item):
    return f"({item.reason})" if isinstance(item, Failure) else item.identifier


def url(path):
    return f"http://h.example/{path}"


def ask(path, **settings):
    return Request(url=url(path), **settings)


def crawl(path):
    return ask(path, crawl=True)


def page(identifiers="", *follow, **settings):
    items = tuple(Record(identifier=one, title="T", raw=RAW) for one in identifiers.split())
    return Page(items=items, follow=follow, **settings)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (ExpiredToken("forgotten"), ExpiredToken),
        (ProtocolError("no such set"), ProtocolError),
        (SourceError("this is a page for people"), FetchError),
        (Page(), None),
    ],
)
def test_words_that_come_with_an_error_status_are_read_where_the_protocol_has_them(said, expected):
    words = Response(url=url("a"), body=b"no", status=422)
    source = Source(a=FetchError("it answered 422", status=422, response=words))
    source.parse = lambda request, response, options: raise_or_give(said) if response is words else None

    def outcome(**kind):
        try:
            harvester = Harvester(kind="t", title="T", start=None, parse=source.parse, read=None, **kind)
            return [step.page for step in walk(harvester, (ask("a"),), {}, source.fetch)]
        except (FetchError, SourceError) as error:
            return type(error)

    assert outcome(answers_errors=True) == ([Page()] if expected is None else ListExpired if expected is ExpiredToken else expected)
    assert outcome() is FetchError


def raise_or_give(said):
    if isinstance(said, Exception):
        raise said
    return said


def test_what_a_page_leads_to_comes_before_the_rest():
    source = Source(index=page("", ask("one"), ask("two")), one=page("", crawl("a"), crawl("b")), two=page("", crawl("c")))
    source.add(a=page("A"), b=page("B"), c=page("C"))
    steps = list(source.walk(ask("index")))
    assert source.asked == ["index", "one", "a", "b", "two", "c"]
    assert [[request.url[-1] for request in step.remaining] for step in steps] == [
        ["e", "o"],
        ["a", "b", "o"],
        ["b", "o"],
        ["o"],
        ["c"],
        [],
    ]
    assert [step.request.url for step in steps] == list(map(url, source.asked))


def test_nothing_is_asked_twice():
    source = Source(index=page("", crawl("a"), crawl("b"), crawl("a")), a=page("A", crawl("a"), crawl("b")), b=page("B", crawl("a")))
    assert source.names(ask("index"), ask("index")) == ["A", "B"]
    assert source.asked == ["index", "a", "b"]


def test_a_sitemap_that_contains_itself_is_said_and_the_rest_is_kept():
    source = Source(index=page("", ask("index"), ask("one")), one=page("", ask("index"), crawl("a")), a=page("A"))
    names = source.names(ask("index"))
    assert names[2] == "A"
    assert "http://h.example/index contains itself" in names[0]
    assert "http://h.example/one contains http://h.example/index, which contains it" in names[1]
    with pytest.raises(SourceError, match="goes in circles"):
        Source(index=page("", ask("index"))).names(ask("index"))


def test_two_sitemaps_that_name_the_same_pages_are_no_trouble():
    source = Source(robots=page("", ask("one"), ask("index")), index=page("", ask("one")), one=page("", crawl("a")), a=page("A"))
    assert source.names(ask("robots")) == ["A"]


def test_the_same_token_for_ever_ends_with_a_reason():
    source = Source(list=page("A", ask("token")), token=page("B", ask("token")))
    got = []
    with pytest.raises(SourceError, match=r"goes in circles: http://h\.example/token leads back"):
        for step in source.walk(ask("list")):
            got.extend(map(name, step.page.items))
    assert got == ["A", "B"]
    assert source.asked == ["list", "token", "token"]


def test_the_same_token_may_bring_something_new():
    """A server that keeps the place itself."""
    pages = iter([page("B", ask("token")), page("C", ask("token")), page("D")])
    assert Source(list=page("A", ask("token")), token=lambda: next(pages)).names(ask("list")) == ["A", "B", "C", "D"]


def test_tokens_that_lead_back_to_the_beginning_end_with_a_reason():
    source = Source(list=page("A", ask("t1")), t1=page("B", ask("t2")), t2=page("A", ask("t1")))
    with pytest.raises(SourceError, match="goes in circles"):
        source.names(ask("list"))


def test_fresh_tokens_without_fresh_records_end_with_a_reason():
    source = Source(**{f"t{n}": page("A B", ask(f"t{n + 1}")) for n in range(100)})
    with pytest.raises(SourceError, match="its last 20 pages hold only records that came before"):
        source.names(ask("t0"))


def test_lists_may_hold_the_same_records():
    one = {f"a{n}": page(f"R{n}", *([ask(f"a{n + 1}")] if n < 40 else [])) for n in range(41)}
    two = {f"b{n}": page(f"R{n}", *([ask(f"b{n + 1}")] if n < 40 else [])) for n in range(41)}
    assert len(Source(**one, **two).names(ask("a0"), ask("b0"))) == 82


def test_empty_pages_with_a_token_go_on_but_not_for_ever():
    source = Source(**{f"t{n}": page("", ask(f"t{n + 1}")) for n in range(200)})
    source.add(t50=page("A", ask("t51")))
    with pytest.raises(SourceError, match="its last 100 pages are empty"):
        source.names(ask("t0"))
    assert len(set(source.asked) - {"t151"}) == 151
    source.add(t90=page("B"))
    assert source.names(ask("t0")) == ["A", "B"]


def test_the_number_of_requests_is_bounded():
    source = Source(**{f"t{n}": page(f"R{n}", ask(f"t{n + 1}")) for n in range(20)})
    with pytest.raises(SourceError, match="more than 10 pages"):
        source.names(ask("t0"), requests=10)


def test_an_optional_request_that_fails_is_replaced():
    plain = ask("plain")
    for failure in (FetchError("500", status=500), SourceError("no XML")):
        source = Source(identify=failure, plain=page("A"))
        assert source.names(ask("identify", optional=True, otherwise=(plain,))) == ["A"]
    for failure in (FetchError("no answer"), Cancelled("stop")):
        source = Source(identify=failure, plain=page("A"))
        with pytest.raises(type(failure)):
            source.names(ask("identify", optional=True, otherwise=(plain,)))


def test_a_failed_list_ends_the_walk_after_its_pages():
    source = Source(list=page("A", ask("gone")))
    steps = source.walk(ask("list"))
    assert name(next(steps).page.items[0]) == "A"
    with pytest.raises(FetchError, match="404"):
        next(steps)


def test_one_failed_page_of_a_site_does_not_end_the_walk():
    source = Source(
        index=page("", *map(crawl, "abcd")), a=page("A"), b=FetchError("b: 500", status=500), c=SourceError("c: no"), d=page("D")
    )
    steps = list(source.walk(ask("index")))
    failed = [item for step in steps for item in step.page.items if isinstance(item, Failure)]
    assert [(f.identifier, f.reason, f.raw.body) for f in failed] == [(url("b"), "b: 500", b""), (url("c"), "c: no", b"the body")]
    assert source.names(ask("index")) == ["A", "(b: 500)", "(c: no)", "D"]


def test_one_failed_sitemap_of_several_does_not_end_the_walk():
    source = Source(index=page("", ask("gone"), ask("odd"), ask("one")), odd=SourceError("odd"), one=page("", crawl("a")), a=page("A"))
    items = [item for step in source.walk(ask("index")) for item in step.page.items]
    assert [(name(item), item.identifier) for item in items] == [("(it answered 404)", None), ("(odd)", None), ("A", "A")]
    source.add(odd=FetchError("no answer at all"))
    with pytest.raises(FetchError, match="no answer at all"):
        source.names(ask("index"))


def test_a_list_that_robots_txt_forbids_costs_itself_or_is_replaced():
    source = Source(
        index=page("", ask("map", robots=True), ask("one")), map=RefusedAddress("robots"), one=page("", crawl("a")), a=page("A")
    )
    items = [item for step in source.walk(ask("index")) for item in step.page.items]
    assert [(name(item), item.identifier) for item in items] == [("(robots)", None), ("A", "A")]
    assert source.names(ask("map", robots=True, optional=True, otherwise=(crawl("a"),))) == ["A"]
    with pytest.raises(RefusedAddress, match="robots"):
        source.names(ask("map", robots=True))


def test_an_optional_page_of_a_site_is_replaced_or_told_as_failed():
    source = Source(
        index=page("", ask("a", crawl=True, optional=True), ask("b", crawl=True, optional=True, otherwise=(crawl("c"),))), c=page("C")
    )
    assert source.names(ask("index")) == ["(it answered 404)", "C"]


@pytest.mark.parametrize(("error", "count"), [(FetchError("404", status=404), 20), (RefusedAddress("robots"), 20), (FetchError("gone"), 3)])
def test_many_failed_pages_in_a_row_end_the_walk(error, count):
    pages = {f"p{n}": error for n in range(100)}
    source = Source(index=page("", *map(crawl, pages)), **pages)
    got = []
    with pytest.raises(FetchError, match=f"{count} pages in a row failed"):
        for step in source.walk(ask("index")):
            got.extend(step.page.items)
    assert len(got) == count - 1


def test_a_source_that_is_one_page_fails_with_it():
    with pytest.raises(FetchError, match="404"):
        Source().names(crawl("alone"))


def test_an_expired_token_says_what_was_asked_and_what_remains():
    source = Source(list=page("A", ask("token")), token=ExpiredToken("too old", advice="again"), other=page("B"))
    with pytest.raises(ListExpired, match="too old") as caught:
        source.names(ask("list"), ask("other"))
    assert (caught.value.request.url, [r.url for r in caught.value.remaining]) == (url("token"), [url("other")])


def big_site(count):
    names = [f"p{n}" for n in range(count)]
    source = Source(index=page("", ask("map"), ask("last")), map=page("M", *map(crawl, names)), last=page("", crawl("z")), z=page("Z"))
    source.add(**{name: page(name.upper()) for name in names})
    return source, [name.upper() for name in names]


def test_a_checkpoint_of_a_large_sitemap_is_short_and_loses_nothing():
    source, names = big_site(1000)
    steps = source.walk(ask("index"))
    first = [next(steps) for _ in range(303)]
    steps.close()
    assert [name(item) for step in first for item in step.page.items] == ["M", *names[:301]]
    remaining = tuple(from_json(json.loads(json.dumps(to_json(request)))) for request in first[-1].remaining)
    assert len(remaining) == 2
    assert remaining[0].url == url("map")
    assert source.names(*remaining) == [*names[301:], "Z"]


def test_a_checkpoint_of_a_sitemap_that_changed_asks_all_again():
    source, names = big_site(300)
    [first, *_] = source.walk(ask("map"))
    stale = replace(first.request, context={AFTER: place(crawl("no-more"))})
    assert source.names(stale) == names


def test_a_list_may_note_something_else_when_it_is_read_again():
    """Such as the moment at which it was read."""
    names, reading = [f"p{n}" for n in range(300)], iter("12")

    def read():
        context = {"read": next(reading)}
        return page("", *(ask(one, crawl=True, context=context) for one in names))

    source = Source(map=read, **{one: page(one) for one in names})
    steps = source.walk(ask("map"))
    first = [next(steps) for _ in range(11)]
    steps.close()
    assert source.names(*first[-1].remaining) == names[10:]


def test_a_page_that_two_lists_name_with_other_notes_is_asked_once():
    source = Source(index=page("", ask("one"), ask("two")), a=page("A"))
    source.add(**{one: page("", ask("a", crawl=True, context={"from": one})) for one in ("one", "two")})
    assert source.names(ask("index")) == ["A"]


@given(st.integers(0, 29), st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_a_walk_resumed_anywhere_loses_and_doubles_nothing(place, listed):
    source, names = big_site(25)
    steps = source.walk(ask("index"), listed=listed)
    first = [step for _, step in zip(range(place + 1), steps, strict=False)]
    steps.close()
    before = [name(item) for step in first for item in step.page.items]
    after = source.names(*map(from_json, map(to_json, first[-1].remaining)), listed=listed)
    assert before + after == ["M", *names, "Z"]


def test_the_next_page_is_asked_while_this_one_is_worked_on():
    asked = threading.Event()
    source = Source(list=page("A", ask("next")), next=lambda: asked.set() or page("B", ask("third")), third=page("C"))
    steps = source.walk(ask("list"))
    next(steps)
    assert asked.wait(10)
    assert "third" not in source.asked  # one page ahead, no more
    steps.close()
    assert "third" not in source.asked


def test_closing_a_walk_over_a_hung_source_ends_its_thread(server, hostile, make_fetcher):
    server.page("/list", hostile.answer())
    server.page("/next", hostile.hang())
    follow = (Request(url=server.url("/next")),)
    harvester = Harvester(kind="t", title="T", start=None, parse=lambda *_: page("A", *follow), read=None)
    with make_fetcher(server.place, limits=Limits()) as fetcher:
        steps = walk(harvester, (Request(url=server.url("/list")),), {}, fetcher)
        next(steps)
        [ahead] = [thread for thread in threading.enumerate() if thread.name == "walk"]
        steps.close()
    ahead.join(10)
    assert not ahead.is_alive()


@pytest.mark.parametrize(
    ("asked", "link", "then"),
    [
        ("https://h.example/a", "http://h.example/b?x=1", "https://h.example/b?x=1"),
        ("https://h.example/a", "http://h.example:80/b", "https://h.example/b"),
        ("https://h.example/a", "http://h.example:8080/b", "http://h.example:8080/b"),
        ("https://h.example/a", "http://other.example/b", "http://other.example/b"),
        ("http://h.example/a", "http://h.example/b", "http://h.example/b"),
        ("http://u:p@h.example/a", "http://h.example/b", "http://u:p@h.example/b"),
        ("http://u:p@h.example/a", "http://other.example/b", "http://other.example/b"),
        ("http://h.example/a", "no address", "no address"),
    ],
)
def test_links_stay_on_https_and_logins_at_home(asked, link, then):
    source = Source()
    headers = {"Authorization": "Bearer x", "Accept": "text/x"}
    source.pages = {asked: page("A", Request(url=link, headers=headers)), then: page("B")}
    [first, _] = source.walk(Request(url=asked, headers=headers))
    [follow] = first.page.follow
    assert follow.url == then
    same = "other" not in link and "8080" not in link and link != "no address"
    assert follow.headers == headers if same or link == "no address" else follow.headers == {"Accept": "text/x"}


texts = st.text(max_size=20)
maps = st.dictionaries(texts, texts, max_size=3)
plain_requests = st.builds(
    Request,
    url=texts,
    method=st.sampled_from(["GET", "POST"]),
    headers=maps,
    body=st.none() | texts,
    step=texts,
    context=maps,
    crawl=st.booleans(),
    robots=st.booleans(),
    optional=st.booleans(),
)
requests = st.recursive(
    plain_requests, lambda inner: st.builds(replace, plain_requests, otherwise=st.lists(inner, max_size=2).map(tuple)), max_leaves=3
)


@given(requests)
@settings(max_examples=100, deadline=None)
def test_a_request_comes_back_from_json_as_it_was(request):
    assert from_json(json.loads(json.dumps(to_json(request)))) == request


@given(requests, requests)
@settings(max_examples=50, deadline=None)
def test_a_fingerprint_tells_requests_apart(one, other):
    plain = [replace(r, optional=False, robots=False, otherwise=(), context={} if r.crawl else r.context) for r in (one, other)]
    assert (fingerprint(one) == fingerprint(other)) is (plain[0] == plain[1])
    assert fingerprint(one) == fingerprint(replace(one, optional=not one.optional))
