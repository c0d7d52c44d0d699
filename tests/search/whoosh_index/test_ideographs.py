"""Chinese that is probably meant."""

from __future__ import annotations

import pytest

from search.document import Document
from search.opening import open_index
from search.whoosh_index.engine import WhooshIndex
from search.whoosh_index.ideographs import meant, missing, spelt
from search.whoosh_index.snapshot import Snapshot

TITLES = ["人工智能导论"] * 4 + ["手工只有人", "只能", "工只", "数据分析", "跨境电商", "第一课", "eBay电商", "商店"]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    index = open_index("memory:")
    assert isinstance(index, WhooshIndex)
    for id, title in enumerate(TITLES, 1):
        index.apply([Document(id=id, version=1, title=title)], ())
    return index.snapshot()


def test_pairs_that_no_text_has(snapshot: Snapshot) -> None:
    assert missing(snapshot, "跨境电商") == []
    assert missing(snapshot, "跨镜电商") == [0, 1]
    assert missing(snapshot, "课") == missing(snapshot, "") == []


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("跨镜电商", "跨境电商"),
        ("跨镜点商", "跨境电商"),
        ("数句分析", "数据分析"),
        ("数据分西", "数据分析"),
        ("数据分啊", "数据分析"),
        ("啊据分析", "数据分析"),
        ("书局芬西", "书局芬西"),  # all of it is wrong: it may be right
        ("电商", "电商"),
        ("龘龘", "龘龘"),
    ],
)
def test_what_is_meant(snapshot: Snapshot, typed: str, expected: str) -> None:
    assert meant(snapshot, typed, lost=False) == expected


def test_pairs_that_texts_have_are_doubted_only_in_a_query_that_finds_nothing(snapshot: Snapshot) -> None:
    assert meant(snapshot, "人工只能", lost=False) == "人工只能"
    assert meant(snapshot, "跨境" * 9, lost=True) == "跨境" * 9


def test_pinyin_stands_for_what_texts_have(snapshot: Snapshot) -> None:
    assert spelt(snapshot, "kuajingdianshang") == "跨境电商"
    assert spelt(snapshot, "rengongzhineng") == "人工智能"
    assert spelt(snapshot, "market") is None
    assert spelt(snapshot, "zhuangzhuang") is None
    assert spelt(snapshot, "ke") is None
