"""What a title says, taken apart so that two can be compared: words, numbers, and the words that make another course of it.

"Part 1" and "Part 2", I and II, 上 and 下, the second edition, 2024 and 2026: a number that only one of two titles has makes two works of
them, however alike the rest is. So do words of level, form and language (advanced, capstone, 实验, en Español).
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from rapidfuzz import fuzz

MOST = 300  # characters of a title that are compared
CJK = "\u3400-\u9fff"
SYMBOLS = (("c++", " cplusplus "), ("c#", " csharp "), ("f#", " fsharp "), (".net", " dotnet "), ("&", " and "), ("+", " plus "))
TOKENS = re.compile(rf"\d+(?:\.\d+)*|[^\W\d_{CJK}]+|[{CJK}]+")
ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
SHORT_ROMAN = re.compile(r"(?<=[^\W\d_] )(i|v|x)(?= *(?:$|[:,;)\]|–—-]))")  # "Cryptography I", not "I can code"
ORDERS = (("one", "first", "1st"), ("two", "second", "2nd"), ("three", "third", "3rd"), ("four", "fourth", "4th"))
COUNTED = {word: str(number) for number, words in enumerate(ORDERS, 1) for word in words}
COUNTING = "part|volume|vol|book|level|unit|edition|course|module|tom|tome|band|teil"
NUMBER_WORDS = re.compile(rf"\b(?:({COUNTING})\.? ({'|'.join(COUNTED)})|({'|'.join(COUNTED)}) ({COUNTING}))\b")
EDITION = re.compile(r"\b(\d+)(?:e|nd|rd|st|th)\b")
CHINESE_NUMBERS = {c: str(n) for n, c in enumerate("一二三四五六七八九十", 1)}
CHINESE_PART = re.compile(
    rf"[(\[【〔]\s*([一二三四五六七八九十上中下])[册部篇集]?\s*[)\]】〕]|第\s*([一二三四五六七八九十])\s*[版册卷部期讲季章课]"
    rf"|(?<=[{CJK}\s)\]】])([上中下])[册部篇集]?(?=\s*(?:$|[)\]】]))|(?<=[{CJK}])([一二三四五六])(?=\s*$)"
)
PART_WORDS = frozenset((*COUNTING.split("|"), "版", "第", "册", "部分", "卷"))
LIGHT = frozenset(  # words that say little
    (
        *(
            "a",
            "an",
            "and",
            "as",
            "at",
            "by",
            "for",
            "from",
            "in",
            "into",
            "is",
            "of",
            "on",
            "or",
            "the",
            "to",
            "with",
            "your",
            "how",
            "using",
        ),
        *("via", "der", "die", "das", "und", "fur", "de", "la", "el", "los", "las", "del", "y", "en", "des", "et", "le", "les", "du"),
    )
)
ARTICLES = frozenset(("a", "an", "the"))
TELLING = frozenset(  # a title that has one of these is of another work than one that has it not
    (
        *(
            "advanced",
            "intermediate",
            "capstone",
            "project",
            "projects",
            "specialization",
            "specialisation",
            "certificate",
            "exam",
            "exams",
        ),
        *("practice", "test", "tests", "lab", "labs", "workbook", "honors", "honours", "ap", "cap", "refresher", "corequisite", "career"),
        *("careers", "micro", "macro", "espanol", "francais", "deutsch", "portugues", "cplusplus", "csharp", "fsharp", "dotnet"),
    )
)
TELLING_CHINESE = re.compile(
    "进阶|高级|中级|初级|提高|精通|高阶|实验|习题|实训|考研|冲刺|真题|普通话|粤语|中文版|英文版|日本語版|漫谈|精髓|速成|竞赛|典型问题"
)
LANGUAGES = "spanish|french|german|chinese|japanese|portuguese|russian|arabic|espanol|francais|deutsch|portugues"
TELLING_PHRASES = re.compile(rf"\b(?:in|en|auf) (?:{LANGUAGES})\b")
YEAR = re.compile(r"(?:19|20)\d\d")
BILINGUAL = (
    re.compile(rf"(?P<one>.*[{CJK}][^\s{CJK}]*?[)）】》]?)\s*[|/:：–—-]*\s+(?P<other>[^{CJK}]{{8,}})"),
    re.compile(rf"(?P<one>[^{CJK}|]{{8,}}?)\s*[|/:：–—-]+\s*(?P<other>\S*[{CJK}].*)"),
    re.compile(rf"(?P<one>.*[{CJK}][^|]*?)\s*\|\s*(?P<other>[^{CJK}]{{8,}})"),
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart."""

    text: str  # as it was written
    words: Counter[str]  # in lower case, without accents; Chinese in pairs of characters
    numbers: frozenset[str]  # parts, volumes, editions, levels, codes: "2", "上"
    years: frozenset[str]
    telling: frozenset[str]  # words of level, form and language that stand in it


