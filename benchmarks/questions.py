"""What the search benchmark asks: words of titles that are in every size of the catalogue, so that there is something to find."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from search.analysis import STOP_WORDS
from search.document import Document

COMMON = (
    "data", "management", "introduction", "business", "learn", "design", "marketing", "development",
    "管理", "设计", "技术", "学习", "数据", "课程", "基础", "分析",
)  # fmt: skip
COMMON_PHRASES = [
    '"introduction to"',
    '"data science"',
    '"machine learning"',
    '"for beginners"',
    '"the complete"',
    '"大学英语"',
    '"数据分析"',
    '"课程设计"',
]


def english(documents: Sequence[Document], many: int) -> list[str]:
    """One to three words of a title."""
    rng = random.Random(42)
    titles = [document.title for document in documents if document.language.startswith("en")]
    return _filled(many, lambda: _words(rng, rng.choice(titles)))


def chinese(documents: Sequence[Document], many: int) -> list[str]:
    """Two to six characters of a title."""
    rng = random.Random(43)
    titles = [document.title for document in documents if document.language.startswith("zh")]
    return _filled(many, lambda: _characters(rng, rng.choice(titles)))


def phrases(documents: Sequence[Document], many: int) -> list[str]:
    """The first three words of a title, or four of its characters."""
    rng = random.Random(44)
    return [_phrase(document.title) for document in rng.sample(documents, many)]


def prefixes(documents: Sequence[Document], many: int) -> list[str]:
    """Two to four letters of a title's first word."""
    rng = random.Random(45)
    words = [document.title.split()[0] for document in documents if document.title[:4].isascii() and document.title[:4].isalpha()]
    return [f"{word[: rng.randint(2, 4)]}*" for word in rng.sample(words, many)]


def misspelt(documents: Sequence[Document], many: int) -> list[str]:
    """The longest word of a title without one of its letters."""
    rng = random.Random(46)
    return [_misspelt(rng, document.title) for document in rng.sample(documents, many)]


def beginnings(documents: Sequence[Document], many: int) -> list[str]:
    """What the type-ahead hears: one to eight characters of a title."""
    rng = random.Random(47)
    return [document.title[: rng.randint(1, 8)] for document in rng.sample(documents, many)]


def mixed(documents: Sequence[Document], many: int) -> list[str]:
    """Some of everything."""
    fifth = many // 5
    kinds = (english, chinese, phrases, prefixes, misspelt)
    asked = [query for kind in kinds for query in kind(documents, fifth)]
    random.Random(48).shuffle(asked)
    return asked


def _filled(many: int, make: Callable[[], str]) -> list[str]:
    found: list[str] = []
    while len(found) < many:
        if made := make():
            found.append(made)
    return found


def _words(rng: random.Random, title: str) -> str:
    words = [word for word in re.findall(r"[A-Za-z]{2,}", title) if word.lower() not in STOP_WORDS and word not in ("OR", "AND", "NOT")]
    return " ".join(rng.sample(words, min(len(words), rng.randint(1, 3))))


def _characters(rng: random.Random, title: str) -> str:
    runs = re.findall(r"[\u4e00-\u9fff]{2,}", title)
    if not runs:
        return ""
    run = rng.choice(runs)
    size = rng.randint(2, 6)
    start = rng.randint(0, max(0, len(run) - size))
    return str(run[start : start + size])


def _phrase(title: str) -> str:
    words = title.replace('"', " ").split()
    return f'"{" ".join(words[:3]) if len(words) > 1 else words[0][:4]}"' if words else '"data"'


def _misspelt(rng: random.Random, title: str) -> str:
    word = max(title.split(), key=len)
    at = rng.randrange(len(word))
    return word[:at] + word[at + 1 :]
