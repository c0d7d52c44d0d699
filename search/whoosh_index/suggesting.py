"""Did you mean: the whole query with its unknown words mended, only when that finds more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from search.analysis import asked, cut, fold
from search.query import Both, Either, Node, Phrase, Word, written
from search.whoosh_index.arrays import Array
from search.whoosh_index.fields import TEXT
from search.whoosh_index.matching import found
from search.whoosh_index.planning import forms
from search.whoosh_index.segments import Segment, Terms
from search.whoosh_index.snapshot import Snapshot

FEW = 3  # a query with fewer matches gets a suggestion
MAX_WORDS = 8  # of a query that are looked at
MAX_CANDIDATES = 3  # of a query with phrases, each of which is read anew
MAX_TRIED = 2  # of them left out one by one, where there are more
SHORTEST, LONGEST = 3, 24  # of a word that can be mended
MAX_NEAR = 400  # words compared letter by letter
WIDTH = np.dtype(f"S{LONGEST}")


def suggest(snapshot: Snapshot, root: Node, count: Callable[[Node], int], matches: int) -> str | None:
    """The best query near this one, as text, that matches more than it does; `count` answers how many a tree matches."""
    most = MAX_CANDIDATES if any(isinstance(leaf, Phrase) for leaf in _leaves(root)) else None
    for candidate in islice(_candidates(snapshot, root, lost=not matches), most):
        if candidate != root and count(candidate) > matches:
            return written(candidate)
    return None


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _leaves(part)
        case _:
            yield node


def _candidates(snapshot: Snapshot, root: Node, *, lost: bool) -> Iterator[Node]:
    """A query that finds something is left as it is but for words that nothing has; one that finds nothing is loosened too."""
    mended = _mend(root, _of_few(lambda word: _mended(snapshot, word, FEW if lost else 1)))
    if mended != root:
        yield mended
    if not lost:
        return
    parted = _mend(root, _parted)
    if parted != root:
        yield parted
    if isinstance(parted, Both):
        yield from _without(snapshot, parted)


def _mend(node: Node, change: Callable[[Word], str]) -> Node:
    """The tree with its plain words changed; exclusions and facets stay."""
    match node:
        case Word(_, "" | "title", False):
            text = change(node)
            words = tuple(replace(node, text=word) for word in text.split())
            return node if not words else words[0] if len(words) == 1 else Both(words)
        case Both(parts):
            return Both(tuple(_flat(_mend(part, change) for part in parts)))
        case Either(parts):
            return Either(tuple(_mend(part, change) for part in parts))
        case _:
            return node


def _of_few(change: Callable[[Word], str]) -> Callable[[Word], str]:
    """Each word changed once, however often it stands there; those beyond the first MAX_WORDS stay."""
    known: dict[str, str] = {}

    def changed(word: Word) -> str:
        if word.text not in known and len(known) < MAX_WORDS:
            known[word.text] = change(word)
        return known.get(word.text, word.text)

    return changed


def _flat(nodes: Iterator[Node]) -> Iterator[Node]:
    for node in nodes:
        yield from node.parts if isinstance(node, Both) else (node,)


def _without(snapshot: Snapshot, root: Both) -> Iterator[Node]:
    """The query without the words that nothing has, then without one word, the rarest first."""
    having = {part: _having(snapshot, part.text) for part in root.parts[:MAX_WORDS] if isinstance(part, Word) and not part.field}
    unknown = {word for word, count in having.items() if not count}
    rarest = sorted(having, key=lambda word: having[word])[: MAX_WORDS if len(root.parts) <= MAX_WORDS else MAX_TRIED]
    for gone in (unknown, *({word} for word in rarest)):
        rest = tuple(part for part in root.parts if part not in gone)
        if gone and any(isinstance(part, Word) for part in rest):
            yield rest[0] if len(rest) == 1 else Both(rest)


def _having(snapshot: Snapshot, text: str) -> int:
    terms = [term for part in asked(text) for term in ((part.joined,) if part.joined else part.terms)]
    return min((len(found(snapshot, forms(term)).docs) for term in terms), default=0)


def _parted(word: Word) -> str:
    """A run of ideographs as its words: what stands apart in the texts need not stand together."""
    return " ".join(cut(word.text)) if any("\u4e00" <= character <= "\u9fff" for character in word.text) else word.text


def _mended(snapshot: Snapshot, word: Word, enough: int) -> str:
    """The word, or what may be meant by it when fewer than `enough` documents have it."""
    text = fold(word.text)
    if text.isalnum() and not text.isascii() and len(text) > 1 and "\u3400" <= text[0] <= "\u9fff":
        return _ideographs(snapshot, text)
    if not (SHORTEST <= len(text) <= LONGEST and text.isalpha()) or _having(snapshot, text) >= enough:
        return word.text
    best = _nearest(snapshot, text)
    return word.text if best is None else best


def _ideographs(snapshot: Snapshot, text: str) -> str:
    """One wrong character: put the one there that is common between its neighbours."""
    missing = [at for at in range(len(text) - 1) if not _count(snapshot, text[at : at + 2])]
    if not missing:
        return text
    best = (0, text)
    for place in sorted({missing[0], missing[0] + 1} if len(missing) == 1 else {missing[0] + 1}):
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        for character in _between(snapshot, before, after):
            pairs = [pair for pair in (before + character, character + after) if len(pair) == 2]
            value = min(_count(snapshot, pair) for pair in pairs)
            best = max(best, (value, text[:place] + character + text[place + 1 :]))
    return best[1]


def _between(snapshot: Snapshot, before: str, after: str) -> list[str]:
    """Characters that follow `before`; at the beginning of a run, those that stand before `after` cannot be looked up."""
    if not before:
        return [chr(code) for code in _preceding(snapshot, after)]
    start = before.encode()
    seen: dict[str, None] = {}
    for terms in snapshot.terms(TEXT):
        for at in list(terms.beginning_with(start))[:2_000]:
            pair = terms.key(at).decode("utf-8", "replace")
            if len(pair) == 2:
                seen[pair[1]] = None
    return list(seen)[:MAX_NEAR]


def _preceding(snapshot: Snapshot, after: str) -> list[int]:
    codes: list[int] = snapshot.kept("ideographs", lambda: _ideographs_of(snapshot))
    return codes[:MAX_NEAR] if after else []


def _ideographs_of(snapshot: Snapshot) -> list[int]:
    counts: dict[int, int] = {}
    for terms in snapshot.terms(TEXT):
        sizes = terms.counts()
        for at in terms.beginning_with(b"\xe4"):
            key = terms.key(at)
            if len(key) == 3:
                counts[ord(key.decode())] = counts.get(ord(key.decode()), 0) + int(sizes[at])
    return sorted(counts, key=lambda code: -counts[code])


def _count(snapshot: Snapshot, pair: str) -> int:
    return len(found(snapshot, forms(pair)).docs)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one segment that could be meant: their letters, which letters they have, how frequent they are."""

    words: Array
    lengths: Array
    letters: Array
    counts: Array


