"""Words of a text, by script and not by declared language: texts mix them. The same at index and at query time (docs/search.md)."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import opencc
import snowballstemmer

MAX_WORD = 40
MAX_PARTS = 4  # e-commerce is also ecommerce; a longer chain is only its parts
SCRIPTS_WITHOUT_BLANKS = (
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\U00020000-\U0003134f"
)
BLOCK = 1_024
HAN_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
GAP = "\x1f"  # between texts that are analysed in one go: no phrase crosses it
LETTER = f"[^\\W_{SCRIPTS_WITHOUT_BLANKS}]"
TOKEN = re.compile(f"(?P<run>[{SCRIPTS_WITHOUT_BLANKS}]+)|(?P<word>{LETTER}+(?:[-'’.&+·]{LETTER}+)*)(?P<suffix>\\+\\+|#)?|(?P<gap>{GAP})")
CONNECTOR = re.compile(r"[-'’.&+·]")
STOP_WORDS = frozenset(
    "a an and are as at be by for from has how in is it its of on or our that the their this to was we what will with you your".split()  # noqa: SIM905
)
NAMES = (  # and abbreviations, that only look like inflected words
    "alibaba aliexpress amazon aws bytedance cms css dns ebay erp etsy facebook gis google ios jd kuaishou lazada lms os paas pinduoduo"
    " pos prestashop saas sas sem seo shein shopee shopify sms taobao tencent tiktok tmall walmart wechat weibo woocommerce xiaohongshu"
)
PROTECTED = frozenset(NAMES.split())
STEMS: dict[str, str] = {}
LONG_RUN = 4
HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
WHOLE = "="  # before a word of the dictionary, to tell it from two characters that happen to stand side by side
STOP_CHARACTERS = frozenset("的了和与及在是")
MAX_STEMS = 50_000
_STEMMER = snowballstemmer.stemmer("english")
_STEMMING = threading.Lock()


class Token(NamedTuple):
    """One position of a text: an exact word or one ideograph, and where it stands in the text given."""

    text: str
    start: int
    end: int
    ideograph: bool


class _Folding(dict[int, str]):
    """One character -> itself in lower case, without Latin accents, half-width, simplified. Filled as characters are met."""

    def __missing__(self, code: int) -> str:
        plain = unicodedata.normalize("NFKC", chr(code)).casefold()
        folded = "".join(_bare(character) for character in plain)
        self[code] = folded
        return folded


def _bare(character: str) -> str:
    if unicodedata.combining(character) and "\u0300" <= character <= "\u036f":
        return ""
    first = unicodedata.normalize("NFD", character)[0]
    return first if "a" <= first <= "z" else _simplified().get(character, character)


@cache
def _simplified() -> dict[str, str]:
    """Traditional -> simplified by OpenCC, character by character: one form for a character wherever it stands."""
    converter = opencc.OpenCC("t2s")
    found: dict[str, str] = {}
    for begin, end in HAN_RANGES:
        for block in range(begin, end, BLOCK):  # all at once would leave 10 MB behind in every process
            characters = [chr(code) for code in range(block, min(block + BLOCK, end))]
            simple = converter.convert("\n".join(characters)).split("\n")
            found.update((old, new) for old, new in zip(characters, simple, strict=True) if old != new)
    return found


_FOLDING = _Folding()


def fold(text: str) -> str:
    """A text as it is compared: NFKC, no case, no accents on Latin letters, simplified characters."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFC", text).translate(_FOLDING)


def stem(word: str) -> str:
    """The Snowball (Porter 2) stem of an English-looking word; any other word is its own stem."""
    found = STEMS.get(word)
    if found is None:
        found = _stem(word)
        if len(STEMS) >= MAX_STEMS:
            STEMS.clear()
        STEMS[word] = found
    return found


def _stem(word: str) -> str:
    if len(word) < 3 or word in PROTECTED or not (word.isascii() and word.isalpha()):
        return word
    with _STEMMING:  # the stemmer keeps its word in itself
        return str(_STEMMER.stemWord(word))


def positions(text: str) -> list[str]:
    """The words of a text one after the other, exact: what phrases are looked for in. An ideograph is a position of its own."""
    return analyse(text)[0]


