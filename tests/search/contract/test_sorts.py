"""Orders: relevance is in test_matching, dates and titles here."""

from __future__ import annotations

from search.document import Document
from search.index import Index
from search.query import parse


def order(index: Index, sort: str, typed: str = "", **page: int) -> list[int]:
    return [hit.id for hit in index.find(parse(typed, sort=sort, **page)).hits]


def test_newest_first_and_unknown_last(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    assert order(index, "newest") == [4, 2, 3, 1, 5, 6]
    assert order(index, "newest", "marketing") == [3, 1]


def test_start_rises_and_unknown_is_last(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    assert order(index, "start") == [6, 2, 1, 4, 3, 5]
    assert order(index, "start", offset=2, limit=2) == [1, 4]


def test_titles_without_case_accents_or_quotes_then_chinese_by_sound(index: Index) -> None:
    titles = ["zebra", "Écommerce", "apple", "“Banana”", "10 steps", "重庆", "北京", "安徽", "Apple pie", "電商", "东京", ""]
    index.apply([Document(id=id, version=1, title=title) for id, title in enumerate(titles, 1)], ())
    by_title = [titles[id - 1] for id in order(index, "title")]
    assert by_title == ["", "10 steps", "apple", "Apple pie", "“Banana”", "Écommerce", "zebra", "安徽", "北京", "電商", "东京", "重庆"]
    assert [titles[id - 1] for id in order(index, "title", offset=3, limit=4)] == by_title[3:7]


def test_the_best_rated_and_the_most_used_first_and_unrated_last(index: Index) -> None:
    numbers = [{"rating": 4100, "adoptions": 1}, {}, {"rating": 4600}, {"rating": 4100, "adoptions": 12}, {"rating": -1, "adoptions": 3}]
    index.apply([Document(id=id, version=1, title="One", numbers=found) for id, found in enumerate(numbers, 1)], ())
    assert order(index, "rating") == [3, 1, 4, 2, 5]
    assert order(index, "adopted") == [4, 5, 1, 2, 3]
    assert order(index, "rating", offset=1, limit=2) == [1, 4]


def test_an_unknown_sort_is_relevance(index: Index, documents: tuple[Document, ...]) -> None:
    index.apply(documents, ())
    assert order(index, "nonsense", "marketing") == order(index, "relevance", "marketing")
