"""What the type-ahead looks through: a field whose terms are the beginnings that may be typed, letter of the kind first.

"T" + a title's beginning; "K", "P", "I" (keyword, provider, institution) + the words + "\\0" + the text as written. Small letters
are for what begins at a later word. "~" after the letter: pinyin, or its initials. Later words of titles need no terms here: the
titles' own words and positions find them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from search.analysis import fold, positions
from search.whoosh_index.pronouncing import spellings

MAX_TITLE, MAX_VALUE = 24, 40  # characters that are compared; what is typed beyond is held against the text
ENOUGH = 60  # characters of a title that are read for its beginning
MAX_TEXT = 100  # characters of a keyword or a name that can be offered
MAX_WORDS = 16  # of one text that may be typed first
INNER_SIGN = re.compile(r"[-'’.&+·](?<=[^\W_].)(?=[^\W_])| (?<=\b[em] )(?=[a-z]{3})")  # the sign first: most texts have none
KINDS = {"keyword": "K", "provider": "P", "institution": "I"}
TITLE, PINYIN, END = "T", "~", "\0"


def beginnings(title: str, words: list[str], values: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """The terms of one document: its title, the title's words, and the values of each of KINDS."""
    made = [TITLE + line[:MAX_TITLE] for line in _compounds(title[:ENOUGH], words[:MAX_TITLE])]
    if not title.isascii():
        for begin, *spelt in spellings(fold(title)):
            made.extend((TITLE if begin == 0 else TITLE.lower()) + PINYIN + letters for letters in spelt)
    for kind, texts in values.items():
        for text in texts:
            made.extend(_of_value(KINDS[kind], text))
    return dict.fromkeys(made, 1)


def lines(text: str) -> list[str]:
    """A text as it may be typed: its words, each after a blank; then with its compounds as one word (e-commerce, ecommerce)."""
    return list(_compounds(text, positions(text)))


def _compounds(text: str, words: list[str]) -> Iterator[str]:
    yield " ".join(filter(None, words))
    joined, changes = INNER_SIGN.subn("", fold(text))
    if changes:
        yield " ".join(filter(None, positions(joined)))


@lru_cache(maxsize=20_000)
def _of_value(letter: str, text: str) -> tuple[str, ...]:
    if len(text) > MAX_TEXT:
        return ()
    made: list[str] = []
    for line in lines(text):
        words = line.split(" ", MAX_WORDS)
        for at in range(min(len(words), MAX_WORDS)):
            made.append((letter.lower() if at else letter) + " ".join(words[at:])[:MAX_VALUE])
    for begin, *spelt in spellings(fold(text)):
        made.extend((letter.lower() if begin else letter) + PINYIN + letters for letters in spelt)
    return tuple(beginning + END + text for beginning in made if len(beginning) > 1)
