"""Typed words -> Query. Nothing that a person can type fails here: what is not understood is searched as words.

The syntax stands in docs/search.md. OR binds closer than the unwritten AND, as web search engines read it: `a b OR c` is `a (b OR c)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from search.document import FACETS, SORTS
from search.tuning import USUAL, Tuning
from search.typed import MAX_TYPED, Piece, pieces

MAX_CLAUSES = 32
MAX_COSTLY = {"prefix": 8, "phrase": 8}  # kind of clause -> how many; further ones are words
MAX_VALUES = 64  # selected values of one facet
MAX_LIMIT = 200
MAX_OFFSET = 1_000_000
PATIENCE = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Everything:
    """Matches every document."""


@dataclass(frozen=True, slots=True)
class Word:
    """What stood between two blanks; analysis may find several words in it, all of which must match."""

    text: str
    field: str = ""  # "" is any text; title; or a name of FACETS: a value with these words
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand one after the other."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    """All but."""

    part: Node


@dataclass(frozen=True, slots=True)
class Both:
    """Every part must match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part must match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Widened:
    """What was typed, or, at a lower weight, something else that means the same."""

    part: Node
    others: tuple[Node, ...]


Node = Everything | Word | Phrase | Not | Both | Either | Widened


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of an index. `filters`: OR within a facet, AND across facets."""

    typed: str = ""
    root: Node = Everything()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "relevance"
    offset: int = 0
    limit: int = 20
    facets: tuple[str, ...] = FACETS
    values: int = 0  # so many of each facet, the most frequent, beside the selected ones; 0 is all
    wanted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # facet -> the values that are listed, and no others
    tuning: Tuning = USUAL
    patience: float = PATIENCE  # seconds that the answer waits for the meaning of the words; then it goes by the words alone
    read_as: str | None = None  # how it was read, when that is not what was typed


def parse(
    typed: str,
    *,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    sort: str = "relevance",
    offset: int = 0,
    limit: int = 20,
    facets: Iterable[str] = FACETS,
    tuning: Tuning = USUAL,
) -> Query:
    """Read what was typed, and bound everything: length, clauses, depth, filters, page. Unknown facets and sorts are left out."""
    found, understood = pieces(typed)
    kept = _affordable(found[:MAX_CLAUSES])
    reader = _Reader(kept, understood=understood and kept == found and len(typed) <= MAX_TYPED)
    root = reader.read()
    return Query(
        typed=typed[:MAX_TYPED],
        root=root,
        filters=_bounded(filters or {}),
        sort=sort if sort in SORTS else "relevance",
        offset=min(max(offset, 0), MAX_OFFSET),
        limit=min(max(limit, 0), MAX_LIMIT),
        facets=tuple(name for name in FACETS if name in set(facets)),
        tuning=tuning,
        read_as=None if reader.understood else "" if isinstance(root, Everything) else written(root),
    )


def written(node: Node) -> str:
    """A query in the syntax that `parse` reads, so that it can be shown and typed again."""
    match node:
        case Word(text, name, prefix):
            return _field(name) + text + ("*" if prefix else "")
        case Phrase(text, name):
            return f'{_field(name)}"{text}"'
        case Not(part):
            return f"-{_grouped(part)}"
        case Both(parts):
            return " ".join(_grouped(part) for part in parts)
        case Either(parts):
            return " OR ".join(_grouped(part) for part in parts)
        case Widened(part):
            return written(part)
        case _:
            return "*"


def words_of(node: Node) -> str:
    """The words that are looked for in any text, as one text: what the query is about."""
    match node:
        case Word(text, "" | "title", False) | Phrase(text, "" | "title"):
            return text
        case Both(parts) | Either(parts):
            return " ".join(words for part in parts if (words := words_of(part)))
        case Widened(part):
            return words_of(part)
        case _:
            return ""


def is_strict(node: Node) -> bool:
    """Does the query insist on something: a phrase, a beginning, a field, an exclusion?"""
    match node:
        case Word(_, name, prefix):
            return prefix or bool(name)
        case Phrase() | Not():
            return True
        case Both(parts) | Either(parts):
            return any(is_strict(part) for part in parts)
        case Widened(part):
            return is_strict(part)
        case _:
            return False


def _field(name: str) -> str:
    return f"{name}:" if name else ""


def _grouped(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, Both | Either) else written(node)


def _affordable(found: list[Piece]) -> list[Piece]:
    """The same pieces, of each costly kind only the first few as such."""
    left = dict(MAX_COSTLY)
    kept = []
    for piece in found:
        if piece.kind in left:
            left[piece.kind] -= 1
            piece = replace(piece, kind="word") if left[piece.kind] < 0 else piece
        kept.append(piece)
    return kept


def _bounded(filters: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    kept = {name: tuple(dict.fromkeys(filters[name]))[:MAX_VALUES] for name in FACETS if name in filters}
    return {name: values for name, values in kept.items() if values}


class _Reader:
    """Pieces -> tree, without recursion: an open group is a row on a stack."""

    def __init__(self, found: list[Piece], *, understood: bool) -> None:
        self._pieces = found
        self.understood = understood

    def read(self) -> Node:
        stack: list[_Group] = [_Group(negated=False)]
        for piece in self._pieces:
            if piece.kind == "open":
                stack.append(_Group(negated=piece.negated))
            elif piece.kind == "close" and len(stack) > 1:
                self._shut(stack)
            elif piece.kind == "close":
                self.understood = False
            elif piece.kind == "or":
                stack[-1].or_next()
            else:
                stack[-1].add(_leaf(piece))
        while len(stack) > 1:
            self.understood = False
            self._shut(stack)
        self.understood &= not (stack[0].dangling or stack[0].lonely)
        return stack[0].node() or Everything()

    def _shut(self, stack: list[_Group]) -> None:
        group = stack.pop()
        self.understood &= not (group.dangling or group.lonely)
        node = group.node()
        if node is not None:
            stack[-1].add(Not(node) if group.negated and not isinstance(node, Not) else node)


class _Group:
    """The parts of one pair of parentheses: a row (AND) of alternatives (OR)."""

    def __init__(self, *, negated: bool) -> None:
        self.negated = negated
        self.rows: list[list[Node]] = []
        self.dangling = False  # an OR still waits for its right side
        self.lonely = False  # an OR has nothing on its left side

    def add(self, node: Node) -> None:
        """What stands there already is not asked for twice."""
        if self.dangling and self.rows:
            if node not in self.rows[-1]:
                self.rows[-1].append(node)  # the other alternative
        elif [node] not in self.rows:
            self.rows.append([node])
        self.dangling = False

    def or_next(self) -> None:
        self.lonely |= self.dangling or not self.rows
        self.dangling = True

    def node(self) -> Node | None:
        parts = tuple(row[0] if len(row) == 1 else Either(tuple(row)) for row in self.rows)
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else Both(parts)


def _leaf(piece: Piece) -> Node:
    if piece.kind == "everything":
        node: Node = Everything()
    elif piece.kind == "phrase":
        node = Phrase(piece.text, piece.field)
    else:
        node = Word(piece.text, piece.field, prefix=piece.kind == "prefix")
    return Not(node) if piece.negated else node
