"""Where a query's words stand in a text: marked titles, and the window of a description that shows most of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from search.analysis import Asked, Token, asked, positions, stem, tokens
from search.document import Fragment
from search.query import Both, Either, Node, Phrase, Query, Widened, Word

MAX_TEXT = 6_000  # characters looked at
LEAD = 4  # a window begins this part of its length before its first marked word
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Span:
    """Marked characters, and which of the query's words they are."""

    start: int
    end: int
    word: str


@dataclass(slots=True)
class _Wanted:
    """What to look for: stems, whole words that a text may write in two, pairs of ideographs, beginnings, phrases."""

    stems: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    beginnings: list[str] = field(default_factory=list)
    phrases: list[list[str]] = field(default_factory=list)


def mark(query: Query, text: str) -> tuple[Fragment, ...]:
    """The whole text in fragments, marked where the query's words stand; stems and ideographs as the index matches them."""
    return tuple(_fragments(text, _spans(query, text[:MAX_TEXT]), 0, len(text)))


def snippet(query: Query, text: str, *, length: int = 280) -> tuple[Fragment, ...]:
    """The best part of a text of at most `length` characters (and ellipses), blanks made single; its beginning when nothing is marked."""
    text = " ".join(text.split())
    spans = _spans(query, text[:MAX_TEXT])
    start = _window(spans, length)
    start, end = _at_words(text, start, length)
    made = list(_fragments(text, spans, start, end))
    if start > 0:
        made.insert(0, Fragment(ELLIPSIS))
    if end < len(text):
        made.append(Fragment(ELLIPSIS))
    return tuple(made)


def _fragments(text: str, spans: list[Span], start: int, end: int) -> Iterator[Fragment]:
    at = start
    for span in spans:
        if span.start < start or span.end > end:
            continue
        if span.start > at:
            yield Fragment(text[at : span.start])
        yield Fragment(text[span.start : span.end], marked=True)
        at = span.end
    if at < end:
        yield Fragment(text[at:end])


def _window(spans: list[Span], length: int) -> int:
    """Where the window with most different words (then most words) begins. Linear: both edges only move forward."""
    best, best_value, last = 0, (0, 0), 0
    held: dict[str, int] = {}
    for first, span in enumerate(spans):
        while last < len(spans) and spans[last].end - span.start <= length * (LEAD - 1) // LEAD:
            held[spans[last].word] = held.get(spans[last].word, 0) + 1
            last += 1
        value = (len(held), last - first)
        if value > best_value:
            best, best_value = span.start, value
        if first < last:
            held[span.word] -= 1
            if not held[span.word]:
                del held[span.word]
        else:
            last = first + 1
    return max(0, best - length // LEAD)


def _at_words(text: str, start: int, length: int) -> tuple[int, int]:
    """Move both ends to blanks where one is near."""
    end = min(len(text), start + length)
    start = max(0, end - length)
    if start > 0:
        blank = text.find(" ", start - 1, start + length // LEAD)
        start = blank + 1 if blank >= 0 and text[start - 1].isalnum() and text[start].isascii() else start
    if end < len(text) and text[end].isascii():
        blank = text.rfind(" ", max(start + length // 2, 0), end + 1)
        end = blank if blank > start else end
    return start, end


def _spans(query: Query, text: str) -> list[Span]:
    wanted = _wanted(query.root)
    if not (wanted.stems or wanted.beginnings or wanted.phrases):
        return []
    found = tokens(text)
    spans = sorted(_found(wanted, found, text), key=lambda span: (span.start, -span.end))
    return list(_united(spans))


def _united(spans: list[Span]) -> Iterator[Span]:
    """Overlapping and touching spans as one."""
    waiting: Span | None = None
    for span in spans:
        if waiting is not None and span.start <= waiting.end:
            waiting = Span(waiting.start, max(waiting.end, span.end), waiting.word)
            continue
        if waiting is not None:
            yield waiting
        waiting = span
    if waiting is not None:
        yield waiting


@lru_cache(256)
def _wanted(root: Node) -> _Wanted:
    """Worked out once a page, not once a text: words of a long run of Chinese take a dictionary. Not to be changed any more."""
    wanted = _Wanted()
    _collect(root, wanted)
    return wanted


def _collect(node: Node, wanted: _Wanted) -> None:
    """All but what is excluded and what asks for a facet. Depth is bounded by `parse`."""
    match node:
        case Both(parts) | Either(parts):
            for part in parts:
                _collect(part, wanted)
        case Widened(part, others):
            for one in (part, *others):
                _collect(one, wanted)
        case Phrase(text, "" | "title"):
            wanted.phrases.append([word for word in positions(text) if word])
        case Word(text, "" | "title", prefix):
            if prefix:
                wanted.beginnings.extend(word for word in positions(text)[-1:] if word)
            for sought in asked(text):
                _seek(sought, wanted)


def _seek(sought: Asked, wanted: _Wanted) -> None:
    for term in sought.terms:
        if sought.joined is None or len(term) > 1:
            wanted.stems[stem(term)] = term
    if sought.joined:
        wanted.stems[stem(sought.joined)] = sought.joined
    wanted.whole.update((sought.joined,) if sought.joined else sought.terms)


def _found(wanted: _Wanted, found: list[Token], text: str) -> Iterator[Span]:
    stems, whole, beginnings = wanted.stems, wanted.whole, tuple(wanted.beginnings)
    for at, token in enumerate(found):
        word = stems.get(stem(token.text))
        if word is not None:
            yield Span(token.start, token.end, word)
        elif beginnings and token.text.startswith(beginnings):
            yield Span(token.start, token.end, token.text)
        if at + 1 < len(found):
            other = found[at + 1]
            pair = token.text + other.text
            if pair in (stems if token.ideograph else whole) and _near(token, other, text):
                yield Span(token.start, other.end, pair)
    texts = [token.text for token in found] if wanted.phrases else []
    for phrase in wanted.phrases:
        yield from _standing(phrase, texts, found)


def _near(one: Token, other: Token, text: str) -> bool:
    """Whether two tokens may be one word: ideographs side by side, the parts of a compound, `e commerce`."""
    between = text[one.end : other.start]
    if one.ideograph or other.ideograph:
        return one.ideograph and other.ideograph and not between
    return len(between) == 1 and (between != " " or one.end - one.start == 1)


def _standing(phrase: list[str], texts: list[str], found: list[Token]) -> Iterator[Span]:
    size, at = len(phrase), 0
    while size and at + size <= len(texts):
        if texts[at] == phrase[0] and texts[at : at + size] == phrase:
            yield Span(found[at].start, found[at + size - 1].end, " ".join(phrase))
            at += size
        else:
            at += 1
