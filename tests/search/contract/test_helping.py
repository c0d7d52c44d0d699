"""Type-ahead, similar documents, did you mean."""

from __future__ import annotations

import pytest

from search.document import Completion, Document
from search.index import Index
from search.query import parse


@pytest.fixture
def filled(index: Index, documents: tuple[Document, ...]) -> Index:
    index.apply(documents, ())
    return index


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("mark", Completion(text="E-commerce marketing basics", kind="title", id=1)),
        ("Market res", Completion(text="Market research methods", kind="title", id=3)),
        ("ecomm", Completion(text="E-commerce marketing basics", kind="title", id=1)),
        ("e-comm", Completion(text="E-commerce marketing basics", kind="title", id=1)),
        ("digi", Completion(text="digital marketing", kind="keyword")),
        ("SE", Completion(text="SEO", kind="keyword")),
        ("chain", Completion(text="supply chain", kind="keyword")),
        ("future", Completion(text="FutureLearn", kind="provider")),
        ("open", Completion(text="Open University", kind="institution")),
        ("univ", Completion(text="Open University", kind="institution")),
        ("清", Completion(text="清华大学", kind="institution")),
        ("电商", Completion(text="跨境电商直播运营", kind="title", id=2)),
        ("播运", Completion(text="跨境电商直播运营", kind="title", id=2)),
        ("电子", Completion(text="电子商务", kind="keyword")),
        ("電子商務", Completion(text="網路行銷與電子商務", kind="title", id=5)),
        ("cafe", Completion(text="Café management: naïve pricing", kind="title", id=6)),
    ],
)
def test_completing_any_word(filled: Index, typed: str, expected: Completion) -> None:
    assert expected in filled.complete(typed)


def test_completing_within_the_limit_and_without_doubles(filled: Index) -> None:
    for typed in ("m", "c", "a", "电"):
        for limit in (0, 1, 3, 8):
            found = filled.complete(typed, limit=limit)
            assert len(found) <= limit
            assert len({made.text.casefold() for made in found}) == len(found)
    assert filled.complete("") == filled.complete("!!!") == filled.complete("arketing") == ()


def test_what_is_gone_is_not_completed(filled: Index) -> None:
    filled.apply((), [4])
    assert filled.complete("supply") == filled.complete("edx") == filled.complete("logis") == ()


def test_similar_documents_share_telling_words(index: Index) -> None:
    index.apply(
        [
            Document(id=1, version=1, title="Python for data analysis", keywords=("python", "pandas")),
            Document(id=2, version=1, title="Data analysis with Python and pandas"),
            Document(id=3, version=1, title="Cooking for beginners"),
            Document(id=4, version=1, title="Advanced Python"),
            Document(id=5, version=1, title="数据分析与可视化", keywords=("数据分析",)),
            Document(id=6, version=1, title="商业数据分析"),
        ],
        (),
    )
    assert index.similar(1)[:2] == (2, 4)
    assert index.similar(5)[0] == 6
    assert 1 not in index.similar(1)
    assert index.similar(99) == ()
    assert len(index.similar(1, limit=1)) == 1
    index.apply((), [2])
    assert index.similar(1)[0] == 4
    assert index.similar(2) == ()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("markting", "marketing"),
        ("digtal marketing", "digital marketing"),
        ("statistcs -zebra", "statistics -zebra"),
        ("warehuoses", "warehouses"),
        ("title:reserch", "title:research"),
        ("电子尚务", "电子商务"),
        ("supply zebra", "supply"),
        ("supply zebra quagga", "supply"),
        ("电商课程推荐", "电商 课程"),
    ],
)
def test_did_you_mean(filled: Index, typed: str, expected: str) -> None:
    hits = filled.find(parse(typed))
    assert hits.suggestion == expected
    assert filled.find(parse(expected)).total > hits.total


def test_no_suggestion_where_enough_is_found_or_nothing_is_near(index: Index) -> None:
    index.apply([Document(id=id, version=1, title="Marketing") for id in range(1, 9)], ())
    assert index.find(parse("marketing")).suggestion is None
    assert index.find(parse("qqqqqqqq")).suggestion is None
    assert index.find(parse('"marketing marketing"')).suggestion is None


def test_a_precise_query_is_not_doubted(filled: Index) -> None:
    for typed in ("market research methods", "logistics warehouses", "直播 物流", "statistics OR logistics"):
        hits = filled.find(parse(typed))
        assert hits.total in (1, 2)
        assert hits.suggestion is None
    assert filled.find(parse("logistics OR statistcs")).suggestion == "logistics OR statistics"


def test_a_suggestion_respects_the_filters(filled: Index) -> None:
    assert filled.find(parse("markting", filters={"type": ("video",)})).suggestion is None
