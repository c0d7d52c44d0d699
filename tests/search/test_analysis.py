"""Words of a text, by script."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.analysis import GAP, analyse, asked, fold, inflected, positions, stem, tokens


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Live Commerce", {"live", "commerce"}),
        ("e-commerce", {"e", "commerce", "ecommerce"}),
        ("e commerce", {"e", "commerce", "ecommerce"}),
        ("eCommerce", {"ecommerce"}),
        ("C++ and C#", {"c++", "and", "c#"}),
        ("O2O, B2B2C; 5G", {"o2o", "b2b2c", "5g"}),
        ("node.js", {"node", "js", "nodejs"}),
        ("women's", {"women"}),
        ("R&D", {"r", "d", "rd"}),
        ("Notepad++", {"notepad", "notepad++"}),
        ("Café ÜBER ﬁne", {"cafe", "uber", "fine"}),
        ("ＷｅＣｈａｔ", {"wechat"}),
        ("電子商務", {"电", "子", "商", "务", "电子", "子商", "商务"}),
        ("用Python做", {"用", "python", "做"}),
        ("かな", {"か", "な", "かな"}),
        ("한국", {"한", "국", "한국"}),
        ("Электронная коммерция", {"электронная", "коммерция"}),
        ("التجارة الإلكترونية", {"التجارة", "الإلكترونية"}),
        ("a_b", {"a", "b"}),
        ("a-b-c-d-e-f", set("abcdef")),
        ("", set()),
        ("—!?", set()),
    ],
)
def test_terms(text: str, terms: set[str]) -> None:
    assert set(analyse(text)[1]) == terms


def test_stems_stand_beside_exact_forms_and_names_are_left_alone() -> None:
    assert stem("marketing") == stem("markets") == "market"
    assert inflected("marketing") == "~market"
    assert inflected("market") is None
    assert stem("aws") == "aws"
    assert stem("直播") == "直播"
    assert stem("c++") == "c++"


def test_positions_are_words_or_single_ideographs_and_gaps_part_texts() -> None:
    assert positions("Live直播 e-commerce") == ["live", "直", "播", "e", "commerce"]
    assert positions(f"a {GAP} b") == ["a", "", "b"]
    assert analyse(f"e {GAP} commerce")[1] == ["e", "commerce"]


def test_a_long_run_is_asked_for_word_by_word() -> None:
    assert [part.terms for part in asked("电子商务")] == [("电子",), ("子商",), ("商务",)]
    terms = {part.terms[0] for part in asked("跨境电商直播运营")}
    assert {"跨境", "电商", "直播", "运营"} <= terms
    assert "商直" not in terms


@settings(max_examples=100, deadline=None)
@given(text=st.text())
def test_any_text_has_tokens_at_true_places(text: str) -> None:
    found = tokens(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    exact, terms = analyse(text)
    assert [word for word in exact if word] == terms[: len([word for word in exact if word])]
    assert fold(fold(text)) == fold(text) or not text.isascii()


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet="ab éÉ商務电-+'. OoＡ", max_size=30))
def test_a_document_made_of_the_query_has_all_that_is_asked_for(text: str) -> None:
    terms = set(analyse(text)[1])
    for part in asked(text):
        assert set(part.terms) <= terms or part.joined in terms
