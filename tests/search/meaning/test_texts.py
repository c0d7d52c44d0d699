"""What is read by the language model."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from search.meaning.texts import PASSAGE, fingerprint, passage_of, plain

ANY = st.text(st.characters(codec=None, categories=None), max_size=500)


@given(ANY, st.integers(1, 300))
def test_any_text_becomes_a_short_clean_one(text: str, most: int) -> None:
    made = plain(text, most)
    assert len(made) <= most and made == made.strip() and made == plain(made, most)
    assert made.encode("utf-8").isascii() or unicodedata.is_normalized("NFKC", made)
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in made)


def test_a_character_that_grows_is_grown_before_it_is_cut() -> None:
    assert plain("\ufdfa" * 200, 200) == (unicodedata.normalize("NFKC", "\ufdfa") * 200)[:200].strip()


@given(ANY, st.lists(ANY, max_size=5))
def test_a_passage_is_bounded(title: str, keywords: list[str]) -> None:
    assert len(passage_of(title, keywords)) <= PASSAGE


def test_a_passage_is_the_title_and_two_subjects_that_say_more() -> None:
    assert passage_of("  Live\ncommerce ", ["live commerce", "", "SEO", "seo", "电商", "prices"]) == "Live commerce. SEO. 电商"
    assert passage_of("", ["SEO"]) == "SEO" and passage_of("Title", ()) == "Title" and passage_of("", ()) == ""


@given(ANY)
def test_a_fingerprint_is_64_bits_and_tells_texts_apart(text: str) -> None:
    assert 0 < fingerprint(text) < 2**64 and fingerprint(text) == fingerprint(text) != fingerprint(text + "x")