def lexicon_of(segment: Segment) -> Lexicon:
    """Made once of a segment, when the first word needs mending."""
    return segment.kept("lexicon", lambda: _lexicon(segment.terms(TEXT)))


def _lexicon(terms: Terms) -> Lexicon:
    """Words of small ASCII letters, without the stems; a matrix of their letters in place of a list of words."""
    ends, held = terms.ends(), terms.letters()
    sizes = np.diff(ends, prepend=0)
    chosen = np.flatnonzero((sizes >= SHORTEST) & (sizes <= LONGEST))
    places = (ends - sizes)[chosen][:, None] + np.arange(LONGEST)
    inside = np.arange(LONGEST) < sizes[chosen][:, None]
    codes = np.where(inside, held[np.minimum(places, max(0, len(held) - 1))], 0).astype(np.uint8)
    plain = (((codes >= 97) & (codes <= 122)) | ~inside).all(axis=1)
    chosen, codes = chosen[plain], np.ascontiguousarray(codes[plain])
    letters = np.bitwise_or.reduce(np.where(codes > 0, np.int64(1) << (codes.astype(np.int64) - 97).clip(0), 0), axis=1)
    return Lexicon(codes.view(WIDTH).reshape(len(chosen)), sizes[chosen], letters, terms.counts()[chosen])


def _nearest(snapshot: Snapshot, text: str) -> str | None:
    """The most frequent among the nearest words; one wrong letter in a short word, two in a long one."""
    most = 1 if len(text) < 5 else 2
    own = sum(1 << (ord(letter) - 97) for letter in set(text) if letter.isascii())
    counts: dict[str, int] = {}
    for segment in snapshot.segments:
        known = lexicon_of(segment)
        near = np.abs(known.lengths - len(text)) <= most
        near &= np.bitwise_count(known.letters ^ own) <= 2 * most
        for at in np.flatnonzero(near).tolist():
            word = known.words[at].decode()
            counts[word] = counts.get(word, 0) + int(known.counts[at])
    ranked = sorted(counts, key=lambda word: (word[0] != text[0], -counts[word]))[:MAX_NEAR]
    judged = [(distance(text, word, most), word[0] != text[0], -counts[word], word) for word in ranked if word != text]
    judged = [row for row in judged if row[0] <= most]
    return min(judged)[3] if judged else None


def distance(one: str, other: str, most: int) -> int:
    """Letters to change, add, drop or swap with their neighbour; `most` + 1 when there are more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for place, wanted in enumerate(other, 1):
            value = min(before[place] + 1, row[-1] + 1, before[place - 1] + (letter != wanted))
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == wanted:
                value = min(value, earlier[place - 2] + 1)
            row.append(value)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
