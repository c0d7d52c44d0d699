"""Marks stand where the index would match."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Fragment
from search.query import Phrase, Query, Widened, Word, parse
from search.snippets import ELLIPSIS, mark, snippet


def shown(fragments: tuple[Fragment, ...]) -> str:
    return "".join(f"[{fragment.text}]" if fragment.marked else fragment.text for fragment in fragments)


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("market", "Marketing, markets & supermarkets", "[Marketing], [markets] & supermarkets"),
        ("ecommerce", "E-commerce or e commerce or eCommerce", "[E-commerce] or [e commerce] or [eCommerce]"),
        ("e-commerce", "E-commerce or ecommerce", "[E-commerce] or [ecommerce]"),
        ('"live commerce"', "live, Live Commerce, commerce", "live, [Live Commerce], commerce"),
        ("live -commerce", "live commerce", "[live] commerce"),
        ("provider:live", "live commerce", "live commerce"),
        ("title:live", "live commerce", "[live] commerce"),
        ("comm*", "commerce and community", "[commerce] and [community]"),
        ("电商", "跨境電商与电子商务", "跨境[電商]与电子商务"),
        ("商", "电商", "电[商]"),
        ("电子商务", "電子商務平台", "[電子商務]平台"),
        ("c++", "C++ is not C", "[C++] is not C"),
        ("cafe", "Le Café", "Le [Café]"),
        ("seo OR sem", "SEO/SEM", "[SEO]/[SEM]"),
        ("", "nothing", "nothing"),
        ("<b>", "<b> bold", "<[b]> bold"),
    ],
)
def test_marking(typed: str, text: str, marked: str) -> None:
    assert shown(mark(parse(typed), text)) == marked


def test_the_window_with_most_different_words_is_shown() -> None:
    text = "market " * 30 + "and other things. " * 40 + "Here the live market of commerce grows. " + "More text follows. " * 40
    made = shown(snippet(parse("live commerce market"), text, length=120))
    assert "[live] [market] of [commerce]" in made
    assert made.startswith(ELLIPSIS)
    assert made.endswith(ELLIPSIS)


def test_without_a_mark_the_text_begins() -> None:
    assert shown(snippet(parse("zebra"), "  Some\n text  ")) == "Some text"
    assert snippet(parse("zebra"), "") == ()
    made = shown(snippet(parse(""), "word " * 200, length=50))
    assert made.startswith("word")
    assert made.endswith(ELLIPSIS)


def test_a_chinese_window() -> None:
    made = shown(snippet(parse("直播 选品"), "本课程内容很多。" * 60 + "讲解直播与选品。" + "其他内容。" * 60, length=60))
    assert "[直播]与[选品]" in made


@settings(max_examples=100, deadline=None)
@given(
    typed=st.text(alphabet='ab商务 "-*:', max_size=20),
    text=st.text(alphabet="ab ab商務务 电,.-\n", max_size=400),
    length=st.integers(20, 120),
)
def test_a_snippet_is_a_piece_of_the_text_and_marks_lose_nothing(typed: str, text: str, length: int) -> None:
    query = parse(typed)
    assert "".join(fragment.text for fragment in mark(query, text)) == text
    pieces = [fragment.text for fragment in snippet(query, text, length=length) if fragment.text != ELLIPSIS]
    assert "".join(pieces) in " ".join(text.split())
    assert sum(map(len, pieces)) <= length


def test_a_hostile_text_is_bounded() -> None:
    assert mark(parse("a* b* c* " * 10), "a" * 500_000)
    assert snippet(parse('"a a a a"'), "a " * 200_000)


def test_other_names_are_marked_too() -> None:
    """What was found by another name shows it."""
    asked = Query(root=Widened(Word("物流"), (Word("logistics"), Phrase("supply chain"))))
    assert shown(mark(asked, "Logistics, 物流 and the supply chain")) == "[Logistics], [物流] and the [supply chain]"
