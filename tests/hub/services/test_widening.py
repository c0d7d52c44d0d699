"""What is added to a typed query: which labels, where, how many; and that nothing typed is lost by it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.glossing import Gloss, Glosses, glosses, words
from hub.services.widening import MOST_ADDED, MOST_OTHERS, Added, leaves, widen
from search.query import MAX_CLAUSES, Both, Either, Node, Not, Phrase, Widened, Word, parse
from search.tuning import Tuning


def gloss(
    notation: str,
    language: str,
    text: str,
    *,
    preferred: bool = False,
    doubtful: bool = False,
    everyday: bool = False,
    scheme: str = "topic",
) -> Gloss:
    return Gloss(scheme, notation, language, text, preferred, doubtful, everyday, words(text))


VOCABULARY = glosses(
    [
        gloss("cross-border", "en", "Cross-border e-commerce", preferred=True),
        gloss("cross-border", "en", "cross-border trade"),
        gloss("cross-border", "zh-Hans", "跨境电子商务", preferred=True),
        gloss("cross-border", "zh-Hans", "跨境电商"),
        gloss("logistics", "en", "Logistics", preferred=True),
        gloss("logistics", "en", "logistics management"),
        gloss("logistics", "zh-Hans", "物流", preferred=True),
        gloss("logistics", "zh-Hans", "物流管理"),
        gloss("logistics", "en", "freight", everyday=True),
        gloss("logistics", "zh-Hans", "货运", everyday=True),
        gloss("sem", "en", "Search advertising", preferred=True),
        gloss("sem", "en", "SEM", doubtful=True),
        gloss("sem", "zh-Hans", "搜索引擎营销", preferred=True),
        gloss("sourcing", "zh-Hans", "选品", preferred=True),
        gloss("sourcing", "en", "Product sourcing", preferred=True),
        gloss("amazon", "en", "Amazon", preferred=True, doubtful=True, scheme="platform"),
        gloss("amazon", "zh-Hans", "亚马逊", preferred=True, doubtful=True, scheme="platform"),
        gloss("amazon", "en", "Amazon FBA", scheme="platform"),
        gloss("amazon", "en", "AMZN", doubtful=True, scheme="platform"),
        gloss("many", "en", "many names", preferred=True),
        *(gloss("many", "en", f"name{number} of it") for number in range(20)),
    ]
)
CROSS_BORDER = (Word("跨境电子商务"), Phrase("cross-border trade"), Word("跨境电商"))
LOGISTICS = (Word("物流"),)


def root(typed: str, **options: object) -> Node:
    return widen(parse(typed), VOCABULARY, **options).query.root  # type: ignore[arg-type]


def test_typed_words_are_one_label_whatever_their_spelling() -> None:
    for typed in ("cross border ecommerce", "Cross-Border E-Commerce", "cross border e commerce"):
        found = root(typed)
        assert isinstance(found, Widened), typed
        assert found.others == CROSS_BORDER
    assert root("logistic regression") == parse("logistic regression").root


def test_the_longest_label_wins_and_none_overlap() -> None:
    found = root("cross border trade logistics management course")
    assert isinstance(found, Both)
    first, second, last = found.parts
    assert isinstance(first, Widened) and first.part == Both((Word("cross"), Word("border"), Word("trade")))
    assert isinstance(second, Widened) and second.part == Both((Word("logistics"), Word("management")))
    assert last == Word("course")


def test_labels_in_a_long_run_of_chinese() -> None:
    found = root("跨境电商物流")
    assert isinstance(found, Both)
    assert [part.part for part in found.parts if isinstance(part, Widened)] == [Word("跨境电商"), Word("物流")]
    found = root("跨境电商的运营推广")
    assert isinstance(found, Both)
    assert found.parts[1:] == (Word("运营"), Word("推广")), "what is left is cut as the engine cuts it, without function words"
    assert root("跨境 电商") == Widened(
        Both((Word("跨境"), Word("电商"))), (Phrase("Cross-border e-commerce"), Word("跨境电子商务"), Phrase("cross-border trade"))
    )


def test_a_short_run_is_one_thing_and_a_short_label_does_not_cross_words() -> None:
    assert root("物流课程") == Word("物流课程")
    assert root("如何挑选品牌电商") == Word("如何挑选品牌电商")
    found = root("跨境电商选品技巧")
    assert isinstance(found, Both) and isinstance(found.parts[1], Widened)


def test_phrases_are_widened_whole_and_exclusions_fields_and_beginnings_never() -> None:
    assert root('"cross-border trade"') == Widened(
        Phrase("cross-border trade"), (Word("跨境电子商务"), Phrase("Cross-border e-commerce"), Word("跨境电商"))
    )
    for typed in ("-logistics", "title:logistics", "topic:logistics", "logistics*", "-(logistics OR 物流)", '"logistics course"'):
        assert root(typed) == parse(typed).root, typed


def test_an_exclusion_parts_a_row_of_words() -> None:
    assert root("cross -x border trade") == parse("cross -x border trade").root


def test_alternatives_are_widened_each() -> None:
    found = root("logistics OR 选品")
    assert isinstance(found, Either)
    assert found.parts == (Widened(Word("logistics"), LOGISTICS), Widened(Word("选品"), (Phrase("Product sourcing"),)))


def test_what_is_added_means_one_thing() -> None:
    """An ambiguous label widens; it is added only as the name of what was typed as ambiguously."""
    assert root("SEM") == Widened(Word("SEM"), (Word("搜索引擎营销"), Phrase("Search advertising")))
    assert root("search advertising") == Widened(Both((Word("search"), Word("advertising"))), (Word("搜索引擎营销"),))
    assert root("Amazon") == Widened(Word("Amazon"), (Word("亚马逊"),)), "AMZN is left out, and Amazon FBA has Amazon in it"


def test_everyday_words_stand_for_each_other_alone() -> None:
    assert root("freight") == Widened(Word("freight"), (Word("货运"),))
    assert root("货运") == Widened(Word("货运"), (Word("freight"),))
    assert root("logistics") == Widened(Word("logistics"), LOGISTICS)


def test_nothing_is_added_that_is_found_anyway() -> None:
    for part in (Word("物流"), Word("logistics")):
        found = root(part.text)
        assert isinstance(found, Widened) and len(found.others) == 1


def test_the_visitor_may_leave_out_one_concept_or_all() -> None:
    typed = parse("跨境电商 logistics")
    whole = widen(typed, VOCABULARY)
    assert [one.notation for one in whole.added] == ["cross-border", "logistics"]
    assert whole.added[1] == Added("logistics", "logistics", ("物流",))
    less = widen(typed, VOCABULARY, less=("logistics", "nonsense"))
    assert less.query.root == Both((whole.query.root.parts[0], Word("logistics")))  # type: ignore[union-attr]
    assert ([one.notation for one in less.added], [one.notation for one in less.left_out]) == (["cross-border"], ["logistics"])
    only = widen(typed, VOCABULARY, only=True)
    assert only.query == typed and not only.added and len(only.left_out) == 2
    off = widen(replace(typed, tuning=Tuning(widened=0)), VOCABULARY)
    assert off.query.root == typed.root and not off.added


def test_numbers_are_bounded() -> None:
    found = root("many names")
    assert isinstance(found, Widened) and len(found.others) == MOST_OTHERS
    whole = widen(parse(" OR ".join(["many names"] * 10 + ["logistics"] * 15)), VOCABULARY)
    assert sum(1 for _ in leaves(whole.query.root)) <= MAX_CLAUSES
    assert len(added(whole.query.root)) <= MOST_ADDED


def added(node: Node) -> list[Node]:
    """Everything that no one typed."""
    match node:
        case Both(parts) | Either(parts):
            return [one for part in parts for one in added(part)]
        case Widened(part, others):
            return [*added(part), *others]
        case _:
            return []


def typed_in(node: Node) -> str:
    """The letters of what was typed, in order."""
    match node:
        case Both(parts) | Either(parts):
            return "".join(typed_in(part) for part in parts)
        case Not(part) | Widened(part):
            return typed_in(part)
        case Word(text) | Phrase(text):
            return "".join(text.split())
        case _:
            return ""


FRAGMENTS = [
    "cross",
    "border",
    "cross-border",
    "trade",
    "logistics",
    "跨境电商",
    "物流",
    "管理",
    "选品",
    "SEM",
    "amazon",
    "OR",
    "-x",
    "(",
    ")",
    '"a b"',
    "c*",
    "b2b电商物流管理课程",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join) | st.text(max_size=60))
@pytest.mark.parametrize("vocabulary", [VOCABULARY, glosses(())], ids=["some", "empty"])
def test_what_was_typed_stays(vocabulary: Glosses, typed: str) -> None:
    parsed = parse(typed)
    found = widen(parsed, vocabulary)
    assert typed_in(found.query.root).replace("的", "") == typed_in(parsed.root).replace("的", "") or any(
        c in typed for c in "了和与及在是"
    )
    assert sum(1 for _ in leaves(found.query.root)) <= MAX_CLAUSES + 40  # a run of 100 characters is many words, as in the engine
    assert len(added(found.query.root)) <= MOST_ADDED
    assert replace(found.query, root=parsed.root) == parsed
    if not vocabulary.by_key:
        assert found.query == parsed