def normal(text: str) -> str:
    """Width, case, accents, entities and apostrophes folded; signs that are words are words."""
    folded = unicodedata.normalize("NFKD", html.unescape(text[:MOST])).casefold().replace("™", "").replace("®", "")
    plain = unicodedata.normalize("NFKC", "".join(c for c in folded if not "\u0300" <= c <= "\u036f"))
    for sign, word in SYMBOLS:
        plain = plain.replace(sign, word)
    return " ".join(re.sub(r"['’`´]", "", plain).split())


def take_apart(text: str) -> Title:
    """A title in its parts."""
    plain = normal(text)
    telling = {found.group() for found in TELLING_CHINESE.finditer(plain)} | {found.group() for found in TELLING_PHRASES.finditer(plain)}
    numbers, rest = numbered(plain)
    words: Counter[str] = Counter()
    for token in TOKENS.findall(rest):
        if token[0].isdigit():
            numbers.add(".".join(str(int(part)) for part in token[:20].split(".")))
        elif token in ROMAN:
            numbers.add(ROMAN[token])
        elif token in PART_WORDS:
            continue
        elif "\u3400" <= token[0] <= "\u9fff":
            words.update(pairs(token))
        else:
            words[token] += 1
    years = frozenset(number for number in numbers if YEAR.fullmatch(number))
    return Title(text, words, frozenset(numbers) - years, years, frozenset(telling | (TELLING & words.keys())))


def numbered(plain: str) -> tuple[set[str], str]:
    """The numbers that stand there as words or signs, and the text without them."""
    numbers: set[str] = set()

    def keep(found: re.Match[str]) -> str:
        sign = next(part for part in found.groups() if part and part not in PART_WORDS)
        numbers.add(COUNTED.get(sign) or CHINESE_NUMBERS.get(sign) or {"i": "1", "v": "5", "x": "10"}.get(sign) or sign)
        return " "

    for pattern in (NUMBER_WORDS, EDITION, SHORT_ROMAN, CHINESE_PART):
        plain = pattern.sub(keep, plain)
    return numbers, plain


def pairs(run: str) -> list[str]:
    """Chinese as pairs of characters; one character alone as itself."""
    return [run[place : place + 2] for place in range(len(run) - 1)] or [run]


def in_both_languages(text: str) -> tuple[str, ...]:
    """The two halves of a title that is written in Chinese and in another language; nothing when it is not."""
    for pattern in BILINGUAL:
        if found := pattern.fullmatch(text[:MOST].strip()):
            return found["one"].strip(), found["other"].strip()
    return ()


def weight(word: str) -> float:
    """How much a word says of a title."""
    return 0.0 if word in ARTICLES else 0.15 if word in LIGHT else 0.6 if word[0] >= "\u3400" else 1.0


def likeness(one: Title, other: Title) -> float:
    """0 .. 1: the share of both titles' words that they have in common; plurals and slips of the pen count as the same."""
    if one.words == other.words:
        return 1.0 if one.words else float(one.text == other.text)
    left, right = one.words - other.words, other.words - one.words
    common = total(one.words & other.words) + sum(near for near in nearly(left, right))
    both = total(one.words) + total(other.words)
    return min(1.0, 2 * common / both) if both else 0.0


def total(words: Counter[str]) -> float:
    """What all of these words weigh."""
    return sum(weight(word) * times for word, times in words.items())


def nearly(left: Counter[str], right: Counter[str]) -> list[float]:
    """What words weigh that are nearly the same on both sides: they begin alike (macro and micro do not)."""
    rest, found = set(right), []
    for word in left:
        for other in rest:
            if len(word) > 3 and word[:3] == other[:3] and fuzz.ratio(word, other) >= 84:
                found.append(min(weight(word), weight(other)))
                rest.discard(other)
                break
    return found
