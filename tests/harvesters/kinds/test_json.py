# ruff: noqa: RUF043  (an example a line)
"""The JSON kind: fields by paths, pages in every style, real lists with the values that they hold."""

import importlib.util
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from harvesters import registry
from harvesters.errors import BadOptions, SourceError
from harvesters.protocol import Request, Response
from harvesters.record import Agent, Failure, Record

spec = importlib.util.spec_from_file_location("json_options", Path(__file__).with_name("json_options.py"))
described = importlib.util.module_from_spec(spec)
spec.loader.exec_module(described)
HARVESTER = registry.kind("json")


def asked(address: str, options: dict[str, str], *answers: object) -> list[Request]:
    """The requests that a walk makes when the source gives these answers."""
    (request,) = HARVESTER.start(address, options, None)
    made = [request]
    for answer in answers:
        page = HARVESTER.parse(request, Response(url=request.url, body=json.dumps(answer).encode()), options)
        if not page.follow:
            break
        (request,) = page.follow
        made.append(request)
    return made


def test_pages_by_number_until_one_is_empty():
    options = {"title": "t", "items": "list"}
    made = asked("https://e.org/c?p={page}", options, {"list": [{"t": "a"}]}, {"list": [{"t": "b"}]}, {"list": []})
    assert [request.url for request in made] == ["https://e.org/c?p=1", "https://e.org/c?p=2", "https://e.org/c?p=3"]
    made = asked("https://e.org/c?p={page}", {**options, "first": "0"}, {"list": [{"t": "a"}]}, {})
    assert [request.url for request in made] == ["https://e.org/c?p=0", "https://e.org/c?p=1"]


def test_pages_by_offset_until_the_total():
    options = {"title": "t", "items": "list", "total": "n", "size": "2"}
    made = asked(
        "https://e.org/c?from={offset}&n={size}", options, {"n": 3, "list": [{"t": "a"}, {"t": "b"}]}, {"n": 3, "list": [{"t": "c"}]}
    )
    assert [request.url for request in made] == ["https://e.org/c?from=0&n=2", "https://e.org/c?from=2&n=2"]


def test_pages_by_cursor_in_a_body():
    options = {"title": "t", "items": "list", "next": "after", "body": '{"after": "{cursor}"}'}
    made = asked("https://e.org/c", options, {"list": [], "after": 'x"y'}, {"list": [], "after": None})
    assert [request.body for request in made] == ['{"after": ""}', '{"after": "x\\"y"}']
    assert made[0].method == "POST" and made[0].headers["Content-Type"] == "application/json"


def test_pages_by_their_own_address():
    options = {"title": "t", "items": "list", "next": "links.next"}
    made = asked(
        "https://e.org/c",
        options,
        {"list": [], "links": {"next": "http://e.org/c?2"}},
        {"list": [], "links": {"next": "/c?3"}},
        {"list": []},
    )
    assert [request.url for request in made] == ["https://e.org/c", "https://e.org/c?2", "https://e.org/c?3"]


def test_pages_while_the_source_says_that_there_are_more():
    options = {"title": "t", "items": "list", "next": "more"}
    made = asked("https://e.org/c?p={page}", options, {"list": [], "more": True}, {"list": [], "more": False})
    assert [request.url for request in made] == ["https://e.org/c?p=1", "https://e.org/c?p=2"]


def test_a_key_is_sent_and_not_kept():
    options = {"title": "t", "secret_header": "X-Api-Key: s3cret", "headers": "Accept-Language: zh"}
    (request,) = HARVESTER.start("https://e.org/c?api_key=s3cret&q=1", options, None)
    assert request.headers["X-Api-Key"] == "s3cret" and request.headers["Accept-Language"] == "zh" and request.method == "GET"
    page = HARVESTER.parse(request, Response(url=request.url, body=b'[{"t": "a"}, {}]'), options)
    assert "s3cret" not in repr(page.items) and page.items[0].raw.url == "https://e.org/c?q=1"
    with pytest.raises(SourceError) as caught:
        HARVESTER.parse(request, Response(url=request.url, body=b'[{"t": "a"'), options)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("title", "a[", "path cannot be read"),
        ("items", "a..b", "path cannot be read"),
        ("url", "https://e.org/{id", "no partner"),
        ("size", "many", "not a number"),
        ("method", "DELETE", "neither GET nor POST"),
        ("headers", "no colon", "is no header"),
        ("secret_header", "X: a\x01b", "is no header"),
        ("body", '{"page": {page}', "begins as JSON and is not"),
    ],
)
def test_wrong_options_are_told_before_anything_is_asked(name, value, said):
    with pytest.raises(BadOptions, match=said) as caught:
        HARVESTER.check({"title": "t", name: value})
    assert caught.value.option == name


def test_one_bad_entry_costs_one_entry(ask):
    items = ask("json", '[{"t": "a", "id": 5}, {"x": 1}, 7, {"t": "b", "id": 6}]', options={"title": "t", "identifier": "id"}).items
    assert [type(item) for item in items] == [Record, Failure, Failure, Record]
    assert items[1].reason == 'The entry has no title at "t". Its members are: x.'


