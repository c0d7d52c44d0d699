# ruff: noqa: E501  (an example a line)
"""Lists on pages for people: selectors, pages, courses' own pages, and pages that are made to be slow."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harvesters import registry
from harvesters.clean import selectors
from harvesters.errors import BadOptions, SourceError
from harvesters.protocol import Request, Response
from harvesters.record import Agent, Failure, Record

HARVESTER = registry.kind("html")
PORTAL = {
    "item": "ul.course-list > li.course-item",
    "title": "h3.tit a",
    "url": "h3 a@href|a@href",
    "identifier": "@data-id",
    "institution": "p.school",
    "instructor": ".teacher span",
    "image": "img@data-src|img@src",
    "price": ".price",
    "language": "=zh-Hans",
    "next": ".pages a.next",
}


def test_a_portal_is_read_by_selectors(ask, own_samples):
    page = ask("html", (own_samples / "html/portal.html").read_bytes(), url="https://mooc.example.cn/list?page=1", options=PORTAL)
    first, second, third = page.items
    assert isinstance(first, Record) and (first.identifier, first.title) == ("c-1001", "电子商务概论")
    assert first.url == "https://mooc.example.cn/course/1001.html" and first.image == "https://mooc.example.cn/img/c1001.jpg"
    assert first.agents == (Agent(name="张三", role="instructor"), Agent(name="李四", role="instructor"))
    assert (first.institution, first.languages, first.offerings[0].price) == ("示例大学", ("zh-Hans",), 0)
    assert isinstance(second, Record) and second.title == "直播电商运营 <script>alert(1)</script>"  # text, which pages escape
    assert second.image == "https://mooc.example.cn/img/c1002.jpg" and second.offerings[0].currency == "CNY"
    assert isinstance(third, Failure) and third.identifier == "c-1003" and third.reason == 'The item has no title at "h3.tit a".'
    (following,) = page.follow
    assert following.url == "https://mooc.example.cn/list?page=2" and following.robots and following.step == "list"


def test_a_table_whose_rows_have_no_names(ask, own_samples):
    options = {"item": "#kurse tr", "title": "td:first-child", "institution": "td:nth-child(2)", "start": "td:nth-child(3)"}
    page = ask("html", (own_samples / "html/table.html").read_bytes(), url="https://e.org/kurse/", options=options)
    assert [(item.title, item.url, item.institution) for item in page.items] == [
        ("E-Commerce Grundlagen", "https://e.org/kurse/kurs?id=1", "Hochschule A"),
        ("Online-Marketing", "https://e.org/kurse/kurs?id=2", "Hochschule B"),
    ]
    assert page.items[1].identifier == "https://e.org/kurse/kurs?id=2" and page.items[1].offerings[0].start.day == 15


def test_each_course_has_its_own_page(own_samples):
    options = {**PORTAL, "detail": "title: h1\ndescription: .intro\nlicence: .licence a@href\nlanguage: .lang"}
    (request,) = HARVESTER.start("https://mooc.example.cn/list", options, None)
    page = HARVESTER.parse(request, Response(url=request.url, body=(own_samples / "html/portal.html").read_bytes()), options)
    assert page.items == () and [asked.crawl for asked in page.follow] == [True, True, True, False]
    detail = page.follow[0]
    assert detail.url == "https://mooc.example.cn/course/1001.html" and len(json.dumps(dict(detail.context))) < 5_000
    (item,) = HARVESTER.parse(detail, Response(url=detail.url, body=(own_samples / "html/detail.html").read_bytes()), options).items
    assert (item.identifier, item.title, item.institution) == ("c-1001", "电子商务概论（第二版）", "示例大学")
    assert item.description == "<p>本课程介绍电子商务的<b>基本概念</b>。</p>" and item.licence == "CC-BY-NC-4.0"
    assert item.languages == ("zh",) and HARVESTER.read(item.raw, options) == item


def test_pages_by_number_until_one_shows_the_same_again():
    options = {"item": "li", "title": "a"}
    (request,) = HARVESTER.start("https://e.org/l?p={page}", options, None)
    urls = []
    for body in (b"<li><a href=1>A</a>", b"<li><a href=2>B</a>", b"<li><a href=2>B</a>"):
        urls.append(request.url)
        page = HARVESTER.parse(request, Response(url=request.url, body=body), options)
        request = page.follow[0] if page.follow else None
    assert urls == ["https://e.org/l?p=1", "https://e.org/l?p=2", "https://e.org/l?p=3"] and request is None


def test_a_page_without_the_list_says_so(ask):
    with pytest.raises(SourceError, match=r'there is nothing for the selector "li\.course"'):
        ask("html", "<div id=app></div>", options={"item": "li.course", "title": "h3"})
    with pytest.raises(SourceError, match="none of 2 elements has a title or a link"):
        ask("html", "<li>a<li>b", options={"item": "li", "title": "h3"})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("item", "li >", "ends without an element"),
        ("item", "> li", "nothing before its >"),
        ("item", "li[", "no CSS selector"),
        ("item", "tr:nth-child(2)", "use a class"),
        ("item", "ul:has(li)", ":has cannot be used"),
        ("title", "h3:not(.a .b)", "one element's properties"),
        ("title", "h3@a@b", "one @attribute"),
        ("title", "x" * 600, "longer than"),
        ("image", "img@data src", "one @attribute"),
        ("detail", "title h1", "not of the form"),
        ("detail", "colour: h1", "not of the form"),
        ("detail", "title: h1[", "no CSS selector"),
        ("first", "two", "not a number"),
    ],
)
def test_wrong_selectors_are_told_with_the_selector(name, value, said):
    with pytest.raises(BadOptions, match=said) as caught:
        HARVESTER.check({"item": "li", "title": "a", name: value})
    assert caught.value.option == name


TREE = selectors.tree(
    "<div id=a class='x y'><p class=x>1</p><p>2</p><section><p class='x z' data-k='v w'>3</p><a href='/t'>4</a></section></div><p class=x>5</p>"
)


@pytest.mark.parametrize(
    "css",
    ["p", "*", "div p", "div > p", "p + p", "p ~ p", "#a .x", "div.x.y > section p.x", "p.x, a", "[data-k]", "p[data-k~=w]", "a[href^='/']",
     "div section a", "body > div > section > p + a", "p:not(.x)", "p:is(.z)", "div p p", "section > p ~ a", "P.x", ".x .x", "html p"],
)  # fmt: skip
def test_selectors_find_what_beautiful_soup_finds(css):
    (place,) = selectors.compiled(css, placed=False)
    assert [id(node) for node in selectors.find(TREE, place.chains)] == [id(node) for node in TREE.select(css)]


CSS = st.lists(st.sampled_from(["p", ".x", "#a", "div", ">", "+", "~", "section", "a[href]", "p:not(.z)"]), min_size=1, max_size=5).map(
    " ".join
)
MARKUP = st.lists(st.sampled_from(["<div id=a>", "</div>", "<p class=x>", "<section>", "</section>", "<a href=b>", "</a>", "t", "<p class='x z'>"]), max_size=15).map("".join)  # fmt: skip


@given(css=CSS, markup=MARKUP)
def test_any_selector_finds_what_beautiful_soup_finds(css, markup):
    root = selectors.tree(markup)
    try:
        (place,) = selectors.compiled(css, placed=False)
    except ValueError:
        return
    assert [id(node) for node in selectors.find(root, place.chains)] == [id(node) for node in root.select(css)]


def test_a_page_made_to_be_slow_is_read_once(ask):
    deep = "<div class=x>" * 200 + "<p>a</p>" * 5_000
    with pytest.raises(SourceError, match="there is nothing"):
        ask("html", deep, options={"item": ".y .x .x .x .x .x .x p", "title": "a"})
    assert len(ask("html", "<p><a href=/c>T</a></p>" * 5_000, options={"item": "p", "title": "a"}).items) == 2_000


@given(body=st.binary(max_size=300))
def test_any_bytes_of_an_own_page(body):
    options = {"item": "li", "title": "a", "detail": "title: h1"}
    request = Request(url="https://e.org/1", step="detail", context={"item": "<li><a href=/1>T</a>", "base": "https://e.org/"})
    try:
        page = HARVESTER.parse(request, Response(url=request.url, body=body), options)
    except SourceError as error:
        assert str(error)
        return
    assert all(HARVESTER.read(item.raw, options) == item for item in page.items)


def test_items_in_one_another_are_not_written_out_without_end(ask):
    markup = b"<html><body>" + b"<div class=a><h2>A title</h2><a href=/b>b</a>" * 5_000 + b"x" * 100_000
    items = ask("html", markup, options={"item": "div.a", "title": "h2"}).items
    assert 1 <= len(items) <= 150
    assert sum(len(item.raw.body) for item in items) < 10 * len(markup)
