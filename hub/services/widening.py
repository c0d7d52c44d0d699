"""A query widened by the vocabulary: what a typed label is also called, in both languages, is searched too, at a lower weight.

Found in plain words and whole phrases, never in exclusions, fields or beginnings; the longest label wins, none overlap. An ambiguous
label widens too, also alone: the catalogue is about e-commerce, what is added ranks lower and is shown with a way out. What is added is
never ambiguous, but for two cases: the preferred name of something that was itself typed ambiguously (who types Amazon may be given
亚马逊), and a concept that has nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, groupby, zip_longest

from hub.services import spelling
from hub.services.glossing import Gloss, Glosses, words
from search.query import MAX_CLAUSES, Both, Either, Node, Not, Phrase, Query, Widened, Word

MOST_OTHERS = 8  # for one label
MOST_ADDED = 24  # in one query


@dataclass(frozen=True, slots=True)
class Added:
    """What is searched beside what was typed, because of one concept."""

    notation: str
    typed: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Widening:
    """The query to ask, why it is wider than what was typed, and what was left out as the visitor wished."""

    query: Query
    added: tuple[Added, ...] = ()
    left_out: tuple[Added, ...] = ()


def widen(typed: Query, glosses: Glosses, *, only: bool = False, less: Sequence[str] = ()) -> Widening:
    """The query with other names of what it asks for. `less`: notations of concepts to be left alone; `only`: all of them."""
    if not typed.tuning.widened:
        return Widening(typed)
    widener = _Widener(glosses, frozenset(less), min(MOST_ADDED, MAX_CLAUSES - sum(1 for _ in leaves(typed.root))))
    root = widener.widened(typed.root)
    added, left_out = tuple(widener.added.values()), tuple(widener.left_out.values())
    if only or not added:
        return Widening(typed, (), (*added, *left_out))
    return Widening(replace(typed, root=root), added, left_out)


def leaves(node: Node) -> Iterator[Node]:
    """The clauses of a query."""
    match node:
        case Both(parts) | Either(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part) | Widened(part):
            yield from leaves(part)
        case _:
            yield node


@dataclass(slots=True)
class _Widener:
    """Walks the tree, and keeps account of what it added."""

    glosses: Glosses
    less: frozenset[str]
    room: int  # clauses that may still be added
    added: dict[str, Added] = field(default_factory=dict)
    left_out: dict[str, Added] = field(default_factory=dict)

    def widened(self, node: Node) -> Node:
        match node:
            case Both(parts):
                return joined([made for plain, row in groupby(parts, spelling.is_plain) for made in self._parts(list(row), plain=plain)])
            case Either(parts):
                return Either(tuple(self.widened(part) for part in parts))
            case Phrase(text, ""):
                return self._named(node, text)
            case _ if spelling.is_plain(node):
                return joined(self._parts([node], plain=True))
            case _:
                return node

    def _parts(self, row: list[Node], *, plain: bool) -> list[Node]:
        """Nodes one after the other; where they are plain words, the labels among them are found across them."""
        if not plain:
            return [self.widened(node) for node in row]
        typed = spelling.Row([node for node in row if isinstance(node, Word)])
        made: list[Node] = []
        at = free = 0
        while at < len(typed.pieces):
            end = self._label_end(typed, at)
            if end:
                made += [*typed.rest(free, at), self._named(joined(typed.part(at, end)), typed.text(at, end))]
                free = end
            at = end or at + 1
        return [*made, *typed.rest(free, at)]

    def _label_end(self, typed: spelling.Row, at: int) -> int:
        """Where the longest label that begins here ends; 0 when none does."""
        ends = range(min(len(typed.pieces), at + self.glosses.longest), at, -1)
        return next((end for end in ends if typed.key(at, end) in self.glosses.by_key and typed.may_part(at, end)), 0)

    def _named(self, part: Node, text: str) -> Node:
        """What was typed, with the other names of its concepts."""
        nodes: dict[Node, None] = {}
        for gloss in self.glosses.by_key.get("".join(words(text)), ()):
            found = others(gloss, self.glosses)[: max(0, min(MOST_OTHERS - len(nodes), self.room))]
            if gloss.notation in self.less:
                note(self.left_out, gloss, text, found)
            else:
                note(self.added, gloss, text, found)
                self.room -= len(found)
                nodes |= dict.fromkeys(map(clause, found))
        return Widened(part, tuple(nodes)) if nodes else part


def note(account: dict[str, Added], gloss: Gloss, text: str, found: Sequence[Gloss]) -> None:
    """Write down what was added for a concept; a concept that was typed twice has one line."""
    if found:
        before = account[gloss.notation].others if gloss.notation in account else ()
        account[gloss.notation] = Added(gloss.notation, text, tuple(dict.fromkeys((*before, *(other.text for other in found)))))


def others(typed: Gloss, glosses: Glosses) -> list[Gloss]:
    """Other labels of its concept, those of the other language first, without any that is found together with another one anyway.

    Everyday words are as wide as each other, and wider than the concept: they stand for each other and for nothing else.
    """
    alike = [gloss for gloss in glosses.by_concept[typed.scheme, typed.notation] if gloss.everyday == typed.everyday]
    labels = [gloss for gloss in alike if gloss.key != typed.key and typed.line not in gloss.line]
    sure = [gloss for gloss in labels if not gloss.doubtful or (typed.doubtful and gloss.preferred)]
    foreign = [gloss for gloss in sure or labels if gloss.language != typed.language]
    own = [gloss for gloss in sure or labels if gloss.language == typed.language]
    kept: list[Gloss] = []
    for gloss in chain.from_iterable(zip_longest(foreign, own)):
        if gloss is not None and not any(other.key == gloss.key or other.line in gloss.line for other in kept):
            kept.append(gloss)
    return kept


def clause(gloss: Gloss) -> Node:
    """A label as something to search for: what has no blank as if it were typed; pairs of ideographs cost less than a phrase of them."""
    return Phrase(gloss.text) if " " in gloss.text else Word(gloss.text)


def joined(nodes: list[Node]) -> Node:
    """Several nodes that must all match, as one."""
    flat = [part for node in nodes for part in (node.parts if isinstance(node, Both) else (node,))]
    return flat[0] if len(flat) == 1 else Both(tuple(flat))