def test_a_wrong_path_to_the_items_is_told_with_what_there_is(ask):
    with pytest.raises(SourceError, match='nothing at "list". Its members are: code, message. It says: "no key"'):
        ask("json", '{"code": 3, "message": "no key"}', options={"title": "t", "items": "list"})


def test_a_ten_digit_number_is_no_isbn(ask):
    (item,) = ask("json", '[{"t": "a", "id": 1003590004}]', options={"title": "t", "identifier": "id"}).items
    assert item.identifier == "1003590004" and item.identifiers == ()


FILES = [
    ("chinese_mooc/icourse163_category_page1.json", described.ICOURSE163, 20, 276),
    ("chinese_mooc/icourse163_category_page2.json", described.ICOURSE163, 20, 276),
    ("chinese_mooc/study163_python_page1.json", described.STUDY163, 47, 259),
    ("chinese_mooc/study163_data_analysis_page1.json", described.STUDY163, 47, 218),
    ("other_json/udacity_catalog.json", described.UDACITY, 115, None),
    ("zenodo/zenodo_records_ardc.json", described.ZENODO, 25, 310),
    ("mit_learn/bootcamps.json", described.BOOTCAMPS, 3, None),
    ("mit_learn/prolearn_mitpe_courses.json", described.PROLEARN, 4, None),
    ("mit_learn/sloan_courses.json", described.SLOAN, 99, None),
]


@pytest.mark.parametrize(("name", "options", "count", "total"), FILES, ids=[entry[0] for entry in FILES])
def test_every_list_among_the_samples_is_read_whole(ask, samples, name, options, count, total):
    page = ask("json", (samples / name).read_bytes(), options=options)
    assert len(page.items) == count and page.total == total
    assert all(isinstance(item, Record) and item.url and item.provider for item in page.items)
    assert len({item.identifier for item in page.items}) >= count - 2  # Udacity lists two courses twice


def first(ask, samples, name, options) -> Record:
    return ask("json", (samples / name).read_bytes(), options=options).items[0]


def test_values_of_icourse163(ask, samples):
    item = first(ask, samples, "chinese_mooc/icourse163_category_page1.json", described.ICOURSE163)
    assert (item.title, item.url, item.institution) == ("数据结构", "https://www.icourse163.org/course/ZJU-93001", "浙江大学")
    assert item.agents[0] == Agent(name="陈越", role="instructor") and len(item.agents) == 2
    assert item.offerings[0].start == datetime(2019, 3, 1, 2, 0, tzinfo=UTC) and item.offerings[0].end == datetime(
        2019, 5, 30, 15, 0, tzinfo=UTC
    )
    assert item.offerings[0].price == 0 and item.offerings[0].currency == "CNY" and item.keywords == ("国家精品",)
    assert item.description.startswith("<p>学了一门编程语言不知道能干啥") and item.languages == ("zh-Hans",)


def test_values_of_study163(ask, samples):
    one, two = ask("json", (samples / "chinese_mooc/study163_python_page1.json").read_bytes(), options=described.STUDY163).items[:2]
    assert (one.title, one.url) == ("邢不行—数字货币python量化投资", "https://study.163.com/course/introduction/1005149010.htm")
    assert (one.offerings[0].start, one.offerings[0].end, one.offerings[0].price) == (None, None, Decimal("1688.00"))
    assert two.offerings[0].price == Decimal("398.00") and two.institution == "唐宇迪"


def test_values_of_udacity(ask, samples):
    item = first(ask, samples, "other_json/udacity_catalog.json", described.UDACITY)
    assert (item.identifier, item.title, item.duration, item.levels) == ("ud123", "Version Control with Git", "P4W", ("introductory",))
    assert item.agents == (Agent(name="Richard Kalehoff", role="instructor"),)


def test_values_of_zenodo(ask, samples):
    item = first(ask, samples, "zenodo/zenodo_records_ardc.json", described.ZENODO)
    assert (item.identifier, item.url, item.licence) == ("10656276", "https://zenodo.org/records/10656276", "CC-BY-4.0")
    assert item.identifiers[0].value == "10.5281/zenodo.10656276" and item.languages == ("en",)
    assert item.keywords == ("Persistent Identifier", "PID", "strategy")


def test_values_of_mit(ask, samples):
    item = ask("json", (samples / "mit_learn/bootcamps.json").read_bytes(), options=described.BOOTCAMPS).items[1]
    assert item.agents[0] == Agent(name="Josh Siegel", role="instructor") and item.offerings[0].price == Decimal("8500.00")
    item = ask("json", (samples / "mit_learn/prolearn_mitpe_courses.json").read_bytes(), options=described.PROLEARN).items[1]
    assert item.url == "https://professional.mit.edu/enabling-innovation-designing-research-facilities" and item.duration == "P4D"
    assert item.offerings[0].start == datetime(2022, 12, 13, 12, 0, tzinfo=UTC) and item.offerings[0].mode == "onsite"
    item = first(ask, samples, "mit_learn/sloan_courses.json", described.SLOAN)
    assert item.subjects == ("Business: Digital Business/IT",) and item.modified == datetime(2024, 8, 12, 21, 17, 5, tzinfo=UTC)
