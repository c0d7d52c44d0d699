"""Pinyin of Chinese words, for the type-ahead. At index time alone: the dictionary takes 40 MB, which no reader needs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from search.analysis import cut

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
LONGEST = 6  # characters of a phrase
MAX_RUN = 40  # characters of a run that are pronounced
MAX_SPELT, MAX_INITIALS = 20, 8  # letters


def spellings(text: str) -> Iterator[tuple[int, str, str]]:
    """From each word of each Chinese run of a folded text to the run's end: where it begins, its pinyin, its initials; cut to bounds."""
    if text.isascii():
        return
    for run in HAN.finditer(text):
        syllables: list[str] = []
        begins: list[tuple[int, int]] = []  # in the text, among the syllables
        at = run.start()
        for word in cut(run[0][:MAX_RUN]):
            spelt = _pinyin(word)
            inner = range(2, len(word) - 1, 2) if len(spelt) == len(word) else ()  # 清华大学 is one word, and two
            begins.extend((at + step, len(syllables) + step) for step in (0, *inner))
            syllables.extend(spelt)
            at += len(word)
        for begin, first in begins:
            following = syllables[first : first + MAX_INITIALS]
            if following:
                yield begin, "".join(following)[:MAX_SPELT], "".join([syllable[0] for syllable in following])


@lru_cache(maxsize=20_000)
def _pinyin(word: str) -> tuple[str, ...]:
    """Syllables without tones; by the longest known phrase, for 重 is chong in 重庆. Straight from the tables: ten times as fast."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT  # at the first Chinese document, not at the start

    syllables: list[str] = []
    at = 0
    while at < len(word):
        size = next((size for size in range(min(LONGEST, len(word) - at), 1, -1) if word[at : at + size] in PHRASES_DICT), 1)
        if size > 1:
            syllables.extend(readings[0] for readings in PHRASES_DICT[word[at : at + size]])
        else:
            syllables.append(PINYIN_DICT.get(ord(word[at]), "").partition(",")[0])
        at += size
    return tuple(plain for syllable in syllables if (plain := _plain(syllable)).isalpha())


@lru_cache(maxsize=2_000)
def _plain(syllable: str) -> str:
    """Without its tone; ü is v, as it is typed."""
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in letters if letter.isascii())
