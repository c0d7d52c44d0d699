import pytest

from harvesters import listing
from harvesters.protocol import Response
from harvesters.record import Failure, Raw, Record


def make(entry, raw, options):
    name, title = listing.named(entry.get("id"), entry.get("title"))
    return Record(identifier=name, title=title, raw=raw)


read = listing.reader(make)


def test_each_entry_is_kept_with_its_own_bytes_and_read_again():
    response = Response(url="https://e.org/list", body=b"")
    record, *failures = listing.items([{"id": 1, "title": "T"}, {"title": "T"}, {"id": 2}, "text"], response, read, {})
    assert (record.identifier, record.raw.body, record.raw.url) == ("1", b'{"id":1,"title":"T"}', "https://e.org/list")
    assert read(record.raw, {}) == record
    assert [(failure.reason, failure.identifier) for failure in failures] == [
        ("The record has no id.", None), ("The record has no title.", "2"), ("The record is no JSON object.", None),
    ]  # fmt: skip
    assert isinstance(read(Raw(b"\xff", "x", "https://e.org/"), {}), Failure)


@pytest.mark.parametrize(
    ("said", "meant"), [("", 50), ("7", 7), ("0", 1), ("99999", 200), ("x", 50), ("-3", 50), ("9" * 50, 50), ("²", 50)]
)
def test_the_size_of_a_page(said, meant):
    assert listing.size({"page_size": said}, 50, 200) == meant


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        ({"detail": "No."}, "No."),
        ({"error": {"message": "Bad key"}}, "Bad key"),
        ({"error": {"info": "Bad title"}}, "Bad title"),
        ({}, None),
        (7, None),
    ],
)
def test_the_words_of_a_refusal(holder, words):
    assert listing.said(holder, "detail", "error") == words


def test_a_glance_raises_nothing():
    assert listing.glance(Response(url="https://e.org/", body=b"<html>")) is None
    assert listing.glance(Response(url="https://e.org/", body=b"[1]")) == [1]
