"""Did you mean: the whole query with its unknown words mended, only when that finds more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice

from search.analysis import asked, cut, fold
from search.query import Both, Either, Node, Phrase, Widened, Word, written
from search.whoosh_index.completing import spelled
from search.whoosh_index.fields import TEXT
from search.whoosh_index.ideographs import meant, spelt
from search.whoosh_index.matching import found
from search.whoosh_index.nearest import LONGEST, SHORTEST, nearest
from search.whoosh_index.planning import forms
from search.whoosh_index.snapshot import Snapshot

FEW = 3  # a query with fewer matches gets a suggestion
MAX_WORDS = 8  # of a query that are looked at
MAX_CANDIDATES = 3  # of a query with phrases, each of which is read anew
MAX_TRIED = 2  # of them left out one by one, where there are more
HAN = re.compile("[\u3400-\u9fff]")
MAX_SPLIT = 40  # letters of a word that may be two


def suggest(snapshot: Snapshot, root: Node, count: Callable[[Node], int], matches: int) -> str | None:
    """The best query near this one, as text, that matches more than it does; `count` answers how many a tree matches."""
    most = MAX_CANDIDATES if any(isinstance(leaf, Phrase) for leaf in _leaves(_typed(root))) else None
    least = len(written(root)) / 2 if HAN.search(written(root)) else 0  # less than half of a Chinese sentence is another question
    for candidate in islice(_candidates(snapshot, root, lost=not matches), most):
        if candidate != root and len(written(candidate)) >= least and count(candidate) > matches:
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
    root = _typed(root)
    if lost:
        yield _pronounced(snapshot, root)
        yield (root := _closed(snapshot, root))
    mended = _mend(root, _of_few(lambda word: _mended(snapshot, word, lost=lost)))
    if mended != root:
        yield mended
    if not lost:
        return
    parted = _mend(root, _parted)
    if parted != root:
        yield parted
    if isinstance(parted, Both):
        yield from _without(snapshot, parted)


def _typed(node: Node) -> Node:
    """The tree without what was added to it: what is suggested is what can be typed."""
    match node:
        case Widened(part):
            return _typed(part)
        case Both(parts):
            return Both(tuple(_flat(_typed(part) for part in parts)))
        case Either(parts):
            return Either(tuple(_typed(part) for part in parts))
        case _:
            return node


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


def _mended(snapshot: Snapshot, word: Word, *, lost: bool) -> str:
    """The word, or what may be meant by it when fewer documents have it than one, or a few in a query that finds nothing."""
    text = fold(word.text)
    if len(text) > 1 and all("\u3400" <= character <= "\u9fff" for character in text):
        return meant(snapshot, text, lost=lost)
    if not (len(text) >= SHORTEST and text.isalpha()) or _having(snapshot, text) >= (FEW if lost else 1):
        return word.text
    best = nearest(snapshot, text) if len(text) <= LONGEST else None
    return best or (_split(snapshot, text) if text.isascii() else None) or word.text


def _split(snapshot: Snapshot, text: str) -> str | None:
    """Two words whose blank was left out: the two that are in most documents."""
    ways = [(text[:at], text[at:]) for at in range(2, min(len(text), MAX_SPLIT) - 1)]
    halves = dict.fromkeys(half for way in ways for half in way)
    counts = {half: sum(len(terms.postings(half.encode())[0]) for terms in snapshot.terms(TEXT)) for half in halves}
    best = max(ways, key=lambda way: (min(counts[way[0]], counts[way[1]]), len(way[0])), default=("", ""))
    return " ".join(best) if min(counts.get(half, 0) for half in best) else None


def _closed(snapshot: Snapshot, root: Node) -> Node:
    """The query with the blank taken out between two words where that makes a word that texts have, and one of them is in few."""
    if not isinstance(root, Both):
        return root
    parts = list(root.parts)
    for at in range(min(len(parts), MAX_WORDS) - 1):
        one, other = parts[at : at + 2]
        if isinstance(one, Word) and isinstance(other, Word) and _plain(one) and _plain(other):
            whole = fold(one.text + other.text)
            if len(whole) <= LONGEST and _having(snapshot, whole):
                parts[at : at + 2] = [replace(one, text=whole)]
                return Both(tuple(parts)) if len(parts) > 1 else parts[0]
    return root


def _plain(word: Word) -> bool:
    return not word.field and not word.prefix and word.text.isalpha() and word.text.isascii()


def _pronounced(snapshot: Snapshot, root: Node) -> Node:
    """A query of pinyin alone as the Chinese that it stands for."""
    words = root.parts if isinstance(root, Both) else (root,)
    if len(words) > MAX_WORDS or not all(isinstance(word, Word) and _plain(word) for word in words):
        return root
    letters = fold("".join(word.text for word in words if isinstance(word, Word)))
    text = spelled(snapshot, letters) or spelt(snapshot, letters)
    return Word(text) if text else root