def analyse(text: str) -> tuple[list[str], list[str]]:
    """Positions, and terms: exact words, joined compounds, ideographs with their bigrams. No stems (see `inflected`)."""
    exact: list[str] = []
    extra: list[str] = []
    single = ""  # the letter just before, in "e commerce"
    for match in TOKEN.finditer(fold(text)):
        run, word, suffix, gap = match.groups()
        if run:
            exact.extend(run)
            extra.extend(map("".join, pairwise(run)))
            single = ""
            continue
        if gap:
            exact.append("")
            single = ""
            continue
        parts = _parts(word, suffix)
        if single and len(parts) == 1 and len(word) > 2:
            extra.append(single + word[:MAX_WORD])
        exact.extend(parts)
        extra.extend(_joined(word, parts, suffix))
        single = word if len(word) == 1 and not suffix and word.isalpha() else ""
    return exact, [term for term in exact if term] + extra


def _parts(word: str, suffix: str | None) -> list[str]:
    if suffix and len(word) <= 2:
        return [word + suffix]  # C++, C#, F#: not the letter
    if word.isalnum():
        return [word[:MAX_WORD]]
    return [part[:MAX_WORD] for part in CONNECTOR.split(word) if part != "s"] or ["s"]


def _joined(word: str, parts: list[str], suffix: str | None) -> list[str]:
    if 1 < len(parts) <= MAX_PARTS:
        return ["".join(parts)[:MAX_WORD]]
    return [word[:MAX_WORD] + suffix] if suffix and len(word) > 2 else []


def inflected(word: str) -> str | None:
    """The term under which an inflected form is found by its relatives, or None when the word is its own stem."""
    root = stem(word)
    return None if root == word else "~" + root


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a typed word asks for: `joined` (e-commerce as ecommerce) or else every one of `terms`."""

    terms: tuple[str, ...]
    joined: str | None = None


def asked(text: str) -> list[Asked]:
    """What a typed word must find: words as they are, runs of ideographs by their bigrams (a long run word by word)."""
    found: list[Asked] = []
    for match in TOKEN.finditer(fold(text)):
        run, word, suffix, _ = match.groups()
        if run:
            found.extend(Asked((term,)) for term in run_terms(run))
        elif word:
            parts = _parts(word, suffix)
            joined = _joined(word, parts, suffix)
            found.append(Asked((joined[0],)) if suffix and joined else Asked(tuple(parts), joined[0] if joined else None))
    return found


def cut(run: str) -> list[str]:
    """The words of a run of Chinese characters, by dictionary."""
    import rjieba  # 33 MB and a tenth of a second, when Chinese is first met

    return list(rjieba.cut(run))


@cache
def _trade() -> re.Pattern[str]:
    """The words of the trade, longest first; parted by their first character, so that most places fail at once."""
    rests: dict[str, list[str]] = {}
    for word in sorted((Path(__file__).parent / "words_zh.txt").read_text("utf-8").split(), key=len, reverse=True):
        rests.setdefault(word[0], []).append(word[1:])
    return re.compile("|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in rests.items()))


def whole_words(text: str) -> list[str]:
    """Terms for the words that a text's Chinese is made of: those of the dictionary, and those of the trade, which may hold several.

    For the order of what is found, never for whether it is.
    """
    if text.isascii():
        return []
    found: list[str] = []
    for run in HAN_RUN.findall(fold(text)):
        words = [word for word in cut(run) if len(word) > 1]
        found += words
        found += [word for word in _trade().findall(run) if word not in words]
    return [WHOLE + word[:MAX_WORD] for word in found]


def run_terms(run: str) -> list[str]:
    """Bigrams of a run; in a long run, which is rarely one word, only those within its words."""
    words = [run] if len(run) <= LONG_RUN else [word for word in cut(run) if word not in STOP_CHARACTERS]
    terms = [term for word in words or [run] for term in (map("".join, pairwise(word)) if len(word) > 1 else (word,))]
    return list(dict.fromkeys(terms))


def tokens(text: str) -> list[Token]:
    """Positions with their places in the text as given, for marking. Folded word by word, so places stay true."""
    found: list[Token] = []
    lower = text.lower() if text.isascii() else ""
    for match in TOKEN.finditer(text):
        begin, end = match.span()
        run, word, suffix, _ = match.groups()
        if run:
            found.extend(Token(fold(text[at]), at, at + 1, True) for at in range(begin, end))
        elif word and not suffix and word.isalnum():
            found.append(Token((lower[begin:end] or fold(word))[:MAX_WORD], begin, end, False))
        elif word:
            for start, stop in _spans(word, suffix):
                found.append(Token(fold(text[begin + start : begin + stop])[:MAX_WORD], begin + start, begin + stop, False))
    return found


def _spans(word: str, suffix: str | None) -> list[tuple[int, int]]:
    if suffix and len(word) <= 2:
        return [(0, len(word) + len(suffix))]
    spans, start = [], 0
    for match in CONNECTOR.finditer(word):
        spans.append((start, match.start()))
        start = match.end()
    return [*spans, (start, len(word))]
