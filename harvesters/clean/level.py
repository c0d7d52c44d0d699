# ruff: noqa: E501  (tables of words and forms read better in long lines)
"""Levels as sources name them -> those of `record.LEVELS`. A word that nobody knows gives nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from harvesters.record import LEVELS

_WORDS = {
    "school": "school k12 k-12 primary|elementary|middle school|high school|secondary|lower secondary|upper secondary|secondary education|primary education|lower primary|upper primary"
    "|preschool|kindergarten|lower elementary|upper elementary|elementary school|primary school|secondary school|highschool|grundschule|sekundarstufe|sekundarstufe i|sekundarstufe ii"
    "|中小学|小学|初中|高中|中学|小學|國中|國小|基础教育",
    "vocational": "vocational|vocational training|vocational education|career / technical|career/technical|technical|vet|berufsbildung|berufliche bildung|community college|associate"
    "|community college / lower division|高职|高职高专|专科|中职|职业教育|职业院校|高職|大专|职业本科|技工",
    "undergraduate": "undergraduate|bachelor|bachelors|bachelor's|bachelor degree|bachelor's degree|college / upper division|community college / lower division|college|first cycle|licence"
    "|本科|本科生|大学本科|大一|大二|大三|大四|學士|学士|大學部|undergrad|isced 6|eqf 6|level_06",
    "postgraduate": "postgraduate|graduate|master|masters|master's|master degree|master's degree|doctoral|doctorate|phd|graduate / professional|second cycle|third cycle"
    "|研究生|硕士|博士|碩士|硕士研究生|博士研究生|isced 7|isced 8|eqf 7|eqf 8|level_07|level_08",
    "professional": "professional|professional development|continuing education|further education|continuing professional development|adult education|executive|executive education|training|corporate"
    "|workplace|graduate / professional|weiterbildung|fortbildung|在职|继续教育|职业培训|企业培训|成人教育|繼續教育|professional certificate|lifelong learning",
    "introductory": "introductory|beginner|beginners|beginning|basic|basics|foundation|foundational|intro|introduction|novice|elementary level|easy|very easy|for beginners|beginner level|entry level|anfänger"
    "|principiante|débutant|a1|a2|初级|入门|零基础|基础|初學者|初级课程|初學|入門|初級|新手|初阶|初階",
    "intermediate": "intermediate|intermediate level|medium|mid-level|fortgeschrittene anfänger|b1|b2|中级|进阶|中級|進階|中阶|中階|中等",
    "advanced": "advanced|advanced level|expert|difficult|very difficult|fortgeschritten|fortgeschrittene|c1|c2|avanzado|avancé|proficient|mastery|highly specialised|高级|高階|高級|精通|高阶|专家",
}  # fmt: skip
_LEVELS: dict[str, tuple[str, ...]] = {}
for _level in LEVELS:
    for _word in re.split(r"\|", _WORDS[_level].replace("school k12 k-12 primary", "school|k12|k-12|primary")):
        _LEVELS[_word] = (*_LEVELS.get(_word, ()), _level)
_LEVELS |= {
    "all levels": ("introductory", "intermediate", "advanced"), "all": ("introductory", "intermediate", "advanced"), "全部": ("introductory", "intermediate", "advanced"),
    "higher education": ("undergraduate", "postgraduate"), "higher_education": ("undergraduate", "postgraduate"), "university": ("undergraduate", "postgraduate"),
    "tertiary": ("undergraduate", "postgraduate"), "hochschule": ("undergraduate", "postgraduate"), "大学": ("undergraduate", "postgraduate"), "高等教育": ("undergraduate", "postgraduate"),
    "university first cycle": ("undergraduate",), "university second cycle": ("postgraduate",), "university postgrade": ("postgraduate",), "level_a": (), "not applicable": (),
    "schule": ("school",), "level_04": ("vocational",), "level_05": ("vocational",), "level_0": ("school",), "level_1": ("school",), "level_2": ("school",), "level_3": ("school",),
    "isced 0": ("school",), "isced 1": ("school",), "isced 2": ("school",), "isced 3": ("school",), "isced 4": ("vocational",), "isced 5": ("vocational",), "continuingeducation": ("professional",),
}  # fmt: skip
_SEPARATORS = re.compile(r"[,;，；、|·•]|\s+(?:and|to|und|or)\s+|\s[-–]\s|(?<=\w)/(?=\w)")
_SUFFIX = re.compile(r"\s*(?:levels?|courses?|students?|learners?|studierende|课程|水平|阶段|生)$")
_TAIL = re.compile(r"[/#]([^/#]{1,60})/?$")


def levels(values: Iterable[object]) -> tuple[str, ...]:
    """The levels that any of `values` names, in the order of LEVELS."""
    found = {level for value in values if isinstance(value, str) for level in _read(value[:300])}
    return tuple(level for level in LEVELS if level in found)


@lru_cache(maxsize=4096)
def _read(value: str) -> frozenset[str]:
    text = " ".join(unicodedata.normalize("NFKC", value).lower().split()).strip(" .。")
    if text.startswith(("http://", "https://")):
        tail = _TAIL.search(text)
        text = re.sub(r"[%_\s]+", " ", tail[1]) if tail and tail[1] not in _LEVELS else (tail[1] if tail else "")
    whole = _one(text)
    if whole is not None:
        return frozenset(whole)
    return frozenset(level for part in _SEPARATORS.split(text) for level in _one(part.strip()) or ())


def _one(text: str) -> tuple[str, ...] | None:
    for form in (text, _SUFFIX.sub("", text), text.removesuffix("s"), text.replace(" ", "")):
        if form in _LEVELS:
            return _LEVELS[form]
    return None
