"""Nothing matched: the query made looser step by step, until something does, and what was done in one word.

1. phrases: their words may stand apart; 2. parted: long runs of ideographs, word by word; 3. without: the words that nothing has are left
out, then the rarest as well while two remain; 4. some: at least one of the words. A rare word says most of what is meant: so of two that
never meet, both are searched rather than the common one alone. Filters and exclusions stay: the page offers to leave filters out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from hub.services import querying
from hub.services.asking import Ask
from hub.services.widening import Widening, joined
from search import analysis, query
from search.document import Hits
from search.index import Index
from search.query import Both, Either, Everything, Node, Not, Phrase, Word, written

COUNTED = 4  # words whose matches are counted, one query each
Change = Callable[[Node], Node]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxed:
    """What was searched instead: `words` is a query that can be typed, and gives just these results."""

    how: str  # phrases | parted | without | some
    words: str
    left_out: tuple[str, ...]
    total: int


def relax(session: Session, index: Index, ask: Ask, *, limit: int) -> tuple[Relaxed, Widening, Hits] | None:
    """The least loosened query that matches something; None when none does. At most COUNTED + 5 short queries. Raises SearchUnavailable."""
    root = query.parse(ask.words).root

    def tried(how: str, node: Node, left_out: tuple[Node, ...] = ()) -> tuple[Relaxed, Widening, Hits] | None:
        words = written(query.parse(written(node)).root)  # bounded as anything that is typed
        asked = querying.read(session, ask.asking(words), limit=limit)
        hits = querying.find(index, asked.query)
        names = tuple(written(part) for part in left_out)
        return (Relaxed(how=how, words=words, left_out=names, total=hits.total), asked, hits) if hits.total else None

    def count(part: Node) -> int:
        return querying.total(session, index, ask.asking(written(part)))

    for how, node, left_out in steps(root, count):
        found = tried(how, node, left_out)
        if found:
            return found
    return None


def steps(root: Node, count: Callable[[Node], int]) -> Iterator[tuple[str, Node, tuple[Node, ...]]]:
    """How to loosen, what to ask then, and what is left out of it. `count` says how many one part alone matches."""
    loose = changed(root, loosened)
    if loose != root:
        yield "phrases", loose, ()
    parts = changed(loose, parted)
    if parts != loose:
        yield "parted", parts, ()
    kept = [part for part in parts.parts if isinstance(part, Not)] if isinstance(parts, Both) else []
    wanted = [part for part in parts.parts if not isinstance(part, Not | Everything)] if isinstance(parts, Both) else []
    wanted = [part for part in wanted if not function_word(part)] or wanted
    if len(wanted) < 2:
        return
    having = {place: count(part) for place, part in enumerate(wanted[:COUNTED])}
    unknown = {place for place, number in having.items() if not number}
    rarest = min((place for place in having if place not in unknown), key=lambda place: having[place], default=None)
    for gone, least in ((unknown, 1), (unknown | {rarest}, 2)):
        rest = [part for place, part in enumerate(wanted) if place not in gone]
        if least <= len(rest) < len(wanted):
            yield "without", joined([*rest, *kept]), tuple(part for place, part in enumerate(wanted) if place in gone)
    some = [part for place, part in enumerate(wanted) if place not in unknown]
    if len(some) > 1:
        yield "some", joined([Either(tuple(some)), *kept]), ()


def function_word(node: Node) -> bool:
    """One that says nothing by itself: it is not counted, and not searched alone."""
    return isinstance(node, Word) and not node.field and not node.prefix and node.text.casefold() in analysis.STOP_WORDS


def changed(node: Node, change: Change) -> Node:
    """The tree with its wanted parts changed; exclusions stay."""
    match node:
        case Both(parts):
            return joined([changed(part, change) for part in parts])
        case Either(parts):
            return Either(tuple(changed(part, change) for part in parts))
        case Not():
            return node
        case _:
            return change(node)


def loosened(node: Node) -> Node:
    """A phrase as its words. One in a facet stays: it names a value."""
    if isinstance(node, Phrase) and node.field in ("", "title") and len(node.text.split()) > 1:
        return joined([Word(word, node.field) for word in node.text.split()])
    return node


def parted(node: Node) -> Node:
    """A run of ideographs as its words."""
    if not isinstance(node, Word) or node.field not in ("", "title") or node.prefix:
        return node
    tokens = analysis.tokens(node.text)
    if len(tokens) < 3 or not all(token.ideograph for token in tokens):
        return node
    found = [word for word in analysis.cut(node.text) if word not in analysis.STOP_CHARACTERS and query.parse(word).root == Word(word)]
    return joined([replace(node, text=word) for word in found]) if len(found) > 1 else node
