"""Pinyin without a dictionary: common characters by their place in GB 2312, words that say it otherwise by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.services.romanising import CODES, syllables


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("跨境电商", "kua jing dian shang"),
        ("旅游", "lv you"),
        ("女装策略", "nv zhuang ce lve"),
        ("银行与用户增长", "yin hang yu yong hu zeng zhang"),
        ("哔哩哔哩", "bi li bi li"),
        ("饿了么", "e le me"),
        ("B2B电商", "B 2 B dian shang"),
        ("阿座", "a zuo"),
    ],
)
def test_how_it_is_said(text: str, said: str) -> None:
    assert " ".join(syllables(text)) == said


def test_the_table_is_in_order() -> None:
    assert sorted(CODES) == CODES and len(set(CODES)) == len(CODES)


@given(st.text(max_size=40))
def test_every_character_has_one_syllable(text: str) -> None:
    assert len(list(syllables(text))) == len(text)
