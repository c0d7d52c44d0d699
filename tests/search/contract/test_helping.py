"""Type-ahead, similar documents, did you mean."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Completion, Document
from search.index import Index
from search.opening import open_index
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
        ("ecommerce mark", Completion(text="E-commerce marketing basics", kind="title", id=1)),
        ("commerce marketing b", Completion(text="E-commerce marketing basics", kind="title", id=1)),
        ("marketing basics", Completion(text="E-commerce marketing basics", kind="title", id=1)),
        ("e-commerce marketing basics", Completion(text="E-commerce marketing basics", kind="title", id=1)),
        ("跨境 电商 直", Completion(text="跨境电商直播运营", kind="title", id=2)),
        ("kuajing", Completion(text="跨境电商直播运营", kind="title", id=2)),
        ("dianshangzhi", Completion(text="跨境电商直播运营", kind="title", id=2)),
        ("kjds", Completion(text="跨境电商直播运营", kind="title", id=2)),
        ("zbyy", Completion(text="跨境电商直播运营", kind="title", id=2)),
        ("dianzi shangwu", Completion(text="电子商务", kind="keyword")),
        ("dzsw", Completion(text="电子商务", kind="keyword")),
        ("shangwu", Completion(text="电子商务", kind="keyword")),
        ("qinghua", Completion(text="清华大学", kind="institution")),
        ("daxue", Completion(text="清华大学", kind="institution")),
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


def test_pinyin_goes_by_words_and_comes_after_words(index: Index) -> None:
    texts = ("重庆的会计", "Kuaiji for beginners", "重要的设计")
    index.apply([Document(id=id, version=1, title=title) for id, title in enumerate(texts, 1)], ())
    assert [made.text for made in index.complete("chongqing")] == ["重庆的会计"]
    assert [made.text for made in index.complete("kuaiji")] == ["Kuaiji for beginners", "重庆的会计"]
    assert [made.text for made in index.complete("zhongyao")] == ["重要的设计"]
    assert index.complete("ongqing") == index.complete("hongqing") == ()


def test_what_begins_a_text_comes_first_then_what_is_frequent(index: Index) -> None:
    words = ["art history"] * 1 + ["history of art"] * 2 + ["art"] * 3
    index.apply([Document(id=id, version=1, title=f"x{id}", keywords=(word,)) for id, word in enumerate(words, 1)], ())
    assert [made.text for made in index.complete("art")] == ["art", "art history", "history of art"]
    index.apply((), [4, 5, 6])
    assert [made.text for made in index.complete("art")] == ["art history", "history of art"]


def test_titles_that_begin_so_come_first_and_the_weightier_before(index: Index) -> None:
    titles = {1: "The art of selling", 2: "Art", 3: "Art of pricing", 4: "ART"}
    complete = {"completeness": 1.0}
    index.apply([Document(id=id, version=1, title=title, signals=complete if id == 3 else {}) for id, title in titles.items()], ())
    assert [made.id for made in index.complete("art")] == [3, 2, 1]


def test_an_alternative_title_is_not_completed_as_the_title(index: Index) -> None:
    index.apply([Document(id=1, version=1, title="Selling", alternative_titles=("Pricing goods",))], ())
    assert index.complete("pric") == index.complete("pricing goo") == ()


PARTS = (
    "market",
    "marketing",
    "e-commerce",
    "data",
    "电商",
    "直播",
    "数据 分析",
    "C++",
    "of",
    "the",
    "Café",
    "O2O",
    "-title:x",
    '"OR"',
    "AND",
    "& A/B",
    "-x",
    "－直播",
    "（进阶）",
    "R&D: part 1",
    "mar\u200bket",
)


def _catalogue(seed: int) -> list[Document]:
    rng = random.Random(seed)
    return [
        Document(
            id=id,
            version=1,
            title=" ".join(rng.choices(PARTS, k=rng.randint(1, 4))),
            keywords=tuple(" ".join(rng.choices(PARTS, k=rng.randint(1, 3))) for _ in range(rng.randint(0, 2))),
            facets={"provider": (rng.choice(PARTS),), "institution": (" ".join(rng.choices(PARTS, k=2)),)},
        )
        for id in range(1, 13)
    ]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.text("abcdemort电商直播数据 -+'.", min_size=1, max_size=12) | st.sampled_from([*PARTS, "kuaj", "shuju", "zb", "ds"]),
)
def test_whatever_is_completed_is_found(seed: int, typed: str) -> None:
    index = open_index("memory:")
    index.apply(_catalogue(seed), ())
    index.apply((), range(1, 13, 3))
    titles = {document.id: document.title for document in _catalogue(seed) if document.id % 3 != 1}
    for made in index.complete(typed, limit=20):
        if made.kind == "keyword":
            assert index.find(parse(made.text)).total, made
        elif made.kind == "title":
            assert titles[made.id or 0] == made.text
        else:
            assert index.find(parse("", filters={made.kind: (made.text,)})).total, made


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(["market", "e-commerce", "ecommerce", "data", "电商", "直播", "数据分析", "cafe", "o2o"]),
    st.integers(1, 9),
    st.booleans(),
)
def test_every_title_with_a_word_that_begins_so_is_completed(seed: int, word: str, size: int, parted: bool) -> None:
    rng, typed = random.Random(seed), word[:size]
    if parted:
        typed = f"{rng.choice(('data', 'the', '电商'))} {typed}"
    titles = {id: " ".join([*rng.choices(PARTS[:12], k=rng.randint(0, 3)), *([typed + "x"] * (id % 2))]) or "y" for id in range(1, 9)}
    index = open_index("memory:")
    index.apply([Document(id=id, version=1, title=title) for id, title in titles.items()], ())
    found = {made.text.casefold() for made in index.complete(typed, limit=50) if made.kind == "title"}
    assert {titles[id].casefold() for id in titles if id % 2} <= found


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
        ("跨镜点商", "跨境电商"),
        ("垮境电商", "跨境电商"),
        ("清化大学", "清华大学"),
        ("kuajing dianshang", "跨境电商"),
        ("dianzishangwu", "电子商务"),
        ("digitalmarketing", "digital marketing"),
        ("market ing", "marketing"),
        ("log istics wharehouses", "logistics warehouses"),
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


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 5),
    st.text('abcdeimnrst电商直播数居剧据 -:"*()', max_size=14)
    | st.sampled_from(["markting dta", "电伤直播", "dianshangzhibo", "da ta", "marketingdata"]),
)
def test_what_is_suggested_finds_more(seed: int, typed: str) -> None:
    index = open_index("memory:")
    index.apply(_catalogue(seed), ())
    hits = index.find(parse(typed))
    if hits.suggestion is not None:
        assert index.find(parse(hits.suggestion)).total > hits.total
