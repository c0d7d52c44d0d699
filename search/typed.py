"""What was typed -> pieces: words, phrases, fields, signs. The lower half of `query.parse`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MAX_TYPED = 500  # characters
MAX_WORD = 100
MAX_DEPTH = 8
MAX_PARTS = 8  # of one:two:three
OPERATORS = ("OR", "AND", "NOT")

SIGNS = str.maketrans("：－−–—（）＊｜" + "“”„«»「」『』＂《》" + "\u3000、，。；", ":----()*|" + '"' * 12 + " " * 5)
FIELDS = {
    "title": "title", "标题": "title", "標題": "title", "课程名": "title",
    "provider": "provider", "提供方": "provider", "提供者": "provider",
    "institution": "institution", "university": "institution", "school": "institution",
    "机构": "institution", "機構": "institution", "学校": "institution", "學校": "institution", "院校": "institution",
    "topic": "topic", "subject": "topic", "主题": "topic", "主題": "topic",
    "language": "language", "lang": "language", "语言": "language", "語言": "language",
    "type": "type", "类型": "type", "類型": "type",
    "level": "level", "级别": "level", "級別": "level", "难度": "level", "難度": "level",
    "licence": "licence", "license": "licence", "许可": "licence", "許可": "licence",
    "platform": "platform", "平台": "platform",
    "source": "source", "来源": "source", "來源": "source",
}  # fmt: skip
LEXEME = re.compile(r'\s+|"[^"]*"?|\(|\)|\|{1,2}|[^\s"()|]+')
NAMED = re.compile(r"(\w{1,20}):(.*)", re.DOTALL)
INNER_STAR = re.compile(r"[*:]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind`: word | prefix | phrase | everything | or | open | close."""

    kind: str
    text: str = ""
    field: str = ""
    negated: bool = False


def pieces(typed: str) -> tuple[list[Piece], bool]:
    """The pieces in order, and whether all of it was understood. Linear in the length, which is cut at MAX_TYPED."""
    scanner = _Scanner()
    for lexeme in LEXEME.findall(CONTROL.sub(" ", typed[:MAX_TYPED]).translate(SIGNS)):
        scanner.take(lexeme)
    scanner.end()
    return scanner.found, scanner.understood


class _Scanner:
    """Signs that belong to the next piece (`-`, `title:`) wait here."""

    def __init__(self) -> None:
        self.found: list[Piece] = []
        self.understood = True
        self._negated = False
        self._spelt = False  # negated by the word NOT, which a blank may follow
        self._field = ""
        self._depth = 0
        self._blank = True  # what stands before this lexeme is a blank, a parenthesis or the beginning

    def take(self, lexeme: str) -> None:
        if lexeme.isspace():
            if self._negated and not self._field and not self._spelt:
                self._forget()  # a lone hyphen
            self._blank = True
            return
        if lexeme[0] == '"':
            self._phrase(lexeme)
        elif lexeme in "()":
            self._parenthesis(lexeme)
        elif lexeme[0] == "|":
            self._or()
        else:
            self._word(lexeme)
        self._blank = lexeme in ("(", "|", "||")

    def end(self) -> None:
        if self._negated or self._field:
            self._forget()

    def _forget(self) -> None:
        """A sign that nothing follows: a field's name becomes a word, a hyphen is dropped."""
        self.understood = False
        if self._field:
            self.found.append(Piece("word", self._field, negated=self._negated))
        self._negated, self._spelt, self._field = False, False, ""

    def _add(self, kind: str, text: str) -> None:
        self.found.append(Piece(kind, text, self._field, self._negated))
        self._negated, self._spelt, self._field = False, False, ""

    def _phrase(self, lexeme: str) -> None:
        text = " ".join(lexeme.strip('"').split())
        closed = len(lexeme) > 1 and lexeme.endswith('"')
        if not readable(text):
            self._drop()
        elif closed:
            self._add("phrase", text)
        else:  # never closed: words
            self.understood = False
            self._blank = True
            for inner in LEXEME.findall(text):
                self.take(inner)

    def _drop(self) -> None:
        self.understood = False
        self._negated, self._spelt, self._field = False, False, ""

    def _parenthesis(self, sign: str) -> None:
        if self._field:
            self._forget()
        if sign == "(":
            self._depth += 1
            if self._depth <= MAX_DEPTH:
                self.found.append(Piece("open", negated=self._negated))
        else:
            self._depth -= 1
            if self._depth < MAX_DEPTH:
                self.found.append(Piece("close"))
        self.understood &= 0 <= self._depth <= MAX_DEPTH
        self._depth = max(self._depth, 0)
        self._negated = self._spelt = False

    def _or(self) -> None:
        self.end()
        self.found.append(Piece("or"))

    def _word(self, word: str) -> None:
        if self._field and not self._negated and word in OPERATORS:
            self._forget()
        if word == "OR":
            return self._or()
        if word in ("AND", "&&", "&"):
            return None
        if word == "NOT":
            self._negated = self._spelt = True
            return None
        if word[0] in "+-" and not self._field:
            self.understood &= self._blank
            self._negated = self._negated or (self._blank and word[0] == "-")  # right behind a phrase it is no sign
            word = word.lstrip("+-")
            if not word:
                return None
        return self._named(word)

    def _named(self, word: str) -> None:
        match = NAMED.match(word) if not self._field else None
        name = FIELDS.get(match[1].casefold()) if match else None
        if match and name:
            self._field, word = name, match[2]
            if not word:
                return
        elif match and match[1].isalpha() and readable(match[2][:1]):  # a field that does not exist
            self.understood = False
            for part in word.split(":")[:MAX_PARTS]:
                self._plain(part)
            return
        self._plain(word)

    def _plain(self, word: str) -> None:
        """One word, or the parts of one with a star inside it; each under the signs that wait."""
        inner = "*" in word.rstrip("*")
        parts = INNER_STAR.split(word) if inner else [word.rstrip("*")]
        parts = [part for part in parts if part]
        if not parts and word and not self._field:
            self._add("everything", "")
            return
        field, negated = self._field, self._negated
        self.understood &= not inner and all(len(part) <= MAX_WORD for part in parts)
        kind = "prefix" if word.endswith("*") and not inner else "word"
        for part in parts:
            bare = part if field else part.lstrip("+-")
            if readable(bare):
                self._field, self._negated = field, negated
                self._add(kind, (bare.lower() if bare in OPERATORS else bare)[:MAX_WORD])
            else:
                self._drop()


def readable(text: str) -> bool:
    """Whether there is anything in it that analysis can find again: a letter, a digit, an ideograph."""
    return any(character.isalnum() or unicodedata.category(character)[0] in "LN" for character in text)
